// A run journals what it does in an order no thread can change and ends by its rules; long because all share one setting.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/run.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/runtime/engine/fakes.h"

using namespace inquest;
using namespace inquest::testing;
using Class = Failure::Class;

namespace {

std::string chain_of(Setting& setting) {
  const auto rows = setting.rows();
  REQUIRE_FALSE(rows.empty());
  REQUIRE(rows.back().kind == "run_ended");
  return rows.back().hash;
}
std::vector<std::string> kinds_of_rows(const std::vector<JournalRow>& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows) out.push_back(row.kind);
  return out;
}
int exit_of(Setting& setting) {
  auto result = setting.run();
  if (!result) FAIL(result.error().print());
  const auto ended = setting.rows_of("run_ended");
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].payload["exit"] == result->exit);
  return result->exit;
}
const Json* unknown_of(const std::vector<JournalRow>& reviewed, const std::string& kind) {
  static Json kept;
  for (const auto& row : reviewed) {
    for (const auto& unknown : row.payload["rows"]["unknown"]) {
      if (unknown["kind"] == kind) return &(kept = unknown);
    }
  }
  return nullptr;
}

}  // namespace

TEST_CASE("A run writes its rows in the order of cause and effect and seals the case") {
  Setting setting;
  CHECK(exit_of(setting) == 0);
  const std::vector<std::string> wanted = {
      "run_started",        "state_entered", "state_entered", "state_entered", "resolved", "resolved",      "ask_sent",
      "ask_sent",           "ask_sent",      "answered",      "answered",      "answered", "state_entered", "reviewed",
      "hypothesis_changed", "reviewed",      "offered",       "chose",         "verdict",  "run_ended"};
  CHECK(kinds_of_rows(setting.rows()) == wanted);
  auto file = CaseFile::open(setting.request.case_path);
  REQUIRE(file);
  CHECK((*file)->sealed());
  CHECK((*file)->evidence()->size() == 3);
  CHECK(setting.folder.entries() == 1);
}

TEST_CASE("The chain is the same for any size of the pool, any order of replies and any number of tries") {
  std::string first;
  for (const int variant : {0, 1, 2, 3}) {
    Setting setting;
    setting.request.pool = variant == 0 ? 1 : 8;
    auto& answers = setting.connector->answers;
    if (variant == 1) answers["m.memory"] = after_ms(40);
    if (variant == 2) answers["s.latency"] = after_ms(40), answers["m.cpu"] = after_ms(20);
    if (variant == 3) {
      answers["m.cpu"] = [](const Call& call) -> Outcome<FramePtr> {
        if (call.attempt < 3) return RetryLater{{2'000'000}, "busy"};
        return series(call.ask, "a", 3);
      };
    }
    CHECK(exit_of(setting) == 0);
    if (first.empty()) first = chain_of(setting);
    CHECK(chain_of(setting) == first);
    if (variant == 3) { CHECK(setting.rows_of("answered")[1].attempts == 3); }
  }
}

TEST_CASE("Asks run side by side up to the limit of their source") {
  Setting setting;
  for (const char* frame : {"m.memory", "m.cpu", "s.latency"}) setting.connector->answers[frame] = after_ms(30);
  setting.request.per_source = 2;
  CHECK(exit_of(setting) == 0);
  CHECK(setting.connector->most == 2);
}

TEST_CASE("Asks that share a step are fetched together") {
  Setting setting;
  setting.connector->in_one_step = true;
  CHECK(exit_of(setting) == 0);
  CHECK(setting.connector->most == 1);
  CHECK(setting.rows_of("ask_sent")[2].payload["native"] == "native of m.memory");
}

TEST_CASE("A measure is resolved once in a run and source") {
  Setting setting;
  setting.sop.states[2].asks.push_back(ask_spec("memory", "metric.memory"));
  setting.sop.states[3].with[0].options = {{"memory", Value("m.memory")}};
  CHECK(exit_of(setting) == 0);
  CHECK(setting.connector->resolves == 2);
  CHECK(setting.rows_of("resolved").size() == 2);
}

TEST_CASE("A failed branch makes unknown what rests on it, and the join goes on") {
  Setting setting;
  setting.connector->answers["m.memory"] = fails(Class::unreachable, "connection refused");
  CHECK(exit_of(setting) == 0);
  CHECK(setting.reviewer.called == std::vector<std::string>{"suspect"});
  const Json* unknown = unknown_of(setting.rows_of("reviewed"), "memory_growth");
  REQUIRE(unknown);
  CHECK((*unknown)["signal"] == "metrics");
  CHECK((*unknown)["measure"] == "memory");
  CHECK((*unknown)["why"] == "connection refused");
  CHECK((*unknown)["cure"] == "mend it");
  CHECK(setting.rows_of("verdict")[0].payload["verdict"]["word"] == "inconclusive");
}

