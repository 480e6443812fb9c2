// Contrast and growing attributes: what tells slow from fast at the same time.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/contrast.h"

#include "runtime/frame/kernels/contrast_stretches.h"
#include "runtime/frame/kernels/contrast_times.h"
#include "runtime/frame/kernels/growing.h"
#include "tests/runtime/frame/kernels/made.h"

using namespace inquest;
using namespace inquest::made;

namespace {

// `slow_value` of attribute "way" takes twice as long, while everything grows a hundredfold over the window.
FramePtr drifting(size_t rows, double difference, uint64_t seed, bool against = false) {
  Random random(seed);
  ContrastBuilder b;
  const uint32_t p = b.population({.service = "a", .operation = "get"});
  const uint32_t way = b.attribute("way"), id = b.attribute("request"), colour = b.attribute("colour"), size = b.attribute("size");
  for (size_t i = 0; i < rows; ++i) {
    const bool miss = random.below(2) == 0;
    const double level = 1e6 * std::pow(100.0, static_cast<double>(i) / static_cast<double>(rows));
    const double length = level * (1 + 0.1 * random.unit()) * (miss ? difference : 1);
    b.row(p, static_cast<int64_t>(i) * ns_per_s, static_cast<int64_t>(length), false);
    b.cell(way, miss ? "long" : "short");
    b.cell(id, "r" + std::to_string(i));
    b.cell(colour, i % 3 ? "red" : "blue");
    b.number(size, (miss ? difference : 1) * 100 + random.unit());
  }
  if (against) b.row(p, -5, 1000, true);
  const Result<FramePtr> f = b.finish(against);
  REQUIRE(f);
  return *f;
}
size_t row_of(const FramePtr& f, const std::string& attribute, const std::string& value) {
  for (size_t i = 0; i < f->rows; ++i)
    if (text(f, "attribute", i) == attribute && text(f, "value", i) == value) return i;
  FAIL("no row " + attribute + " = " + value);
  return 0;
}

}  // namespace

TEST_CASE("a drift of everything does not hide what is slower at the same time") {
  const FramePtr f = run("contrast", {drifting(56, 2.5, 1)});
  CHECK(text(f, "state", row_of(f, "way", "long")) == "found");
  CHECK(number(f, "p_one", row_of(f, "way", "long")) < 1e-6);
  CHECK(number(f, "times", row_of(f, "way", "long")) == Approx(2.5).epsilon(0.3));
  CHECK(text(f, "attribute") != "colour");
  CHECK(number(f, "share", row_of(f, "way", "short")) < 0);
  CHECK(text(f, "state", row_of(f, "way", "short")) != "found");
  CHECK(text(f, "state", row_of(f, "colour", "red")) == "not_found");
}

TEST_CASE("a number is judged by ranks within its stretch of time and told in quantiles") {
  const FramePtr f = run("contrast", {drifting(100, 2.5, 2)});
  const size_t size = row_of(f, "size", "");
  CHECK(text(f, "kind", size) == "number");
  CHECK(text(f, "state", size) == "found");
  CHECK(number(f, "share", size) > 0.5);
  CHECK(text(f, "numbers_slow", size).substr(0, 1) == "[");
}

TEST_CASE("a number is told as counts above the split that parts slow from fast best") {
  ContrastBuilder b;
  const uint32_t p = b.population({.service = "a", .operation = "get"}), size = b.attribute("size"), noise = b.attribute("noise");
  Random random(17);
  for (int i = 0; i < 80; ++i) {
    const bool slow = i % 2;
    b.row(p, i, slow ? 900 : 100, false);
    const bool above = slow ? i != 1 : i == 40;
    b.number(size, above ? 123 + random.unit() : 60 + 57 * random.unit());
    b.number(noise, random.unit());
  }
  const Result<FramePtr> made = b.finish(false);
  REQUIRE(made);
  const FramePtr f = run("contrast", {*made});
  const size_t row = row_of(f, "size", ""), other = row_of(f, "noise", "");
  CHECK(number(f, "split", row) == 120);   // the roundest number that parts them
  CHECK(number(f, "slow", row) == 40);
  CHECK(number(f, "slow_above", row) == 39);
  CHECK(number(f, "fast_above", row) == 1);
  CHECK(number(f, "split_share", row) == Approx(39.0 / 40 - 1.0 / 40));
  CHECK(number(f, "splits", row) > 20);
  CHECK(number(f, "p_split", row) < 1e-12);
  CHECK(number(f, "p_split", other) > 0.05);
}

