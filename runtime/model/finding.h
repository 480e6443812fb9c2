// Finding: one thing that was seen about a subject; Rows: what one run of a review returned, three-valued.
// SPDX-License-Identifier: Apache-2.0
//
// For each kind a review says `found`, `examined` (the subjects in which it could have seen it, with the smallest effect
// it could have seen) and `unknown` (a subject or all, which measure or signal is missing, why, and the cure).
// Not found = examined − found − unknown. A kind never reviewed for a subject is unknown (not examined).
// Numbers are rounded to 12 digits before anything compares them. Everything is comparable and has a JSON form.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/model/ask.h"

namespace inquest {

using Subject = std::map<std::string, std::string>;  // service → …, operation → …, attribute → …, value → …
std::string print_subject(const Subject& subject);   // "service=a operation=b", in the order of the names
// Every name that both have is equal.
bool agrees(const Subject& subject, const std::map<std::string, std::string>& names);

struct Finding {
  std::string id = {};          // F1, F2, … given by the machine in the order of arrival
  std::string state = {};       // where it was found
  std::string review = {};
  std::string kind = {};
  Subject subject = {};
  std::map<std::string, double> numbers = {};
  std::map<std::string, std::vector<std::string>> lists = {};
  double strength = 0;          // 0–1
  std::optional<Time> onset = {};
  std::vector<std::string> evidence = {};  // E1, …
  std::string says = {};        // the sentence of `yields`, bound, in the language of the run
  bool operator==(const Finding&) const = default;
};
struct Examined {
  std::string state = {}, review = {}, kind = {};
  Subject subject = {};
  std::map<std::string, double> smallest = {};  // the smallest effect that could have been seen, by number
  std::vector<std::string> evidence = {};
  bool operator==(const Examined&) const = default;
};
struct Unknown {
  std::string state = {}, review = {}, kind = {};
  std::optional<Subject> subject = {};  // nullopt: all subjects
  std::string signal = {};              // metrics | spans | logs: what would have to be added
  std::string measure = {};             // memory, cpu, … or the kind of ask
  std::string why = {}, cure = {};
  std::vector<std::string> tried = {};  // names that were looked for
  bool partial = false;                 // rests on a partial answer
  bool operator==(const Unknown&) const = default;
};
struct Rows {
  std::vector<Finding> found = {};
  std::vector<Examined> examined = {};
  std::vector<Unknown> unknown = {};
  bool operator==(const Rows&) const = default;
};
Json finding_json(const Finding&);
Json examined_json(const Examined&);
Json unknown_json(const Unknown&);
Json rows_json(const Rows&);
Result<Rows> json_rows(const Json&);
Result<Finding> json_finding(const Json&);

// A field of a finding as a value to bind: a field of its subject, "onset", "strength", "says", "kind", a number, a list.
std::optional<Value> field(const Finding& finding, const std::string& name);
// Strongest first, ties by subject text, then state.
bool stronger(const Finding& a, const Finding& b);

}  // namespace inquest