TEST_CASE("A measure that the source lacks is not asked for and is unknown with the names that were tried") {
  Setting setting;
  setting.connector->without_measures = {"memory"};
  CHECK(exit_of(setting) == 0);
  CHECK(setting.rows_of("ask_sent").size() == 2);
  const auto failed = setting.rows_of("ask_failed");
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].payload["class"] == "unsupported");
  CHECK(failed[0].payload["cure"] == "nearest there: almost.memory");
  const Json* unknown = unknown_of(setting.rows_of("reviewed"), "memory_growth");
  REQUIRE(unknown);
  CHECK((*unknown)["tried"] == Json::array({"process.memory"}));
}

TEST_CASE("A signal that no source has fails its asks with a cause that says so") {
  Setting setting;
  setting.connector->found.signals = {"metrics"};
  CHECK(exit_of(setting) == 0);
  const auto failed = setting.rows_of("ask_failed");
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].payload["cause"] == "no source has spans");
  CHECK(failed[0].payload["signal"] == "spans");
  CHECK(failed[0].payload["evidence"] == "E3");
}

TEST_CASE("A row outside the scope fails the ask") {
  Setting setting;
  setting.connector->answers["m.memory"] = [](const Call& call) -> Outcome<FramePtr> {
    Ask later = call.ask;
    later.scope.window.from = {call.ask.scope.window.to.ns};
    return series(later, "a", 1);
  };
  CHECK(exit_of(setting) == 0);
  const auto failed = setting.rows_of("ask_failed");
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].payload["class"] == "scope");
  CHECK_THAT(failed[0].payload["cause"].get<std::string>(), Catch::Contains("row 1") && Catch::Contains("service=a"));
}

TEST_CASE("What was looked for in a partial answer and not found is unknown") {
  Setting setting;
  setting.connector->answers["m.memory"] = [](const Call& call) -> Outcome<FramePtr> {
    Marks marks;
    marks.partial = "one shard failed";
    return series(call.ask, "a", 3, marks);
  };
  setting.reviewer.reviews["growth"] = [](const ReviewCall&, const Stop&) -> Result<Rows> {
    Rows rows;
    rows.found = {grown("a")};
    Examined a, b;
    a.kind = b.kind = "memory_growth";
    a.subject = {{"service", "a"}}, b.subject = {{"service", "b"}};
    rows.examined = {a, b};
    return rows;
  };
  CHECK(exit_of(setting) == 0);
  const auto reviewed = setting.rows_of("reviewed");
  CHECK(reviewed[0].payload["rows"]["examined"].size() == 1);
  const Json* unknown = unknown_of(reviewed, "memory_growth");
  REQUIRE(unknown);
  CHECK((*unknown)["subject"]["service"] == "b");
  CHECK((*unknown)["partial"] == true);
  CHECK_THAT((*unknown)["why"].get<std::string>(), Catch::Contains("one shard failed"));
}

TEST_CASE("A finding gets its evidence, rounded numbers and its sentence in the language of the run") {
  Setting setting;
  setting.request.sentences = {{"memory_growth", "$service wuchs"}};
  CHECK(exit_of(setting) == 0);
  const Json found = setting.rows_of("reviewed")[0].payload["rows"]["found"][0];
  CHECK(found["id"] == "F1");
  CHECK(found["evidence"] == Json::array({"E1"}));
  CHECK(found["numbers"]["times"] == 0.666666666667);
  CHECK(found["says"] == "a wuchs");
}

TEST_CASE("A review that stops is journalled, makes its kinds unknown, and the run goes on but fails") {
  Setting setting;
  setting.reviewer.reviews["growth"] = [](const ReviewCall&, const Stop&) -> Result<Rows> {
    return Error{Code::script, "attempt to index nil", "growth.lua:3", "", "script_error"};
  };
  CHECK(exit_of(setting) == 1);
  const auto stopped = setting.rows_of("script_stopped");
  REQUIRE(stopped.size() == 1);
  CHECK(stopped[0].payload["cause"] == "script_error");
  CHECK(unknown_of(setting.rows_of("reviewed"), "memory_growth"));
  CHECK(setting.reviewer.called == std::vector<std::string>{"growth", "suspect"});
  CHECK(setting.rows_of("verdict").size() == 1);
}

