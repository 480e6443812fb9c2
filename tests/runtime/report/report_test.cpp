// A Report from rows, the JSON document, and what holds for every format.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/report.h"

#include <set>

#include <cstdio>
#include <cstdlib>

#include "runtime/machine/draw.h"
#include "runtime/report/builder.h"
#include "runtime/report/formats.h"
#include "runtime/report/summary.h"
#include "runtime/report/terminal.h"
#include "tests/runtime/report/golden.h"
#include "tests/runtime/report/made_case.h"

using namespace inquest;

TEST_CASE("a report follows the journal: steps, contexts, evidence, findings, verdict") {
  const Report r = made::confirmed().report();
  std::vector<std::string> states;
  for (const ReportStep& s : r.path) states.push_back(s.state);
  CHECK(states == std::vector<std::string>{"overview", "gather", "metrics", "latency", "services", "traces", "judge"});
  CHECK(r.path[4].chose == "look closer");
  CHECK(r.path[4].findings == std::vector<std::string>{"F1", "F2"});
  CHECK(r.path[2].evidence == std::vector<std::string>{"E1", "E2"});
  REQUIRE(r.contexts.size() == 4);
  CHECK(r.contexts[1].scope.names.at("service") == "ledger");
  REQUIRE(r.evidence.size() == 4);
  CHECK(r.evidence[0].unit == "By");
  CHECK(r.evidence[1].failure->cls == Failure::Class::timeout);
  CHECK(r.evidence[3].marks.limited == "9 of 1 204 traces, slowest first");
  CHECK(r.judgement.verdict.word == "confirmed");
  CHECK(r.suspects.size() == 2);
  CHECK(r.finished);
  CHECK(r.exit == 0);
}

TEST_CASE("a review run again under the same bindings replaces its findings, under others it adds to them") {
  made::Case c = made::confirmed();
  c.rows.resize(0);
  made::start(c, {});
  Rows one, two;
  one.found.push_back(made::finding("F1", "services", "rise", {{"service", "a"}}, "a rises", 1, {}));
  two.found.push_back(made::finding("F2", "services", "rise", {{"service", "b"}}, "b rises", 1, {}));
  made::services_review(c, {}, one);
  made::services_review(c, {}, two);
  REQUIRE(c.report().findings.size() == 1);
  CHECK(c.report().findings[0].id == "F2");
  c.add("context_entered", {{"context", 1},
                            {"name", "service"},
                            {"scope", scope_json({made::window(), {}})},
                            {"names", {{"service", "b"}}}});
  made::services_review(c, {}, one);
  CHECK(c.report().findings.size() == 2);
}

TEST_CASE("every prefix of a journal gives a report in every format") {
  const made::Case whole = made::confirmed();
  for (size_t n = 0; n <= whole.rows.size(); ++n) {
    made::Case part = whole;
    part.rows.resize(n);
    const Report r = part.report();
    CHECK(r.finished == (n == whole.rows.size()));
    for (const Writer& w : writers()) {
      INFO(w.format << " after " << n << " rows");
      CHECK_FALSE(w.write(r, {}).empty());
    }
  }
}

TEST_CASE("rows of an unknown kind and members of a wrong type do no harm") {
  made::Case c = made::confirmed();
  const size_t steps = c.report().path.size();
  c.add("later_invention", {{"state", 7}});
  for (const std::string& kind : journal_kinds()) {
    c.add(kind, {{"state", 7},
                 {"evidence", Json::array()},
                 {"rows", "x"},
                 {"items", 3},
                 {"sop", 1},
                 {"names", 4},
                 {"marks", 5},
                 {"context", "nowhere"}});
    c.add(kind, Json::array({1, 2}));
    c.add(kind, nullptr);
  }
  CHECK(c.report().path.size() >= steps);
  for (const Writer& w : writers()) CHECK_FALSE(w.write(c.report(), {}).empty());
}

TEST_CASE("the walk on the drawing: visited states and taken edges, also those that no one chose") {
  const Report r = made::confirmed().report();
  const auto sop = sop_of(r);
  REQUIRE(sop);
  const Walk walk = walk_of(r, *sop);
  CHECK(walk.visited.size() == 7);
  CHECK(walk.taken == std::set<std::pair<std::string, std::string>>{{"overview", "begin"},
                                                                    {"gather", "combine"},
                                                                    {"services", "look closer"},
                                                                    {"traces", "read them"},
                                                                    {"judge", "done"}});
  CHECK(walk.current.empty());
  CHECK(walk_of(made::unfinished().report(), *sop).current == "latency");
}

