// Conditions over findings: the match of one finding, and the three-valued state of a kind.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/conditions.h"

#include <algorithm>
#include <optional>

#include "runtime/base/text.h"

namespace inquest {
namespace {

// Ids and numbers masked: words with a digit in them count as one.
std::string masked(const std::string& text) {
  std::string out;
  for (const std::string& word : split(text, ' ')) {
    const bool digit = std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    out += (digit ? "*" : word) + " ";
  }
  return out;
}

bool text_matches(const Finding& finding, const std::string& name, const std::string& wanted, bool like) {
  const auto same = [&](const std::string& text) { return like ? masked(text) == masked(wanted) : text == wanted; };
  if (const auto it = finding.subject.find(name); it != finding.subject.end()) return same(it->second);
  if (const auto it = finding.lists.find(name); it != finding.lists.end())
    return std::any_of(it->second.begin(), it->second.end(), same);
  return false;
}

bool is_number(const Value& value) { return value.is<int64_t>() || value.is<double>(); }

}  // namespace

bool matches(const Finding& finding, const Map& match) {
  for (const auto& [name, wanted] : match) {
    if (const auto* text = wanted.get<std::string>()) {
      if (!text_matches(finding, name, *text, false)) return false;
      continue;
    }
    const Term* const term = wanted.get<Term>();
    if (term && term->word == "like") {
      if (term->args.empty() || !text_matches(finding, name, term->args[0].text(), true)) return false;
      continue;
    }
    const auto number = finding.numbers.find(name);
    if (number == finding.numbers.end() && name != "strength") return false;
    const double value = number == finding.numbers.end() ? finding.strength : number->second;
    if (is_number(wanted)) {
      if (round12(value) != round12(wanted.number())) return false;
    } else if (term && term->args.size() == 1 && is_number(term->args[0])) {
      const double limit = term->args[0].number();
      if (term->word == "above" ? !(value > limit) : term->word == "below" ? !(value < limit) : true) return false;
    } else {
      return false;
    }
  }
  return true;
}

bool concerns(const Subject& subject, const Map& match) {
  for (const auto& [name, wanted] : match) {
    const auto it = subject.find(name);
    if (it != subject.end() && wanted.is<std::string>() && it->second != wanted.text()) return false;
  }
  return true;
}

Truth truth_of(const std::string& kind, const Map& match, const std::vector<const Rows*>& rows,
               const std::map<std::string, std::string>& names) {
  bool unknown = false, examined = false;
  for (const Rows* part : rows) {
    for (const Finding& finding : part->found) {
      if (finding.kind != kind || !agrees(finding.subject, names)) continue;
      if (matches(finding, match)) return Truth::found;
      examined = examined || concerns(finding.subject, match);
    }
    for (const Unknown& row : part->unknown)
      unknown = unknown ||
                (row.kind == kind && (!row.subject || (agrees(*row.subject, names) && concerns(*row.subject, match))));
    for (const Examined& row : part->examined)
      examined = examined || (row.kind == kind && agrees(row.subject, names) && concerns(row.subject, match));
  }
  return unknown || !examined ? Truth::unknown : Truth::not_found;
}

void atoms_of(const Condition& condition, std::vector<const Condition*>& out) {
  if (condition.op != Condition::Op::all_of && condition.op != Condition::Op::any_of) return out.push_back(&condition);
  for (const Condition& part : condition.of) atoms_of(part, out);
}

}  // namespace inquest