TEST_CASE("A row that the contract does not declare stops the review and names review and kind") {
  Setting setting;
  const auto returning = [&](const Finding& finding) {
    setting.reviewer.reviews["growth"] = [finding](const ReviewCall&, const Stop&) -> Result<Rows> {
      Rows rows;
      rows.found = {finding};
      return rows;
    };
    ::unlink(setting.request.case_path.c_str());
    CHECK(exit_of(setting) == 1);
    return setting.rows_of("script_stopped")[0].payload["detail"].get<std::string>();
  };
  Finding finding = grown();
  finding.kind = "memory_grwth";
  CHECK_THAT(returning(finding), Catch::Contains("`growth`") && Catch::Contains("memory_grwth") &&
                                     Catch::Contains("did you mean `memory_growth`"));
  finding = grown();
  finding.subject["pod"] = "x";
  CHECK_THAT(returning(finding), Catch::Contains("`pod` is not declared"));
  finding = grown();
  finding.numbers["tims"] = 1;
  CHECK_THAT(returning(finding), Catch::Contains("did you mean `times`"));
  finding = grown();
  finding.strength = 1.5;
  CHECK_THAT(returning(finding), Catch::Contains("strength 1.5"));
  finding = grown();
  finding.evidence = {"E99"};
  CHECK_THAT(returning(finding), Catch::Contains("E99"));
}

TEST_CASE("Ctrl-c ends every ask and the run with 130, and what had answered is kept") {
  Setting setting;
  setting.connector->answers["m.cpu"] = hangs();
  setting.connector->answers["s.latency"] = hangs();
  setting.request.observer = [&](const JournalRow& row) {
    if (row.kind == "answered") setting.stop = true;
  };
  CHECK(exit_of(setting) == 130);
  CHECK(setting.rows_of("answered").size() == 1);
  CHECK(setting.rows_of("ask_failed").empty());
}

TEST_CASE("The time limit ends the run with 124") {
  Setting setting;
  setting.connector->answers["m.cpu"] = hangs();
  setting.request.time_limit = Duration{50'000'000};
  CHECK(exit_of(setting) == 124);
}

TEST_CASE("An ask without an answer at its deadline fails as timeout and the run goes on") {
  Setting setting;
  setting.connector->answers["s.latency"] = hangs();
  setting.request.ask_deadline = Duration{60'000'000};
  CHECK(exit_of(setting) == 0);
  const auto failed = setting.rows_of("ask_failed");
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].payload["class"] == "timeout");
  CHECK(failed[0].payload["cause"] == "no answer within 60ms");
}

TEST_CASE("A source that asks to come back after the deadline is overloaded") {
  Setting setting;
  setting.connector->answers["s.latency"] = [](const Call&) -> Outcome<FramePtr> {
    return RetryLater{{3600 * ns_per_s}, "429"};
  };
  CHECK(exit_of(setting) == 0);
  const auto failed = setting.rows_of("ask_failed");
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].payload["class"] == "overloaded");
  CHECK(failed[0].payload["cause"] == "429");
}

TEST_CASE("A connector that throws fails its asks, not the run") {
  Setting setting;
  setting.connector->answers["s.latency"] = [](const Call&) -> Outcome<FramePtr> { throw std::runtime_error("oops"); };
  CHECK(exit_of(setting) == 0);
  CHECK_THAT(setting.rows_of("ask_failed")[0].payload["cause"].get<std::string>(), Catch::Contains("oops"));
}

TEST_CASE("Exit 5: the sources answered and there was nothing to examine") {
  Setting setting;
  for (const char* frame : {"m.memory", "m.cpu", "s.latency"}) {
    setting.connector->answers[frame] = [](const Call& call) -> Outcome<FramePtr> { return series(call.ask, "a", 0); };
  }
  setting.reviewer.reviews.clear();
  CHECK(exit_of(setting) == 5);
}

TEST_CASE("Exit 4: a source refused and so nothing was examined; exit 1: it failed") {
  for (const auto& [cls, code] : std::map<Class, int>{{Class::refused, 4}, {Class::unreachable, 1}}) {
    Setting setting;
    for (const char* frame : {"m.memory", "m.cpu", "s.latency"}) setting.connector->answers[frame] = fails(cls, "no");
    CHECK(exit_of(setting) == code);
  }
}

TEST_CASE("A source that refuses to be probed ends the run with 4") {
  Setting setting;
  setting.connector->probe_fails = Error{Code::refused, "401", "fake"};
  CHECK(exit_of(setting) == 4);
  CHECK(setting.rows_of("run_started")[0].payload["sources"][0]["failure"]["class"] == "refused");
}

TEST_CASE("Exit 6: a guided run where nobody can decide") {
  Setting setting;
  setting.request.guided = true;
  CHECK(exit_of(setting) == 6);
  CHECK(setting.rows_of("offered").size() == 1);
  CHECK(setting.rows_of("chose").empty());
}