TEST_CASE("rows in any order of time and on two threads give the same frame") {
  const auto made = [](bool shuffled, int operations) {
    Random random(23);
    ContrastBuilder b;
    struct Row { int64_t time, duration; uint32_t cell; };
    std::vector<Row> rows;
    for (int64_t i = 0; i < 3000; ++i) rows.push_back({i * 7 + 3, 1000 + random.below(1000), static_cast<uint32_t>(random.below(3))});
    if (shuffled)
      for (size_t i = rows.size() - 1; i > 0; --i) std::swap(rows[i], rows[static_cast<size_t>(random.below(static_cast<int64_t>(i) + 1))]);
    const uint32_t way = b.attribute("way"), size = b.attribute("size");
    for (int o = 0; o < operations; ++o) {
      const uint32_t p = b.population({.service = "a", .operation = "get" + std::to_string(o)});
      for (const Row& r : rows) {
        b.row(p, r.time, r.duration, false);
        for (int k = 0; k < (operations > 1 ? 60 : 1); ++k) b.cell(way, std::string(1, static_cast<char>('a' + r.cell)));
        b.number(size, static_cast<double>(r.duration % 97));
      }
    }
    const Result<FramePtr> f = b.finish(false);
    REQUIRE(f);
    return *f;
  };
  const FramePtr sorted = made(false, 1), shuffled = made(true, 1), many = made(false, 4);
  REQUIRE(sorted->rows == shuffled->rows);
  for (const char* column : {"slow", "fast", "slow_rows", "z", "effect", "split", "slow_above"})
    for (size_t i = 0; i < sorted->rows; ++i)
      if (!absent(sorted, column, i)) CHECK(number(sorted, column, i) == Approx(number(shuffled, column, i)));
  REQUIRE(many->rows == 4 * sorted->rows);
  for (size_t i = 0; i < many->rows; ++i) CHECK(number(many, "slow_rows", i) == number(sorted, "slow_rows", 0));
  CHECK(hash(*many) == hash(*made(false, 4)));
}

TEST_CASE("the middle of every stretch is that of its sorted durations, however they are spread, and slow lies above it") {
  Random random(29);
  const auto wild = [&] { return static_cast<int64_t>(random.below(INT64_MAX)) - static_cast<int64_t>(random.below(INT64_MAX)); };
  for (int spread = 0; spread < 6; ++spread)
    for (const size_t n : {5u, 700u, 30'000u, 70'000u})
      for (const bool in_order : {true, false}) {
        std::vector<int64_t> time, duration;
        for (size_t i = 0; i < n; ++i) {
          time.push_back(in_order ? static_cast<int64_t>(i / 3) : spread % 2 ? random.below(1000) : wild());
          const int64_t level = static_cast<int64_t>(i) * 100;
          duration.push_back(spread == 0 ? random.below(1'000'000) : spread == 1 ? random.below(3) : spread == 2 ? level + random.below(50)
                             : spread == 3 ? (i / 400 % 2 ? INT64_MAX : INT64_MIN) : spread == 4 ? wild() : 7);
        }
        contrast::Judged judged;
        contrast::judge(time, duration, judged);
        std::vector<std::vector<int64_t>> grouped(judged.middle.size());
        for (size_t i = 0; i < n; ++i) grouped[judged.stretch[i]].push_back(duration[i]);
        size_t wrong = 0;
        int64_t slow = 0;
        for (size_t s = 0; s < grouped.size(); ++s) {
          std::sort(grouped[s].begin(), grouped[s].end());
          wrong += grouped[s].empty() || judged.middle[s] != grouped[s][(grouped[s].size() + 1) / 2 - 1];
        }
        for (size_t i = 0; i < n; ++i) {
          wrong += (duration[i] > judged.middle[judged.stretch[i]]) != (judged.slow[i] != 0);
          slow += judged.slow[i];
        }
        CHECK(wrong == 0);
        CHECK(slow == judged.slow_rows);
      }
}

