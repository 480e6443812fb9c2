// Test reader: sop_test.lua as a list of SopTest, read without an interpreter.
// SPDX-License-Identifier: Apache-2.0
//
//     return {
//       test "the leak is confirmed" { data = "replay",
//         expect { verdict = "confirmed", hypothesis = "leak", subject = { service = "cart" } },
//         judged "cache" { verdict = "inconclusive", missing = { "spans" } },
//         at "traces" { found "cohort" { attribute = "region" } },
//         path { "overview", "gather", "traces" } },
//     }
//
// One test alone may be returned without the braces around it. Against the Sop it is checked that hypotheses, states,
// labels and inputs exist; `data`, `case` and times are taken as written.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/machine/check.h"

namespace inquest {

struct TestExpect {
  std::string verdict, hypothesis;                 // hypothesis: empty when not asked for
  std::map<std::string, std::string> subject;
  std::vector<std::string> also, missing;
  std::optional<int> exit;
  Position at;
};
struct TestJudged {                                // of one hypothesis at a key that has these fields
  std::string hypothesis, verdict;                 // confirmed, ruled_out, inconclusive
  std::map<std::string, std::string> subject;
  std::vector<std::string> missing;
  Position at;
};
struct TestAt {                                    // holds in the snapshot in which the run leaves the state
  std::string state;
  std::vector<Condition> conditions;
  Position at;
};
struct SopTest {
  std::string name, data, case_file;               // exactly one of data and case_file
  Map input;                                       // values as written
  std::map<std::string, std::string> answer;       // state → label
  std::optional<Time> from, to;
  std::vector<std::string> without;                // signals: metrics, spans, logs
  std::optional<TestExpect> expect;
  std::vector<TestJudged> judged;
  std::vector<TestAt> ats;
  std::vector<std::string> path;                   // empty: not asked for
  Position at;
};
struct ReadTests {
  std::vector<SopTest> tests;
  std::vector<Diagnostic> problems;
};
// `sop` may be null: names are not checked then.
ReadTests read_sop_tests(const std::string& text, const std::string& file, const Catalogue& catalogue, const Sop* sop);

}  // namespace inquest
