// What a test of a SOP asks for, compared with reports made here.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cli/expect.h"

#include <catch2/catch.hpp>

using namespace inquest;

namespace {

using Said = std::vector<std::string>;

// query "look" → review "judge" → done; hypothesis "busy".
Procedure procedure() {
  Procedure out;
  out.sop.name = "made";
  State look;
  look.kind = State::Kind::query;
  look.name = "look";
  AskSpec load;
  load.name = "load";
  load.kind = "metric.load";
  look.asks = {load};
  look.edges = {{"judge", "judge"}};
  State judge;
  judge.kind = State::Kind::review;
  judge.name = "judge";
  judge.of = {"look"};
  ReviewUse use;
  use.review = "rise";
  judge.with = {use};
  judge.edges = {{"done", "done"}};
  out.sop.states = {look, judge};
  Hypothesis busy;
  busy.name = "busy";
  Condition need;
  need.kind = "load_rise";
  busy.needs = {need};
  out.sop.hypotheses = {busy};
  AskRow row{"metric.load", "metrics", "series", "load"};
  out.catalogue.asks = {row};
  ReviewContract rise;
  rise.name = "rise";
  rise.takes = {{"load", "metric.load"}};
  rise.yields = {{"load_rise", {"service"}, {{"times", "ratio"}}, {}, ""}};
  out.catalogue.reviews = {rise};
  return out;
}

JournalRow row(const std::string& kind, Json payload) {
  JournalRow out;
  out.kind = kind;
  out.payload = std::move(payload);
  return out;
}

Report report(bool found = true) {
  Report out;
  out.judged = out.finished = true;
  Verdict& v = out.judgement.verdict;
  v.word = found ? "confirmed" : "inconclusive";
  v.hypothesis = "busy";
  v.subject = {{"service", "a"}};
  if (!found) v.missing = {{"load_rise", "metrics", "load", "", "", {}}};
  Judged judged;
  judged.hypothesis = "busy";
  judged.key = v.subject;
  judged.word = v.word;
  judged.missing = v.missing;
  out.judgement.hypotheses = {judged};
  ReportEvidence evidence;
  evidence.rows = 12;
  out.evidence = {evidence};
  for (const char* name : {"look", "judge"}) {
    ReportStep step;
    step.state = name;
    out.path.push_back(step);
  }
  Rows rows;
  Finding rise;
  rise.kind = "load_rise";
  rise.subject = {{"service", "a"}};
  rise.numbers = {{"times", 3}};
  rise.strength = 0.5;
  if (found) rows.found = out.findings = {rise};
  Unknown unknown;
  unknown.kind = "load_rise";
  unknown.why = "no answer";
  if (!found) rows.unknown = {unknown};
  const Window window{{0}, {ns_per_s}};
  out.rows = {row("run_started", {{"window", window_json(window)}, {"window_from", "recording"}, {"inputs", Json::object()}, {"defaulted", Json::array()}}),
              row("answered", {{"state", "look"}, {"ask", "load"}, {"evidence", "E1"}, {"marks", marks_json({})}}),
              row("reviewed", {{"state", "judge"}, {"use", 0}, {"review", "rise"}, {"rows", rows_json(rows)}}),
              row("chose", {{"state", "judge"}, {"label", "done"}, {"by", "unattended"}, {"why", ""}})};
  return out;
}

SopTest expecting(const std::string& verdict) {
  SopTest out;
  out.name = "t";
  out.expect = TestExpect{};
  out.expect->verdict = verdict;
  return out;
}

Said unmet_of(const SopTest& test, const Report& of) {
  static const Procedure known = procedure();
  Said out;
  for (const Unmet& u : unmet(test, known, of)) out.push_back(u.what);
  return out;
}

TestAt at(const std::string& state, Condition::Op op, Map match = {}) {
  TestAt out;
  out.state = state;
  Condition condition;
  condition.op = op;
  condition.kind = "load_rise";
  condition.match = std::move(match);
  out.conditions = {condition};
  return out;
}

}  // namespace

TEST_CASE("a run that came out as expected has nothing unmet") {
  SopTest test = expecting("confirmed");
  test.expect->hypothesis = "busy";
  test.expect->subject = {{"service", "a"}};
  test.path = {"look", "judge"};
  test.ats = {at("judge", Condition::Op::found, {{"times", Term{"above", {Value(2)}}}})};
  CHECK(unmet_of(test, report()) == Said{});
}

