// The verdict rules, one row of a table each, and the JSON form.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/verdict.h"

#include <catch2/catch.hpp>

#include "tests/runtime/machine/sops.h"

using namespace inquest;
using namespace inquest::test;

namespace {

Hypothesis hypothesis(std::string name, std::vector<Condition> needs, std::vector<Condition> refuted_by = {},
                      std::vector<Condition> helps = {}) {
  Hypothesis out;
  out.name = std::move(name);
  out.needs = std::move(needs);
  out.refuted_by = std::move(refuted_by);
  out.helps = std::move(helps);
  return out;
}
Judgement judged(std::vector<Hypothesis> hypotheses, const Rows& rows) {
  Sop sop;
  sop.hypotheses = std::move(hypotheses);
  return judge(sop, {&rows});
}
const Subject subject_a = {{"service", "a"}}, subject_b = {{"service", "b"}};

}  // namespace

TEST_CASE("a hypothesis at one key has the word that needs and refuted_by give it") {
  struct Case {
    std::string what;
    Rows rows;
    std::string word;
  };
  const auto f = [](const char* kind) { return finding(kind, subject_a); };
  const auto e = [](const char* kind) { return examined(kind, subject_a); };
  const auto u = [](const char* kind) { return unknown_row(kind, subject_a); };
  const std::vector<Case> cases = {
      {"all needs found, refuted_by not found", {{f("n1"), f("n2")}, {e("r")}, {}}, "confirmed"},
      {"refuted_by found", {{f("n1"), f("n2"), f("r")}, {}, {}}, "ruled_out"},
      {"one need not found", {{f("n1")}, {e("n2"), e("r")}, {}}, "ruled_out"},
      {"one need not found and the other unknown", {{}, {e("n2"), e("r")}, {u("n1")}}, "ruled_out"},
      {"refuted_by found and a need unknown", {{f("r"), f("n1")}, {}, {u("n2")}}, "ruled_out"},
      {"one need unknown", {{f("n1")}, {e("r")}, {u("n2")}}, "inconclusive"},
      {"one need never examined", {{f("n1")}, {e("r")}, {}}, "inconclusive"},
      {"refuted_by unknown", {{f("n1"), f("n2")}, {}, {u("r")}}, "inconclusive"},
      {"refuted_by never examined", {{f("n1"), f("n2")}, {}, {}}, "inconclusive"},
      {"examined and unknown is unknown", {{f("n1")}, {e("n2"), e("r")}, {u("n2")}}, "inconclusive"},
      {"found and unknown is found", {{f("n1"), f("n2")}, {e("r")}, {u("n2"), u("n1")}}, "confirmed"},
      {"unknown about all counts at every key", {{f("n1")}, {e("n2"), e("r")}, {unknown_row("n2")}}, "inconclusive"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    const auto out = judged({hypothesis("h", {found("n1"), found("n2")}, {found("r")})}, c.rows);
    REQUIRE(out.hypotheses.size() == 1);
    CHECK(out.hypotheses[0].word == c.word);
    CHECK(out.hypotheses[0].key == subject_a);
  }
}

TEST_CASE("conditions as needs are three-valued") {
  struct Case {
    std::string what;
    Condition need;
    Rows rows;
    std::string word;
  };
  Finding strong = finding("n", subject_a);
  strong.numbers["times"] = 3;
  const Rows found_rows{{strong}, {}, {}}, examined_rows{{finding("o", subject_a)}, {examined("n", subject_a)}, {}};
  const Rows unknown_rows{{finding("o", subject_a)}, {}, {unknown_row("n", subject_a)}};
  const std::vector<Case> cases = {
      {"above a number that is larger", found("n", {{"times", above(2)}}), found_rows, "confirmed"},
      {"above a number that is smaller", found("n", {{"times", above(4)}}), found_rows, "ruled_out"},
      {"below", found("n", {{"times", below(4)}}), found_rows, "confirmed"},
      {"a limit is not above itself", found("n", {{"times", above(3)}}), found_rows, "ruled_out"},
      {"an equal number", found("n", {{"times", 3}}), found_rows, "confirmed"},
      {"an equal subject", found("n", {{"service", "a"}}), found_rows, "confirmed"},
      {"a number that the finding lacks", found("n", {{"size", above(0)}}), found_rows, "ruled_out"},
      {"all_of with one unknown", all_of({found("o"), found("n")}), unknown_rows, "inconclusive"},
      {"all_of with one not found", all_of({found("o"), found("n")}), examined_rows, "ruled_out"},
      {"any_of with one found", any_of({found("o"), found("n")}), unknown_rows, "confirmed"},
      {"not_found turns about", all_of({found("o"), not_found("n")}), examined_rows, "confirmed"},
      {"not_found of what is found", not_found("n"), found_rows, "ruled_out"},
      {"unknown holds where the kind is unknown", all_of({found("o"), unknown("n")}), unknown_rows, "confirmed"},
      {"nothing is called a cause that no finding supports", not_found("n"), examined_rows, "inconclusive"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    const auto out = judged({hypothesis("h", {c.need})}, c.rows);
    REQUIRE(out.hypotheses.size() == 1);
    CHECK(out.hypotheses[0].word == c.word);
  }
}

TEST_CASE("the strength of a confirmed pair is its weakest need, and each found help adds a quarter of the rest") {
  struct Case {
    std::string what;
    Rows rows;
    double strength;
  };
  const std::vector<Case> cases = {
      {"the lowest of the needs", {{finding("n1", subject_a, 0.8), finding("n2", subject_a, 0.4)}, {}, {}}, 0.4},
      {"the strongest finding of each need",
       {{finding("n1", subject_a, 0.8), finding("n2", subject_a, 0.4), finding("n2", subject_a, 0.6)}, {}, {}},
       0.6},
      {"one help", {{finding("n1", subject_a, 0.8), finding("n2", subject_a, 0.4), finding("h1", subject_a)}, {}, {}}, 0.55},
      {"two helps",
       {{finding("n1", subject_a, 0.8), finding("n2", subject_a, 0.4), finding("h1", subject_a), finding("h2", subject_a)}, {}, {}},
       0.6625},
      {"a help that is not found", {{finding("n1", subject_a, 0.8), finding("n2", subject_a, 0.4)}, {examined("h1", subject_a)}, {}}, 0.4},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    const auto out = judged({hypothesis("h", {found("n1"), found("n2")}, {}, {found("h1"), found("h2")})}, c.rows);
    CHECK(out.verdict.word == "confirmed");
    CHECK(out.verdict.strength == Approx(c.strength).epsilon(1e-12));
  }
}

TEST_CASE("an unconfirmed pair has no strength, whatever helps") {
  const auto out = judged({hypothesis("h", {found("n1"), found("n2")}, {}, {found("h1")})},
                          {{finding("n1", subject_a, 0.8), finding("h1", subject_a, 0.9)}, {}, {}});
  CHECK(out.hypotheses.at(0).strength == 0);
}

TEST_CASE("keys are the values of `of` in found, examined and unknown rows, in order") {
  const auto out =
      judged({hypothesis("h", {found("n")})},
             {{finding("n", {{"service", "c"}, {"operation", "x"}})}, {examined("n", subject_a)}, {unknown_row("n", subject_b)}});
  REQUIRE(out.hypotheses.size() == 3);
  CHECK(out.hypotheses[0].key == subject_a);
  CHECK(out.hypotheses[1].key == subject_b);
  CHECK(out.hypotheses[2].key == Subject{{"service", "c"}});
  CHECK(out.hypotheses[2].word == "confirmed");
}

TEST_CASE("findings of other services do not meet at one key") {
  const auto out = judged({hypothesis("h", {found("n"), found("m")})},
                          {{finding("n", subject_a), finding("m", subject_b)}, {examined("n", subject_b), examined("m", subject_a)}, {}});
  CHECK(out.verdict.word == "ruled_out");
}

TEST_CASE("an unknown about all stands alone when there is no key") {
  const auto out = judged({hypothesis("h", {found("n")})}, {{}, {}, {unknown_row("n")}});
  REQUIRE(out.hypotheses.size() == 1);
  CHECK(out.hypotheses[0].key.empty());
  CHECK(out.verdict.word == "inconclusive");
  REQUIRE(out.verdict.missing.size() == 1);
  CHECK(out.verdict.missing[0].signal == "logs");
}

TEST_CASE("two fields in `of` make keys of both") {
  Hypothesis h = hypothesis("h", {found("n"), found("m")});
  h.of = {"service", "operation"};
  const Subject ax = {{"operation", "x"}, {"service", "a"}}, ay = {{"operation", "y"}, {"service", "a"}};
  const auto out = judged({h}, {{finding("n", ax), finding("n", ay), finding("m", ay)}, {examined("m", ax)}, {}});
  REQUIRE(out.hypotheses.size() == 2);
  CHECK(out.hypotheses[0].word == "ruled_out");
  CHECK(out.hypotheses[1].word == "confirmed");
}

TEST_CASE("a row that lacks a field of the key counts at every key it agrees with") {
  Hypothesis h = hypothesis("h", {found("n"), found("m")});
  h.of = {"service", "operation"};
  const Subject ax = {{"operation", "x"}, {"service", "a"}};
  const auto out = judged({h}, {{finding("n", ax), finding("m", subject_a)}, {}, {}});
  REQUIRE(out.hypotheses.size() == 1);
  CHECK(out.hypotheses[0].key == ax);
  CHECK(out.hypotheses[0].word == "confirmed");
}

TEST_CASE("the run is confirmed by the pair that no other confirmed hypothesis explains, most needs first") {
  struct Case {
    std::string what;
    std::vector<Hypothesis> hypotheses;
    Rows rows;
    std::string name, key;
    size_t also;
  };
  Hypothesis deep = hypothesis("deep", {found("n")});
  deep.explains = {"wide"};
  Hypothesis other = hypothesis("other", {found("n")});
  const Hypothesis wide = hypothesis("wide", {found("n"), found("m")});
  const Rows both{{finding("n", subject_a, 0.5), finding("m", subject_a, 0.9)}, {}, {}};
  const std::vector<Case> cases = {
      {"explained at the same key", {wide, deep}, both, "deep", "a", 1},
      {"most needs", {other, wide}, both, "wide", "a", 1},
      {"then order of the text", {deep, other}, {{finding("n", subject_a)}, {}, {}}, "deep", "a", 1},
      {"then strength before order", {hypothesis("x", {found("n")}), hypothesis("y", {found("m")})}, both, "y", "a", 1},
      {"then key", {other}, {{finding("n", subject_b, 0.5), finding("n", subject_a, 0.5)}, {}, {}}, "other", "a", 1},
      {"a stronger key", {other}, {{finding("n", subject_b, 0.6), finding("n", subject_a, 0.5)}, {}, {}}, "other", "b", 1},
      {"explained at another key only",
       {wide, deep},
       {{finding("n", subject_b, 0.5), finding("n", subject_a, 0.5), finding("m", subject_a, 0.9)}, {examined("m", subject_b)}, {}},
       "deep",
       "a",
       2},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    const auto out = judged(c.hypotheses, c.rows);
    CHECK(out.verdict.word == "confirmed");
    CHECK(out.verdict.hypothesis == c.name);
    CHECK(out.verdict.subject == Subject{{"service", c.key}});
    CHECK(out.verdict.also.size() == c.also);
  }
}

TEST_CASE("hypotheses that explain each other in a ring are not all explained away") {
  Hypothesis x = hypothesis("x", {found("n")}), y = hypothesis("y", {found("n")});
  x.explains = {"y"};
  y.explains = {"x"};
  const auto out = judged({x, y}, {{finding("n", subject_a)}, {}, {}});
  CHECK(out.verdict.hypothesis == "x");
}

TEST_CASE("the run without a confirmed pair is inconclusive, ruled out or nothing found") {
  struct Case {
    std::string what;
    Rows rows;
    std::string word, hypothesis;
  };
  const std::vector<Case> cases = {
      {"a need found, the other not examined", {{finding("n", subject_a)}, {}, {}}, "inconclusive", "h"},
      {"a need unknown for all", {{}, {}, {unknown_row("n")}}, "inconclusive", "h"},
      {"a need unknown where something was found", {{finding("z", subject_a)}, {}, {unknown_row("n", subject_a)}}, "inconclusive", "h"},
      {"a need unknown where nothing was found", {{finding("z", subject_b)}, {}, {unknown_row("n", subject_a)}}, "ruled_out", ""},
      {"a need unknown where nothing was found at all", {{}, {}, {unknown_row("n", subject_a)}}, "nothing_found", ""},
      {"merely not examined", {{finding("z", subject_a)}, {examined("m", subject_a)}, {}}, "ruled_out", ""},
      {"a need not found, something else found", {{finding("z", subject_a)}, {examined("n", subject_a)}, {}}, "ruled_out", ""},
      {"a need not found, nothing found", {{}, {examined("n", subject_a), examined("m", subject_a)}, {}}, "nothing_found", ""},
      {"no rows at all", {}, "nothing_found", ""},
      {"two needs found elsewhere lead",
       {{finding("n", subject_a), finding("k", subject_b), finding("l", subject_b)}, {}, {}},
       "inconclusive",
       "g"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    const auto out = judged(
        {hypothesis("h", {found("n"), found("m")}), hypothesis("g", {found("k"), found("l"), found("j")})}, c.rows);
    CHECK(out.verdict.word == c.word);
    CHECK(out.verdict.hypothesis == c.hypothesis);
  }
}

TEST_CASE("an inconclusive verdict lists what the pair misses, with signal and cure") {
  Unknown row = unknown_row("m", subject_a, "spans");
  row.why = "no traces";
  row.cure = "add a source of spans";
  row.tried = {"x"};
  const auto out = judged({hypothesis("h", {found("n"), found("m")}, {found("r")})}, {{finding("n", subject_a)}, {}, {row}});
  REQUIRE(out.verdict.missing.size() == 2);
  CHECK(out.verdict.missing[0] == Missing{"m", "spans", "", "no traces", "add a source of spans", {"x"}});
  CHECK(out.verdict.missing[1].why == "not examined");
}

TEST_CASE("a judged pair names its findings, those against it, and the needs that were looked for in vain") {
  Rows rows{{finding("n1", subject_a), finding("h1", subject_a), finding("r", subject_a)}, {examined("n2", subject_a)}, {}};
  for (size_t i = 0; i < rows.found.size(); ++i) rows.found[i].id = "F" + std::to_string(i + 1);
  const auto out =
      judged({hypothesis("h", {found("n1"), found("n2")}, {found("r")}, {found("h1"), found("h2")})}, rows);
  const Judged& pair = out.hypotheses.at(0);
  CHECK(pair.findings == Words{"F1", "F2"});
  CHECK(pair.against == Words{"F3"});
  CHECK(pair.not_found == Words{"n2"});
  CHECK(pair.needs_found == 1);
  CHECK(pair.needs == 2);
  REQUIRE(pair.helps_missing.size() == 1);
  CHECK(pair.helps_missing[0].kind == "h2");
}

TEST_CASE("the sentence of a hypothesis binds its key and the strongest finding that agrees with it") {
  Hypothesis h = hypothesis("h", {found("n")});
  h.say = "$service grew $n.times, at $n.place, $other, $m.times.";
  Finding weak = finding("n", {{"service", "a"}, {"place", "x"}}, 0.2),
          strong = finding("n", {{"service", "a"}, {"place", "y"}}, 0.9);
  weak.numbers["times"] = 1;
  strong.numbers["times"] = 3.14159;
  Finding elsewhere = finding("n", {{"service", "b"}, {"place", "z"}}, 1);
  const auto out = judged({h}, {{weak, strong, elsewhere}, {}, {}});
  CHECK(out.hypotheses.at(0).says == "a grew 3.14, at y, unknown, unknown.");
}

TEST_CASE("the onset of the verdict is the earliest among the findings of the needs") {
  Finding n = finding("n", subject_a), m = finding("m", subject_a), help = finding("h1", subject_a);
  n.onset = minute(5);
  m.onset = minute(3);
  help.onset = minute(1);
  const auto out = judged({hypothesis("h", {found("n"), found("m")}, {}, {found("h1")})}, {{n, m, help}, {}, {}});
  CHECK(out.verdict.onset == minute(3));
}

TEST_CASE("a judgement reads back from its JSON form") {
  Unknown row = unknown_row("m", subject_a, "spans");
  row.tried = {"x", "y"};
  Finding n = finding("n", subject_a);
  n.id = "F1";
  n.onset = minute(5);
  for (const Rows& rows :
       {Rows{{n}, {}, {row}}, Rows{{n, finding("m", subject_a), finding("m", subject_b), finding("n", subject_b)}, {}, {}}, Rows{}}) {
    const auto out = judged({hypothesis("h", {found("n"), found("m")}), hypothesis("g", {found("n")})}, rows);
    const auto read = json_judgement(judgement_json(out));
    REQUIRE(read);
    CHECK(*read == out);
  }
}

TEST_CASE("a broken judgement is refused with the member at fault") {
  CHECK(json_judgement(Json::array()).error().message == "judgement: `verdict` is missing");
  CHECK(json_judgement({{"verdict", {{"word", "maybe"}}}}).error().message == "judgement: `maybe` is no verdict");
  CHECK(json_judgement({{"verdict", {{"word", "confirmed"}, {"says", 3}}}}).error().message ==
        "judgement: `says` is no text");
}
