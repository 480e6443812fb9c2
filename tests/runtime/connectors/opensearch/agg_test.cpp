// Aggregated asks on recorded answers of a real server: the same numbers as from files, or within what their mark says.
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/connectors/opensearch/agg_made.h"

#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "runtime/connectors/opensearch/agg_contrast.h"
#include "runtime/connectors/opensearch/agg_script.h"
#include "runtime/frame/kernels/contrast.h"
#include "runtime/frame/kernels/loghist.h"

using namespace agg_made;

namespace {

double cell(const Frame& frame, const char* column, size_t row) {
  const Column* c = frame.column(column);
  REQUIRE(c);
  return c->number(row);
}

// Row of a result by some of its texts.
std::optional<size_t> row_of(const Frame& frame, const std::map<std::string, std::string>& texts) {
  for (size_t row = 0; row < frame.rows; ++row) {
    bool all = true;
    for (const auto& [name, text] : texts) all = all && frame.column(name)->text(row) == text;
    if (all) return row;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("Aggregations: latency in both windows is byte for byte what files answer") {
  const Layout of = layout("otel-v1");
  const Played played = play("otel-v1_latency", of);
  const FramePtr files = from_files(played.ask);
  REQUIRE(files->rows > 500);
  CHECK(encode(*played.frame) == encode(*files));
  CHECK(played.frame->marks.approximate.empty());
  CHECK(played.rounds == 1);
  CHECK(played.searches == 2);                           // one a window
}

TEST_CASE("Aggregations: latency of very many spans comes in pages of groups, with the same numbers") {
  const Layout of = layout("otel-v1");
  const Played played = play("otel-v1_latency_paged", of, 600'000);
  CHECK(encode(*played.frame) == encode(*from_files(played.ask)));
  CHECK(played.rounds == 3);                             // count, groups, buckets

  const Layout jaeger = layout("jaeger");
  const Played few = play("jaeger_latency", jaeger), paged = play("jaeger_latency_paged", jaeger, 600'000);
  const std::vector<std::string> heads = {"namespace"};  // in nested tags, and not worth reading so many documents
  CHECK(told(*paged.frame, heads) == told(*few.frame, heads));
  CHECK(paged.frame->column("namespace")->absent(0));
  CHECK_FALSE(few.frame->column("namespace")->absent(0));
}

TEST_CASE("Aggregations: bytes do not grow with the same spans ten times over, and counts do") {
  const Layout of = layout("otel-v1");
  for (const auto& [one, ten] : std::vector<std::pair<std::string, std::string>>{
           {"otel-v1_latency", "ten_latency"}, {"otel-v1_calls", "ten_calls"}, {"otel-v1_services", "ten_services"}}) {
    INFO(ten);
    const Played once = play(one, of), tenfold = play(ten, of, 24'300);
    const FramePtr files = from_files(once.ask);
    REQUIRE(tenfold.frame->rows == files->rows);
    const char* n = files->column("count") ? "count" : "spans";
    for (size_t row = 0; row < files->rows; ++row) REQUIRE(tenfold.frame->column(n)->integer(row) == 10 * files->column(n)->integer(row));
    CHECK(tenfold.bytes <= once.bytes * 5 / 4);          // the digits of ten times as much
  }
}

TEST_CASE("Aggregations: roots of a service without server spans are of kind root, and a negative duration is counted") {
  const Layout of = layout("otel-v1");
  const Played played = play("otel-v1_latency_nightly", of);
  const FramePtr files = from_files(played.ask);
  CHECK(encode(*played.frame) == encode(*files));
  CHECK(played.frame->column("kind")->text(0) == "root");
  CHECK(played.frame->marks.notes.back() == "1 spans end before they start (skewed clocks)");
}

TEST_CASE("Aggregations: durations of SS4O, which has none, are read to the nanosecond") {
  const Layout of = layout("ss4o");
  REQUIRE(of.start.type == "date");
  REQUIRE_FALSE(of.has_duration());
  const Played played = play("ss4o_latency", of);
  CHECK(encode(*played.frame) == encode(*from_files(played.ask)));
}

TEST_CASE("Aggregations: latency of Jaeger's layout is that of files in whole microseconds") {
  const Layout of = layout("jaeger");
  const Played played = play("jaeger_latency", of);
  const FramePtr files = from_files(played.ask);
  int64_t count = 0, errors = 0, sum = 0, count_files = 0, errors_files = 0, sum_files = 0;
  for (size_t row = 0; row < played.frame->rows; ++row) {
    count += played.frame->column("count")->integer(row);
    errors += played.frame->column("errors")->integer(row);
    sum += played.frame->column("sum")->integer(row);
  }
  for (size_t row = 0; row < files->rows; ++row) {
    count_files += files->column("count")->integer(row);
    errors_files += files->column("errors")->integer(row);
    sum_files += files->column("sum")->integer(row);
  }
  REQUIRE(count > 0);
  CHECK(count == count_files);
  CHECK(errors == errors_files);
  CHECK(sum <= sum_files);
  CHECK(sum_files - sum < 1000 * count);
  CHECK(played.frame->marks.notes.back() == "the server keeps durations in whole 1us");
}

TEST_CASE("Aggregations: services are counted exactly in both windows, times to the nanosecond") {
  const Layout of = layout("otel-v1");
  const Played played = play("otel-v1_services", of);
  CHECK(told(*played.frame) == told(*from_files(played.ask)));
  CHECK(played.searches == 2);
}

TEST_CASE("Aggregations: heads of Jaeger's services come from nested tags") {
  const Layout of = layout("jaeger");
  const Played played = play("jaeger_services", of);
  const std::vector<std::string> without = {"first", "last"};
  CHECK(told(*played.frame, without) == told(*from_files(played.ask), without));
  CHECK(played.frame->column("instance")->text(1) == "shop-1");
}

TEST_CASE("Aggregations: the server joins calls to their parents, peers of clients included") {
  const Layout of = layout("otel-v1");
  const Played played = play("otel-v1_calls", of);
  CHECK(told(*played.frame) == told(*from_files(played.ask)));
  CHECK(row_of(*played.frame, {{"caller", "shop"}, {"callee", "redis"}, {"callee_kind", "database"}}));
  CHECK(played.bytes < 2000);
}

TEST_CASE("Aggregations: calls of SS4O and of Jaeger are those of files") {
  const Layout ss4o = layout("ss4o"), jaeger = layout("jaeger");
  const Played one = play("ss4o_calls", ss4o), other = play("jaeger_calls", jaeger);
  CHECK(told(*one.frame) == told(*from_files(one.ask)));
  CHECK(told(*other.frame, {"sum"}) == told(*from_files(other.ask), {"sum"}));
}

TEST_CASE("Aggregations: percentiles of few spans are exact, of many within the error of the log histogram") {
  const Layout of = layout("otel-v1");
  const Played few = play("otel-v1_percentiles_few", of);
  CHECK(encode(*few.frame) == encode(*from_files(few.ask)));
  CHECK(few.frame->marks.approximate.empty());

  const Played many = play("otel-v1_percentiles", of);
  const FramePtr files = from_files(many.ask);
  const std::vector<std::string> without = {"p50", "p95", "p99"};
  CHECK(told(*many.frame, without) == told(*files, without));
  for (const std::string& name : without)
    for (size_t row = 0; row < files->rows; ++row) {
      const double exact = cell(*files, name.c_str(), row);
      CHECK(std::fabs(cell(*many.frame, name.c_str(), row) - exact) <= loghist_error * std::fabs(exact));
    }
  CHECK(many.frame->marks.approximate.find("0.8 %") != std::string::npos);
  const Played paged = play("otel-v1_percentiles_paged", of, 600'000);
  CHECK(encode(*paged.frame) == encode(*many.frame));
}

TEST_CASE("Aggregations: numbers over time have the medians and counts of files") {
  const Layout of = layout("otel-v1");
  const Played played = play("otel-v1_numbers", of);
  const FramePtr files = from_files(played.ask);
  REQUIRE(files->rows > 100);
  CHECK(told(*played.frame, {"fresh", "value"}) == told(*files, {"fresh", "value"}));
  int64_t fresh = 0, fresh_files = 0;
  for (size_t row = 0; row < files->rows; ++row) {
    const double exact = cell(*files, "value", row);
    CHECK(std::fabs(cell(*played.frame, "value", row) - exact) <= 0.01 * std::fabs(exact) + 1e-9);
    fresh += played.frame->column("fresh")->integer(row);
    fresh_files += files->column("fresh")->integer(row);
  }
  CHECK(fresh == fresh_files);                           // dealt to other buckets, together the same
  CHECK_FALSE(played.frame->marks.approximate.empty());
}

TEST_CASE("Aggregations: contrast of few spans is byte for byte what files answer") {
  const Layout of = layout("otel-v1");
  const Played played = play("otel-v1_contrast_few", of);
  CHECK(encode(*played.frame) == encode(*from_files(played.ask)));
}

TEST_CASE("Aggregations: contrast of many spans finds what files find, and nothing else first") {
  const Layout of = layout("otel-v1");
  const Played played = play("otel-v1_contrast", of);
  const FramePtr files = from_files(played.ask);
  const auto mine = contrast_kernel.run({played.frame}, {}, nullptr), theirs = contrast_kernel.run({files}, {}, nullptr);
  REQUIRE(mine.ok());
  REQUIRE(theirs.ok());
  const std::map<std::string, std::string> wanted = {{"service", "shop"}, {"operation", "POST /cart"}, {"attribute", "cached"}, {"value", "false"}};
  const auto here = row_of(**mine, wanted), there = row_of(**theirs, wanted);
  REQUIRE(here.has_value());
  REQUIRE(there.has_value());
  CHECK((*mine)->column("state")->text(*here) == "found");
  CHECK((*mine)->column("rank")->integer(*here) == (*theirs)->column("rank")->integer(*there));
  CHECK(std::fabs(cell(**mine, "share", *here) - cell(**theirs, "share", *there)) < 0.1);
  // Made four times slower, but for one in eight of the others; stretches of eight rows, as files have them, tell less.
  CHECK(cell(**mine, "times", *here) > cell(**theirs, "times", *there));
  CHECK(cell(**mine, "times", *here) < 4.2);
  for (const char* name : {"slow", "slow_then"}) {
    const double sum_mine = cell(**mine, name, *here) + cell(**mine, name[4] ? "fast_then" : "fast", *here);
    const double sum_theirs = cell(**theirs, name, *there) + cell(**theirs, name[4] ? "fast_then" : "fast", *there);
    CHECK(sum_mine == sum_theirs);                       // the rows with the value, however they are dealt
  }
  for (size_t row = 0; row < (*mine)->rows; ++row)       // no attribute is found that files do not find
    if ((*mine)->column("state")->text(row) == "found" && (*mine)->column("rank")->integer(row) == 1) {
      const auto same = row_of(**theirs, {{"operation", (*mine)->column("operation")->text(row)}, {"attribute", (*mine)->column("attribute")->text(row)}});
      REQUIRE(same.has_value());
      CHECK((*theirs)->column("state")->text(*same) == "found");
    }
  CHECK(played.frame->marks.approximate.find("0.8 %") != std::string::npos);
  bool identifiers = false;
  for (const std::string& note : played.frame->marks.notes) identifiers = identifiers || note == "identifiers left out: request.id";
  CHECK(identifiers);
}

TEST_CASE("Aggregations: counts above a given duration are exact") {
  const Layout of = layout("otel-v1");
  const Played played = play("otel-v1_contrast_counts", of);
  const FramePtr files = from_files(played.ask);
  std::vector<std::string> mine = told(*played.frame), theirs = told(*files);
  std::sort(mine.begin(), mine.end());
  std::sort(theirs.begin(), theirs.end());
  REQUIRE(theirs.size() > 20);
  CHECK(mine == theirs);
}

TEST_CASE("Aggregations: the limit of a stretch is the upper edge of its median's bucket, so equal durations are fast") {
  contrasted::Counts counts;
  const auto packed = [](int64_t time, int64_t duration) { return time * cell_buckets + log_bucket(duration) + 1; };
  // Eight different durations, the fourth of them the median; then one that comes a hundred times.
  std::vector<std::pair<int64_t, int64_t>> cells;
  for (int64_t i = 0; i < 8; ++i) cells.emplace_back(packed(0, (int64_t{1} << i) * 1000), 1);
  contrasted::set_limits(cells, counts);
  CHECK(counts.limits.front() == log_bucket_from(log_bucket(8000) + 1) - 1);
  CHECK(counts.limits.back() == counts.limits.front());

  counts = {};
  contrasted::set_limits({{packed(3, 5'000'000), 100}}, counts);
  for (const int64_t limit : counts.limits) CHECK(limit >= 5'000'000);
}

TEST_CASE("Aggregations: numbers as keys of their bits keep whole numbers, signs and size within 0.1 %") {
  for (const double number : {0.0, 1.0, 2047.0, -3.0, 0.25, 123456789.0, 1e-9}) {
    const auto key = static_cast<int64_t>(std::bit_cast<uint64_t>(number)) >> 42;
    CHECK(std::fabs(number_of(key) - number) <= std::fabs(number) * 0.001);
    if (std::fabs(number) < 2048 && number == std::floor(number)) CHECK(number_of(key) == number);
  }
}

TEST_CASE("Aggregations: texts of an ask never become part of a script") {
  const Layout of = layout("otel-v1");
  const auto scripts = [&](const Ask& ask) {
    const otlp::Aliases aliases;
    std::set<std::string> out;
    const std::function<void(const Json&)> walk = [&](const Json& json) {
      if (json.is_object() && json.contains("source") && json["source"].is_string()) out.insert(json["source"].get<std::string>());
      if (json.is_structured())
        for (const Json& one : json) walk(one);
    };
    for (const Search& search : aggregation_work(ask, of, aliases)->round()) walk(search.body);
    return out;
  };
  const std::string hostile = "x'] .value; while (true) {} // \"\\";
  for (const char* name : {"otel-v1_latency", "otel-v1_services", "ss4o_calls"}) {
    const Ask plain = *json_ask(load(name)["ask"]);
    Ask other = plain;
    other.scope.names["service"] = hostile;
    other.scope.names["operation"] = hostile;
    CHECK(scripts(other) == scripts(plain));
  }
}

TEST_CASE("Aggregations: without scripts a thousandfold scope is told from a sample, and says so") {
  Layout of = layout("otel-v1");
  of.painless = false;
  const Ask ask = *json_ask(load("otel-v1_latency_nightly")["ask"]);
  const otlp::Aliases aliases;
  const auto work = aggregation_work(ask, of, aliases);
  REQUIRE(work->round().size() == 1);
  Reply count;
  count.body = {{"hits", {{"total", {{"value", 1'000'000}, {"relation", "eq"}}}, {"hits", Json::array()}}}};
  REQUIRE_FALSE(work->take({count}).has_value());
  const std::vector<Search> rows = work->round();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].rows == 2000);
  CHECK(canonical(rows[0].body).find("script") == std::string::npos);
  Reply hits;
  hits.body = load("otel-v1_contrast_few")["rounds"][1]["replies"][0];
  REQUIRE_FALSE(work->take({hits}).has_value());
  CHECK(work->round().empty());
  const Stop stop{false};
  const Deadline deadline;
  const otlp::Answer answer = work->answer({ask, aliases, deadline, stop});
  REQUIRE(std::holds_alternative<FramePtr>(answer));
  CHECK(std::get<FramePtr>(answer)->marks.approximate == "30 of 1 000 000 spans, those of the lowest ids");
}

TEST_CASE("Aggregations: a reply without aggregations fails the ask, and a partial one marks its frame") {
  const Layout of = layout("otel-v1");
  const Json recorded = load("otel-v1_services");
  const Ask ask = *json_ask(recorded["ask"]);
  const otlp::Aliases aliases;
  const auto broken = aggregation_work(ask, of, aliases);
  std::vector<Reply> replies(broken->round().size());
  for (Reply& reply : replies) reply.body = {{"hits", {{"hits", Json::array()}}}};
  const auto failure = broken->take(replies);
  REQUIRE(failure.has_value());
  CHECK(failure->cls == Failure::Class::malformed);

  const auto partial = aggregation_work(ask, of, aliases);
  (void)partial->round();
  for (size_t i = 0; i < replies.size(); ++i) replies[i].body = recorded["rounds"][0]["replies"][i];
  replies[1].partial = "1 of 2 shards failed: circuit_breaking_exception";
  REQUIRE_FALSE(partial->take(replies).has_value());
  const Stop stop{false};
  const Deadline deadline;
  const otlp::Answer answer = partial->answer({ask, aliases, deadline, stop});
  REQUIRE(std::holds_alternative<FramePtr>(answer));
  CHECK(std::get<FramePtr>(answer)->marks.partial == "1 of 2 shards failed: circuit_breaking_exception");
}