TEST_CASE("another verdict, hypothesis or subject is told with what came") {
  SopTest test = expecting("ruled_out");
  test.expect->hypothesis = "idle";
  test.expect->subject = {{"service", "b"}};
  CHECK(unmet_of(test, report()) == Said{"verdict: expected ruled_out, got confirmed busy (service=a)", "hypothesis: expected idle, got confirmed busy (service=a)",
                                         "subject: expected service = \"b\", got \"a\""});
}

TEST_CASE("a run that examined no data fails whatever was expected") {
  Report empty = report();
  empty.evidence[0].rows = 0;
  CHECK(unmet_of(expecting("confirmed"), empty) == Said{"data: the run examined none (1 ask without a row)"});
}

TEST_CASE("what the verdict misses is named in full: neither less nor more") {
  SopTest test = expecting("inconclusive");
  test.expect->missing = {"metrics"};
  CHECK(unmet_of(test, report(false)) == Said{});
  test.expect->missing = {"load"};
  CHECK(unmet_of(test, report(false)) == Said{});
  test.expect->missing = {"spans"};
  CHECK(unmet_of(test, report(false)) == Said{"missing: load_rise misses metrics (load), which is not expected", "missing: expected spans, got metrics (load)"});
}

TEST_CASE("a kind that was never examined is named by itself among what the verdict misses") {
  SopTest test = expecting("inconclusive");
  Report never = report(false);
  never.judgement.verdict.missing.push_back({"log_diff", "", "", "not examined", "", {}});
  test.expect->missing = {"metrics"};
  CHECK(unmet_of(test, never) == Said{"missing: log_diff was never examined, which is not expected"});
  test.expect->missing = {"metrics", "log_diff"};
  CHECK(unmet_of(test, never) == Said{});
  test.expect->missing = {"metrics", "log_diff", "cohort"};
  CHECK(unmet_of(test, never) == Said{"missing: expected cohort, got metrics (load), log_diff (never examined)"});
}

TEST_CASE("a hypothesis is judged at the key that was asked for") {
  SopTest test = expecting("confirmed");
  TestJudged judged;
  judged.hypothesis = "busy";
  judged.verdict = "confirmed";
  judged.subject = {{"service", "a"}};
  test.judged = {judged};
  CHECK(unmet_of(test, report()) == Said{});
  test.judged[0].subject = {{"service", "b"}};
  CHECK(unmet_of(test, report()) == Said{"busy: expected confirmed (service=b), got confirmed (service=a)"});
  test.judged[0].subject = {};
  test.judged[0].verdict = "ruled_out";
  CHECK(unmet_of(test, report()) == Said{"busy: expected ruled_out, got confirmed (service=a)"});
}

TEST_CASE("a condition holds in the snapshot in which the run left the state") {
  SopTest test = expecting("confirmed");
  test.ats = {at("look", Condition::Op::unknown), at("judge", Condition::Op::not_found), at("judge", Condition::Op::found, {{"times", Term{"above", {Value(5)}}}})};
  const Said said = unmet_of(test, report());
  REQUIRE(said.size() == 2);
  CHECK(said[0].find("at \"judge\": not_found \"load_rise\" does not hold; found service=a") == 0);
  CHECK(said[1].find("at \"judge\": found \"load_rise\" { times = above(5) } does not hold") == 0);
}

TEST_CASE("a state that the run never reached fails its conditions") {
  SopTest test = expecting("confirmed");
  test.ats = {at("elsewhere", Condition::Op::found)};
  CHECK(unmet_of(test, report()) == Said{"at \"elsewhere\": the run was never there"});
}

TEST_CASE("a path is compared state by state, branches of a fork only where they are named") {
  SopTest test = expecting("confirmed");
  Report forked = report();
  ReportStep branch;
  branch.state = "branch";
  branch.fork = "look";
  forked.path.insert(forked.path.begin() + 1, branch);
  test.path = {"look", "judge"};
  CHECK(unmet_of(test, forked) == Said{});
  test.path = {"look", "branch", "judge"};
  CHECK(unmet_of(test, forked) == Said{});
  test.path = {"judge", "look"};
  CHECK(unmet_of(test, forked) == Said{"path: expected judge → look; got look → branch → judge"});
}

TEST_CASE("another exit code than expected is told with its reason") {
  Report failed = report();
  failed.exit = 1;
  failed.ended_why = "a source failed";
  CHECK(unmet_of(expecting("confirmed"), failed) == Said{"exit: expected 0, got 1: a source failed"});
  SopTest test = expecting("confirmed");
  test.expect->exit = 1;
  CHECK(unmet_of(test, failed) == Said{});
}