TEST_CASE("rows in order of relative duration are those that std::sort gives") {
  Random random(31);
  for (int spread = 0; spread < 4; ++spread)
    for (const size_t n : {0u, 3u, 255u, 2000u}) {
      std::vector<contrast::Timed> rows;
      for (size_t i = 0; i < n; ++i)
        rows.emplace_back(spread == 0 ? 0.2 + 0.8 / (1.001 - random.unit()) : spread == 1 ? 1.0 : spread == 2 ? random.normal() : i % 9 ? 1 + 1e-9 * random.unit() : 0.0,
                          static_cast<uint32_t>(i));
      std::vector<contrast::Timed> sorted = rows;
      std::sort(sorted.begin(), sorted.end());
      contrast::sort_timed(rows);
      CHECK(rows == sorted);
    }
}

TEST_CASE("identifiers are left out and named") {
  const FramePtr f = drifting(60, 2, 3);
  for (size_t i = 0; i < f->rows; ++i) CHECK(text(f, "attribute", i) != "request");
  REQUIRE(f->marks.notes.size() == 1);
  CHECK(f->marks.notes[0] == "identifiers left out: request");
}

TEST_CASE("without a difference nothing is found, more often than not by chance alone") {
  size_t found = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const FramePtr f = run("contrast", {drifting(80, 1, 100 + seed)});
    bool any = false;
    for (size_t i = 0; i < f->rows; ++i) any = any || text(f, "state", i) == "found";
    found += any;
  }
  CHECK(found <= 20);  // alpha 0.05 per population
}

TEST_CASE("too few rows are unknown, with the number that would tell") {
  const FramePtr f = run("contrast", {drifting(8, 1, 4)});
  for (size_t i = 0; i < f->rows; ++i) {
    CHECK(text(f, "state", i) == "unknown");
    CHECK(text(f, "why", i).find("rows") != std::string::npos);
  }
}

TEST_CASE("a value that did not exist before is new, and only under against") {
  CHECK(number(run("contrast", {drifting(60, 2, 5, true)}), "new") == 1);
  CHECK(absent(run("contrast", {drifting(60, 2, 5)}), "new"));
}

TEST_CASE("numbers of few values stand as values") {
  ContrastBuilder b;
  const uint32_t p = b.population({.service = "a", .operation = "get"});
  for (int i = 0; i < 80; ++i) {
    b.row(p, i, i % 2 ? 100 + i : 900 + i, false);
    b.number(b.attribute("code"), i % 2 ? 200 : 503);
  }
  const Result<FramePtr> made = b.finish(false);
  REQUIRE(made);
  const FramePtr f = run("contrast", {*made});
  CHECK(f->rows == 2);
  CHECK(text(f, "value") == "503");
  CHECK(text(f, "state") == "found");
  CHECK(number(f, "slow") == 40);
  CHECK(number(f, "fast") == 0);
}

TEST_CASE("the same rows give the same bits") {
  CHECK(hash(*drifting(300, 2, 6)) == hash(*drifting(300, 2, 6)));
  CHECK(hash(*run("contrast", {drifting(300, 2, 6)})) == hash(*run("contrast", {drifting(300, 2, 6)})));
}

TEST_CASE("an empty builder gives an empty frame and an empty result") {
  ContrastBuilder b;
  const Result<FramePtr> f = b.finish(true);
  REQUIRE(f);
  CHECK((*f)->rows == 0);
  CHECK(run("contrast", {*f})->rows == 0);
}

namespace {

FramePtr numbers(double slope_before, double slope_after, bool sequence, int64_t from = 0) {
  NumbersBuilder b(start, minute);
  const uint32_t p = b.population({.service = "a", .operation = "get", .attribute = "items"});
  for (int64_t m = from; m < 30; ++m)
    for (int64_t i = 0; i < 6; ++i) {
      const double level = 10 + slope_before * static_cast<double>(std::min<int64_t>(m, 15)) +
                           slope_after * static_cast<double>(std::max<int64_t>(0, m - 15));
      b.add(p, start + m * minute + i, level + (sequence ? static_cast<double>(m * 6 + i) * 1e-4 : static_cast<double>(i / 3) * 0.01), false);
    }
  return b.finish();
}

}  // namespace

TEST_CASE("a number that begins to grow at the onset is found") {
  const FramePtr f = run("growing", {numbers(0, 5, false)}, {{"at", at(15)}});
  CHECK(text(f, "state") == "found");
  CHECK(number(f, "slope_after") == Approx(5.0 / 60).epsilon(0.01));
  CHECK(number(f, "n_before") == 90);
  CHECK(number(f, "times") > 5);
}

