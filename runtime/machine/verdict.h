// Verdict rules: hypotheses judged per key from three-valued rows, and the verdict of the run.
// SPDX-License-Identifier: Apache-2.0
//
// Pure: judge(sop, rows) is a function of the hypotheses and of the rows of all reviews. The rules stand in
// design/language.md "Verdict" and are repeated beside the code in verdict.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/model/catalogue.h"
#include "runtime/model/finding.h"
#include "runtime/model/sop.h"

namespace inquest {

struct Missing {  // what an inconclusive hypothesis would need
  std::string kind, signal, measure, why, cure;
  std::vector<std::string> tried;
  bool operator==(const Missing&) const = default;
};
struct Judged {  // one hypothesis at one key
  std::string hypothesis;
  Subject key;       // values of `of`; empty for an unknown about all
  std::string word;  // confirmed | ruled_out | inconclusive
  double strength = 0;
  std::vector<std::string> findings;   // ids of needs, then helps, that were found
  std::vector<std::string> against;    // ids of refuted_by that were found
  std::vector<std::string> not_found;  // kinds of needs that were looked for and not found
  std::vector<Missing> missing;        // unknown needs and refuted_by
  std::vector<Missing> helps_missing;  // unknown helps: shown, never decide
  int needs_found = 0, needs = 0;
  std::string says;  // the hypothesis' sentence, bound with its key and findings
  bool operator==(const Judged&) const = default;
};
struct Verdict {
  std::string word = "nothing_found";  // confirmed | ruled_out | inconclusive | nothing_found
  std::string hypothesis;
  Subject subject;
  std::optional<Time> onset;
  double strength = 0;
  std::string says;
  std::vector<std::pair<std::string, Subject>> also;  // other confirmed pairs
  std::vector<Missing> missing;
  bool operator==(const Verdict&) const = default;
};
struct Judgement {
  Verdict verdict;
  std::vector<Judged> hypotheses;  // order of text, then key
  bool operator==(const Judgement&) const = default;
};

// The catalogue, when given, lends the sentences the units of numbers.
Judgement judge(const Sop& sop, const std::vector<const Rows*>& rows, const Catalogue* catalogue = nullptr);

// One pair (hypothesis, key) without its lists and sentence: what the machine compares after each review.
struct JudgedWord {
  size_t hypothesis = 0;  // index into Sop::hypotheses
  Subject key;
  std::string word;
  double strength = 0;
};
// Of the hypotheses with these indices, in order; keys in order. Pairs that are inconclusive are left out.
std::vector<JudgedWord> judge_words(const Sop& sop, const std::vector<const Rows*>& rows,
                                    const std::vector<size_t>& hypotheses);
Json judgement_json(const Judgement&);
Result<Judgement> json_judgement(const Json&);

}  // namespace inquest
