// Figures: bars of a contrast, distributions before and since, aligned waterfalls, messages; each from frames with
// known answers. SPDX-License-Identifier: Apache-2.0
#include "runtime/report/html_figures.h"

#include "runtime/frame/kernels/contrast.h"
#include "runtime/frame/kernels/growing.h"
#include "tests/runtime/report/golden.h"
#include "tests/runtime/report/made_case.h"

using namespace inquest;

namespace {

size_t times(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

// Forty slow and forty fast requests of one operation side by side in time: 36 of the slow are tier=cold, 4 of the
// fast.
FramePtr contrast_frame() {
  ContrastBuilder b;
  const uint32_t population = b.population({"ledger", {}, {}, {}, "read"});
  const uint32_t tier = b.attribute("tier"), zone = b.attribute("zone");
  for (int i = 0; i < 80; ++i) {
    const bool slow = i % 2 == 0;
    b.row(population, made::at(2000 + i).ns, slow ? 900'000'000 + i : 10'000'000 + i, false);
    b.cell(tier, (slow ? i / 2 >= 4 : i / 2 < 4) ? "cold" : "warm");
    b.cell(zone, i % 3 ? "a" : "b");
  }
  return *b.finish(false);
}

FramePtr numbers_frame() {
  NumbersBuilder b(made::at(0).ns, 60 * ns_per_s, made::at(0).ns);
  const uint32_t held = b.population({"ledger", {}, {}, {}, "read", "held"});
  for (int64_t t = 0; t < 3600; t += 30)
    b.add(held, made::at(t).ns, t < 1800 ? 10 : 10.0 + static_cast<double>(t - 1800) * 50, t < 1800);
  return b.finish();
}

// Whole traces of three spans: root at a client, ledger below it, read below that with its attributes.
FramePtr spans_frame(const char* prefix, int64_t read_ms, const std::string& attributes) {
  FrameBuilder b(Shape::spans);
  b.head();
  for (const char* name : {"trace_id", "span_id", "parent_id", "operation", "kind"}) b.add(name, ColumnType::text);
  b.add("start", ColumnType::time)
      .add("duration", ColumnType::duration)
      .add("status", ColumnType::text)
      .add("attributes", ColumnType::text);
  for (int trace = 0; trace < 3; ++trace)
    for (int span = 0; span < 3; ++span) {
      b.text(0, span == 0 ? "till" : "ledger");
      b.text(b.index("trace_id"), fmt::format("{}{}", prefix, trace));
      b.text(b.index("span_id"), fmt::format("{}{}-{}", prefix, trace, span));
      if (span > 0) b.text(b.index("parent_id"), fmt::format("{}{}-{}", prefix, trace, span - 1));
      b.text(b.index("operation"), span == 0 ? "checkout" : span == 1 ? "GET /things" : "read");
      b.integer(b.index("start"), made::at(2000 + trace).ns + span * 1'000'000);
      b.integer(b.index("duration"), (read_ms + 10 - span * 5) * 1'000'000);
      b.text(b.index("status"), "ok");
      b.text(b.index("attributes"), span == 2 ? attributes : "{}");
      b.end_row();
    }
  b.expanded(true);
  return b.finish();
}

FramePtr templates_frame() {
  FrameBuilder b(Shape::templates);
  b.head().add("template", ColumnType::text).add("before", ColumnType::int64).add("after", ColumnType::int64);
  b.add("counts", ColumnType::text).add("example", ColumnType::text);
  for (const auto& [text, before, after] : {std::tuple{"evicted <*>", 0, 41}, {"served", 90, 88}}) {
    b.text(0, "ledger");
    b.text(b.index("template"), text);
    b.integer(b.index("before"), before);
    b.integer(b.index("after"), after);
    b.text(b.index("counts"), "[0,0,3,38]");
    b.text(b.index("example"), "evicted 17");
    b.end_row();
  }
  return b.finish();
}

FramePtr logs_frame(int evicted) {
  FrameBuilder b(Shape::logs);
  b.head().add("time", ColumnType::time);
  for (const char* name : {"severity", "body", "trace_id"}) b.add(name, ColumnType::text);
  for (int i = 0; i < 10; ++i)
    for (const bool second : {false, true}) {
      if (second && i >= evicted) continue;
      b.text(0, "ledger");
      b.integer(b.index("time"), made::at(2000 + i).ns);
      b.text(b.index("body"), second ? fmt::format("evicted {}", i) : "served");
      b.text(b.index("trace_id"), fmt::format("{}-{}", evicted, i));
      b.end_row();
    }
  return b.finish();
}

// The made case with one more review, whose slots are these frames and whose finding is `found`.
made::Case with(const std::vector<std::pair<std::string, FramePtr>>& slots, Finding found) {
  made::Case c = made::confirmed();
  std::vector<JournalRow> tail(c.rows.end() - 4, c.rows.end());  // two contexts left, verdict, end
  c.rows.resize(c.rows.size() - 4);
  Json bound = Json::object();
  int n = 10;
  for (const auto& [slot, frame] : slots) {
    const std::string id = fmt::format("E{}", n++);
    made::ask(c, id, "judge", slot, "spans.made", "spans", frame, {});
    made::answered(c, id);
    bound[slot] = {{"frame", "judge." + slot}, {"evidence", id}};
    found.evidence.push_back(id);
  }
  Rows rows;
  rows.found.push_back(found);
  c.add("reviewed", {{"state", "judge"}, {"use", 7}, {"review", "made"}, {"slots", bound}, {"rows", rows_json(rows)}});
  c.rows.insert(c.rows.end(), tail.begin(), tail.end());
  return c;
}

Finding about(Subject subject) {
  return made::finding("F9", "judge", "made", std::move(subject), "made for this test", 0.7, {});
}

std::string figures_of(const made::Case& c) {
  const Report report = c.report();
  Page page = page_of(report);
  const auto f =
      std::find_if(report.findings.begin(), report.findings.end(), [](const Finding& x) { return x.id == "F9"; });
  REQUIRE(f != report.findings.end());
  return html_figures(page, *f, "");
}

}  // namespace

TEST_CASE("a contrast is shown as counts with bars, the value of the finding first, with how far it is apart") {
  const std::string out =
      figures_of(with({{"contrast", contrast_frame()}},
                      about({{"service", "ledger"}, {"operation", "read"}, {"attribute", "tier"}, {"value", "cold"}})));
  CHECK(out.find("<b>tier = cold</b>") != std::string::npos);
  CHECK(out.find("36 of 40 (90 %)") != std::string::npos);
  CHECK(out.find("4 of 40 (10 %)") != std::string::npos);
  CHECK(out.find("+80 points") != std::string::npos);
  CHECK(times(out, "class=\"bar\"") >= 2);
  CHECK(out.find("width=\"90.0\"") != std::string::npos);
}

TEST_CASE("a growing attribute is drawn over time and as distributions with both medians") {
  const std::string out = figures_of(with(
      {{"numbers", numbers_frame()}}, about({{"service", "ledger"}, {"operation", "read"}, {"attribute", "held"}})));
  CHECK(out.find("held over time") != std::string::npos);
  CHECK(out.find(">median 10<") != std::string::npos);
  CHECK(times(out, ">median ") == 2);
  CHECK(out.find("<td class=\"n\" align=\"right\">60</td>") != std::string::npos);  // requests on either side
}

TEST_CASE("a slow and a typical trace stand on one axis, with the attributes that findings name") {
  const std::string out =
      figures_of(with({{"slow", spans_frame("5", 900, "{\"tier\":\"cold\"}")},
                       {"typical", spans_frame("7", 20, "{\"tier\":\"warm\"}")}},
                      about({{"service", "ledger"}, {"operation", "read"}, {"attribute", "tier"}, {"value", "cold"}})));
  CHECK(out.find("Slow: 910 ms, 3 spans") != std::string::npos);
  CHECK(out.find("Typical: 30 ms, 3 spans") != std::string::npos);
  CHECK(out.find("<b>tier = cold</b>") != std::string::npos);
  CHECK(out.find("<b>tier = warm</b>") != std::string::npos);
  CHECK(out.find("0 – 910 ms") != std::string::npos);
  CHECK(out.find("width=\"1000\" height=\"10\"") != std::string::npos);  // the slow root spans the axis
  CHECK(out.find("width=\"33\" height=\"10\"") != std::string::npos);    // 30 of 910 ms
}

TEST_CASE("messages stand with their counts before and since, and in how many slow and typical requests they are") {
  const std::string out =
      figures_of(with({{"kinds", templates_frame()}, {"slow", logs_frame(9)}, {"typical", logs_frame(1)}},
                      about({{"service", "ledger"}, {"template", "evicted <*>"}})));
  CHECK(out.find("<b><code>evicted &lt;*&gt;</code>") != std::string::npos);
  CHECK(out.find("9 of 10 (90 %)") != std::string::npos);
  CHECK(out.find("1 of 10 (10 %)") != std::string::npos);
  CHECK(out.find("class=\"small\"") != std::string::npos);
  CHECK(out.find("<a href=\"#F9\">F9</a>") != std::string::npos);
}

TEST_CASE("a finding without an answer to draw has no figure") {
  CHECK(figures_of(with({}, about({{"service", "ledger"}}))).empty());
}