TEST_CASE("a number that grew before as well, a sequence, and a flat one are not found") {
  CHECK(text(run("growing", {numbers(5, 5, false)}, {{"at", at(15)}}), "why") == "rose before the onset too");
  CHECK(text(run("growing", {numbers(0, 5, true)}, {{"at", at(15)}}), "why") == "nearly every value is new, as of a sequence");
  CHECK(text(run("growing", {numbers(0, 0, false)}, {{"at", at(15)}}), "state") == "not_found");
}

namespace {

// One row a minute: still at 10 before minute 15 (or counting slowly), then rising by `step` a row.
FramePtr seldom(int64_t from, bool counting, double step) {
  NumbersBuilder b(start, minute);
  const uint32_t p = b.population({.service = "a", .operation = "get", .attribute = "items"});
  for (int64_t m = from; m < 30; ++m)
    b.add(p, start + m * minute, 10 + (counting ? 0.001 * static_cast<double>(m) : 0) + step * static_cast<double>(std::max<int64_t>(0, m - 15)),
          false);
  return b.finish();
}
FramePtr without(const FramePtr& f, const std::string& column) {
  auto cut = std::make_shared<Frame>(*f);
  std::erase_if(cut->columns, [&](const Column& c) { return c.name == column; });
  return cut;
}

}  // namespace

TEST_CASE("with one request a bucket a number that stood still before is growth, one that always counted is a sequence") {
  const FramePtr grows = run("growing", {seldom(0, false, 5)}, {{"at", at(15)}});
  CHECK(text(grows, "state") == "found");
  CHECK(number(grows, "distinct_share") == Approx(14.0 / 15));   // the 10 of minute 15 was there before
  CHECK(number(grows, "distinct_before") == Approx(1.0 / 15));
  CHECK(text(run("growing", {seldom(0, true, 5)}, {{"at", at(15)}}), "why") == "nearly every value is new, as of a sequence");
  const FramePtr few = run("growing", {seldom(12, false, 5)}, {{"at", at(15)}});
  CHECK(text(few, "state") == "unknown");
  CHECK(text(few, "why") == "3 values before the onset, too few to tell a growing number from a sequence");
}

TEST_CASE("distinct values are counted over buckets, not added up per bucket") {
  NumbersBuilder b(start, minute);
  const uint32_t p = b.population({.service = "a", .operation = "get", .attribute = "items"});
  for (int64_t m = 0; m < 20; ++m) b.add(p, start + m * minute, static_cast<double>(m < 10 ? 1 : 1 + (m - 10) / 2), false);
  const FramePtr f = b.finish();
  const FramePtr exact = run("growing", {f}, {{"at", at(10)}}), rebuilt = run("growing", {without(f, "fresh")}, {{"at", at(10)}});
  CHECK(text(exact, "state") == "found");
  CHECK(number(exact, "distinct_share") == Approx(0.4));   // 2, 3, 4, 5: the 1 was there before
  CHECK(text(rebuilt, "state") == "found");
  CHECK(number(rebuilt, "distinct_share") == Approx(0.5));
}

TEST_CASE("a source that counts distinct values per bucket only cannot tell a sequence, and says so") {
  const FramePtr f = run("growing", {without(numbers(0.001, 5, true), "fresh")}, {{"at", at(15)}});
  CHECK(text(f, "state") == "unknown");
  CHECK(text(f, "why").find("cannot be told from a sequence") != std::string::npos);
}

TEST_CASE("without rows before the onset growth is unknown") {
  const FramePtr f = run("growing", {numbers(0, 5, false, 15)}, {{"at", at(15)}});
  CHECK(text(f, "state") == "unknown");
  CHECK(text(f, "why") == "no rows before the onset");
}

TEST_CASE("numbers are counted per bucket of time from the start of the window") {
  NumbersBuilder b(1000, 100, 500);
  const uint32_t p = b.population({.service = "a", .operation = "get", .attribute = "items"});
  for (const double v : {3.0, 1.0, 3.0}) b.add(p, 1150, v, false);
  b.add(p, 1150, NAN, false);
  b.add(p, 560, 9, true);
  const FramePtr f = b.finish();
  REQUIRE(f->rows == 2);
  CHECK(text(f, "window", 0) == "then");
  CHECK(number(f, "time", 0) == 500);
  CHECK(number(f, "time", 1) == 1100);
  CHECK(number(f, "n", 1) == 3);
  CHECK(number(f, "distinct", 1) == 2);
  CHECK(number(f, "value", 1) == 3);
}