TEST_CASE("the JSON document has the members that the design lists, as approved") {
  for (const auto& [name, made] :
       {std::pair{"confirmed", made::confirmed()}, std::pair{"inconclusive", made::inconclusive()},
        std::pair{"hostile", made::hostile()}, std::pair{"unfinished", made::unfinished()}})
    made::check_golden(std::string(name) + ".json", json_report(made.report(), {}));
  const auto has = [](const Json& json, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
      INFO(key);
      CHECK(member(json, key) != nullptr);
    }
  };
  const Json d = report_json(made::confirmed().report());
  has(d, {"schema_version", "case", "sop", "inputs", "sources", "verdict", "hypotheses", "suspects", "findings",
          "unknown", "path", "evidence", "exit"});
  has(d["verdict"], {"word", "hypothesis", "subject", "onset", "strength", "says", "also", "missing"});
  has(d["hypotheses"][0], {"name", "subject", "word", "strength", "findings", "missing"});
  has(d["suspects"][0], {"service", "score", "why"});
  has(d["findings"][0],
      {"id", "state", "kind", "subject", "numbers", "lists", "strength", "onset", "evidence", "says"});
  has(d["path"][0], {"state", "context", "round", "via"});
  has(d["evidence"][0], {"id", "state", "ask", "source", "native", "window", "rows", "bytes", "ms", "partial"});
  has(report_json(made::inconclusive().report())["verdict"]["missing"][0], {"kind", "signal", "tried", "cure"});
}

TEST_CASE("without its clock fields the document of a slower run elsewhere is the same") {
  made::Case slow = made::confirmed();
  for (JournalRow& row : slow.rows) {
    row.at.ns += 86'400 * ns_per_s;
    row.ms *= 3;
    row.bytes += 17;
  }
  for (EvidenceRow& e : slow.evidence) e.bytes += 5;
  const Json a = report_json(made::confirmed().report());
  const Json b = report_json(make_report(slow.rows, slow.evidence, "/elsewhere/b.case"));
  CHECK(canonical(a) != canonical(b));
  CHECK(canonical(without_clock(a)) == canonical(without_clock(b)));
}

TEST_CASE("no format lets a control byte or a bidi override through") {
  for (const made::Case& c : {made::hostile(), made::confirmed()})
    for (const Writer& w : writers()) {
      const std::string text = w.write(c.report(), {});
      INFO(w.format);
      CHECK(std::none_of(text.begin(), text.end(),
                         [](unsigned char ch) { return (ch < 0x20 && ch != '\n') || ch == 0x7f; }));
      CHECK(text.find("\xe2\x80\xae") == std::string::npos);   // U+202E
      CHECK(text.find("\xc2\x9b") == std::string::npos);       // C1 CSI
      CHECK(text.size() < 1'000'000);
    }
}

TEST_CASE("formats are found by name and by extension") {
  CHECK(std::string(writer("html")->format) == "html");
  CHECK(writer("pdf") == nullptr);
  CHECK(std::string(writer_for_file("a/b.md")->format) == "markdown");
  CHECK(std::string(writer_for_file("b.json")->format) == "json");
  CHECK(std::string(writer_for_file("b.txt")->format) == "terminal");
  CHECK(writer_for_file("b.docx") == nullptr);
  CHECK(writer_for_file(".md") == nullptr);
  CHECK(writer_for_file("md") == nullptr);
}

TEST_CASE("the outputs of a case file are those of the run that wrote it") {
  const made::Case made = made::confirmed();
  const std::string path =
      std::string(std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "/tmp") + "/inquest_report_test.case";
  std::remove(path.c_str());
  ManualClock clock(made::at(7200));
  {
    auto file = CaseFile::create(path, clock);
    REQUIRE(file.ok());
    size_t next = 0;
    for (const JournalRow& row : made.rows) {
      if (row.kind == "ask_sent") REQUIRE((*file)->put_evidence(made.evidence[next++]).ok());
      REQUIRE((*file)->append(row.kind, row.payload, {row.ms, row.bytes, 1}).ok());
      clock.advance({7'000'000});
    }
    REQUIRE((*file)->close().ok());
  }
  auto kept = CaseFile::open(path);
  REQUIRE(kept.ok());
  auto report = make_report(**kept);
  REQUIRE(report.ok());
  CHECK(report->sealed);
  CHECK(report->case_path == path);
  CHECK(canonical(without_clock(report_json(*report))) == canonical(without_clock(report_json(made.report()))));
  report->case_path = "/cases/made.case";
  CHECK(terminal_report(*report, {}) == terminal_report(made.report(), {}));
  std::remove(path.c_str());
}

TEST_CASE("a SOP that judges no hypothesis says so, and what was found, in every language") {
  Report report = made::confirmed().report();
  report.judgement.hypotheses.clear();
  report.judgement.verdict = {};
  report.judgement.verdict.word = "ruled_out";
  REQUIRE(!report.findings.empty());
  const Headline head = headline(report);
  CHECK(head.word == "RULED OUT");
  CHECK(head.glyph == std::string("–"));
  CHECK(head.says.find("judges no hypothesis") != std::string::npos);
  CHECK(head.says.find(report.findings[0].kind + " at ") != std::string::npos);
  report.lang = "es";
  CHECK(headline(report).says.find("no juzga ninguna") != std::string::npos);
}

TEST_CASE("a suspect is told by its sentence, or by its score where the sentence does not name it") {
  CHECK(suspect_line({"stock", 0.779, "stock is suspect (score 0.779): rise"}) == "stock is suspect (score 0.779): rise");
  CHECK(suspect_line({"stock", 0.779, "waits for nobody"}) == "stock 0.78: waits for nobody");
  CHECK(suspect_line({"stock", 0, ""}) == "stock 0.00");
}