TEST_CASE("A loop ends the run with 1 and is named") {
  Setting setting;
  State turn = state_of(State::Kind::info, "turn", {edge("on", "turn")});
  setting.sop.states = {turn};
  CHECK(exit_of(setting) == 1);
  CHECK_THAT(setting.rows_of("run_ended")[0].payload["reason"].get<std::string>(), Catch::Contains("turn"));
}

TEST_CASE("An answer given beforehand is taken, and a guided choice is a person's") {
  Setting setting;
  setting.sop.states[3].edges = {edge("end", "done"), edge("other", "done")};
  setting.request.answers = {{"judge", "other"}};
  CHECK(exit_of(setting) == 0);
  CHECK(setting.rows_of("chose")[0].payload["label"] == "other");
  CHECK(setting.rows_of("chose")[0].payload["by"] == "answer");

  class Picks final : public Chooser {
   public:
    Result<std::optional<Choice>> choose(const Offer& offer, const Snapshot&) override {
      return std::optional<Choice>(Choice{offer.items[0].label, std::nullopt, "person", "looks right"});
    }
  } picks;
  Setting guided;
  guided.request.guided = true;
  guided.request.chooser = &picks;
  CHECK(exit_of(guided) == 0);
  CHECK(guided.rows_of("chose")[0].payload["by"] == "person");
  CHECK(guided.rows_of("chose")[0].payload["why"] == "looks right");
}

TEST_CASE("An answer with an unknown label is refused before a case is made, with the labels there are") {
  Setting setting;
  setting.request.answers = {{"judge", "whatever"}};
  auto result = setting.run();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::config);
  CHECK(result.error().cure == "it offers: end");
  setting.request.answers = {{"jugde", "end"}};
  CHECK_THAT(setting.run().error().cure, Catch::Contains("judge"));
  CHECK(setting.folder.entries() == 0);
}

TEST_CASE("Two sources of one signal and no word which is an error that names both") {
  Setting setting;
  setting.add("other");
  auto result = setting.run();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::config);
  CHECK_THAT(result.error().message, Catch::Contains("fake, other"));
  setting.request.signals = {{"metrics", "other"}, {"spans", "fake"}};
  CHECK(exit_of(setting) == 0);
  CHECK(setting.rows_of("ask_sent")[0].payload["source"] == "other");
  CHECK(setting.rows_of("ask_sent")[2].payload["source"] == "fake");
}

TEST_CASE("Suspects stand in the verdict row, found ones first") {
  Setting setting;
  setting.reviewer.reviews["suspect"] = [](const ReviewCall&, const Stop&) -> Result<Rows> {
    Rows rows;
    for (const char* service : {"b", "a"}) {
      Finding finding;
      finding.kind = "suspect";
      finding.subject = {{"service", service}};
      finding.strength = finding.numbers["score"] = service[0] == 'a' ? 0.9 : 0.4;
      rows.found.push_back(finding);
    }
    Examined other;
    other.kind = "suspect";
    other.subject = {{"service", "c"}};
    rows.examined = {other};
    return rows;
  };
  CHECK(exit_of(setting) == 0);
  const Json suspects = setting.rows_of("verdict")[0].payload["suspects"];
  REQUIRE(suspects.size() == 3);
  CHECK(suspects[0]["service"] == "a");
  CHECK(suspects[0]["score"] == 0.9);
  CHECK(suspects[0]["why"] == "a is suspect");
  CHECK(suspects[2]["service"] == "c");
}

TEST_CASE("A run that is killed leaves a readable case with every row before") {
  Setting setting;
  setting.connector->answers["s.latency"] = [](const Call&) -> Outcome<FramePtr> {
    ::usleep(20'000);  // so that the others are in the case
    ::raise(SIGKILL);
    return Failure{};
  };
  const pid_t child = ::fork();
  if (child == 0) {
    (void)setting.run();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  auto file = CaseFile::open(setting.request.case_path);
  REQUIRE(file);
  CHECK_FALSE((*file)->sealed());
  const auto kinds = kinds_of_rows(*(*file)->journal());
  CHECK(std::count(kinds.begin(), kinds.end(), "ask_sent") == 3);
  CHECK(std::count(kinds.begin(), kinds.end(), "run_ended") == 0);
}

TEST_CASE("A case that cannot be written any more ends the run with 1 and the cause") {
  Setting setting;
  setting.sop.text = std::string(3000, 'x');
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    setting.request.observer = [](const JournalRow& row) {
      const rlimit limit{30'000, 30'000};
      if (row.kind == "ask_sent") ::setrlimit(RLIMIT_FSIZE, &limit);
    };
    auto result = setting.run();
    ::_exit(result && result->exit == 1 && result->why.find("cannot") != std::string::npos ? 42 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
  CHECK_FALSE(setting.rows().empty());
}
