// One hypothesis over all keys: grouping of rows, words and strengths.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/judge.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include "runtime/base/text.h"

namespace inquest {
namespace {

double in_range(double strength) { return std::isnan(strength) ? 0 : std::clamp(strength, 0.0, 1.0); }

Subject projected(const Subject& subject, const std::vector<std::string>& of) {
  Subject out;
  for (const std::string& name : of)
    if (const auto it = subject.find(name); it != subject.end()) out.insert(*it);
  return out;
}

template <class Visit>  // visit(subject or null) of every row of a kind
void each_subject(const KindRows& rows, Visit visit) {
  for (const Finding* row : rows.found) visit(&row->subject);
  for (const Examined* row : rows.examined) visit(&row->subject);
  for (const Unknown* row : rows.unknown) visit(row->subject ? &*row->subject : nullptr);
}

const Subject no_subject;

}  // namespace

RowIndex::RowIndex(const std::vector<const Rows*>& rows) {
  std::string_view last;
  KindRows* kind = nullptr;
  const auto at = [&](const std::string& name) -> KindRows& {
    if (!kind || last != name) {
      last = name;
      kind = &kinds_[last];
    }
    return *kind;
  };
  for (const Rows* part : rows) {
    for (const Finding& row : part->found) at(row.kind).found.push_back(&row);
    for (const Examined& row : part->examined) at(row.kind).examined.push_back(&row);
    for (const Unknown& row : part->unknown) at(row.kind).unknown.push_back(&row);
  }
}

const KindRows& RowIndex::of(std::string_view kind) const {
  static const KindRows none;
  const auto it = kinds_.find(kind);
  return it == kinds_.end() ? none : it->second;
}

HypothesisJudge::HypothesisJudge(const Hypothesis& hypothesis, const RowIndex& index)
    : hypothesis_(hypothesis), index_(index) {
  std::vector<const Condition*> atoms;
  for (const auto* conditions : {&hypothesis.needs, &hypothesis.helps, &hypothesis.refuted_by})
    for (const Condition& condition : *conditions) atoms_of(condition, atoms);
  for (const Condition* atom : atoms) atoms_.push_back({atom, {}});
  find_keys();
  for (AtomTallies& atom : atoms_) count(atom);
}

// The keys of all rows, each looked up once; rows that lack a field of `of` get -1 here and are settled in at_keys().
void HypothesisJudge::find_keys() {
  std::unordered_map<std::string_view, int> by_text;  // values of `of` → place in keys_; looked up, never iterated
  by_text.reserve(64);
  std::deque<std::string> joined;  // texts of keys of several fields; those of one field stand in the rows
  std::string text;
  std::vector<Subject> partial;
  const bool one_field = hypothesis_.of.size() == 1;
  const auto key_of = [&](const Subject& subject) {
    text.clear();
    std::string_view view;
    for (const std::string& name : hypothesis_.of) {
      const auto it = subject.find(name);
      if (it == subject.end()) {
        partial.push_back(projected(subject, hypothesis_.of));
        return -1;
      }
      view = it->second;
      if (!one_field) (text += it->second) += '\x1f';
    }
    const auto known = by_text.find(one_field ? view : std::string_view(text));
    if (known != by_text.end()) return known->second;
    const int place = static_cast<int>(keys_.size());
    by_text.emplace(one_field ? view : std::string_view(joined.emplace_back(text)), place);
    keys_.push_back(projected(subject, hypothesis_.of));
    return place;
  };
  for (const AtomTallies& atom : atoms_) {
    if (keys_of(atom.atom->kind)) continue;
    std::vector<int> of_row;
    each_subject(index_.of(atom.atom->kind),
                 [&](const Subject* subject) { of_row.push_back(key_of(subject ? *subject : no_subject)); });
    row_keys_.push_back({atom.atom->kind, std::move(of_row)});
  }
  // Rows of few fields become keys only where they agree with no key; the one that says most first.
  std::sort(partial.begin(), partial.end(),
            [](const Subject& a, const Subject& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
  partial.erase(std::unique(partial.begin(), partial.end()), partial.end());
  for (Subject& key : partial)
    if (std::none_of(keys_.begin(), keys_.end(), [&](const Subject& other) { return agrees(other, key); }))
      keys_.push_back(std::move(key));

  std::vector<int> order(keys_.size()), place(keys_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  std::sort(order.begin(), order.end(),
            [&](int a, int b) { return keys_[static_cast<size_t>(a)] < keys_[static_cast<size_t>(b)]; });
  std::vector<Subject> sorted;
  for (size_t i = 0; i < order.size(); ++i) {
    place[static_cast<size_t>(order[i])] = static_cast<int>(i);
    sorted.push_back(std::move(keys_[static_cast<size_t>(order[i])]));
  }
  keys_ = std::move(sorted);
  for (auto& [kind, of_row] : row_keys_)
    for (int& key : of_row)
      if (key >= 0) key = place[static_cast<size_t>(key)];
}

const std::vector<int>* HypothesisJudge::keys_of(std::string_view kind) const {
  for (const auto& [name, of_row] : row_keys_)
    if (name == kind) return &of_row;
  return nullptr;
}

// Keys of fewer fields stand only where no full key agrees, so a row with all fields has exactly one key.
template <class Visit>
void HypothesisJudge::at_keys(int key, const Subject& subject, Visit visit) const {
  if (key >= 0) return visit(static_cast<size_t>(key));
  for (size_t i = 0; i < keys_.size(); ++i)
    if (agrees(subject, keys_[i])) visit(i);
}

void HypothesisJudge::count(AtomTallies& atom) const {
  atom.at.resize(keys_.size());
  const KindRows& rows = index_.of(atom.atom->kind);
  const Map& match = atom.atom->match;
  auto key_of_row = keys_of(atom.atom->kind)->begin();
  for (const Finding* row : rows.found) {
    const bool hit = matches(*row, match), about = hit || concerns(row->subject, match);
    at_keys(*key_of_row++, row->subject, [&](size_t key) {
      Tally& tally = atom.at[key];
      if (hit && (!tally.best || stronger(*row, *tally.best))) tally.best = row;
      tally.examined = tally.examined || about;
    });
  }
  for (const Examined* row : rows.examined) {
    const int at = *key_of_row++;
    if (concerns(row->subject, match)) at_keys(at, row->subject, [&](size_t key) { atom.at[key].examined = true; });
  }
  for (const Unknown* row : rows.unknown) {
    const int at = *key_of_row++;
    const Subject& subject = row->subject ? *row->subject : no_subject;
    if (concerns(subject, match)) at_keys(at, subject, [&](size_t key) { atom.at[key].unknown = true; });
  }
}

const HypothesisJudge::Tally& HypothesisAt::atom(const Condition& wanted) const {
  static const HypothesisJudge::Tally none;
  for (const auto& atom : judge_.atoms_)
    if (atom.atom == &wanted) return atom.at[key_];
  return none;
}

Truth HypothesisAt::truth(const Condition& condition) const {
  return combine(condition, [this](const Condition& wanted) { return atom(wanted).truth(); });
}

// The finding that carries a condition, and how strongly: of all_of the weakest part, of any_of the strongest that
// holds.
const Finding* HypothesisAt::support(const Condition& condition, double& strength) const {
  if (condition.op == Condition::Op::found) {
    const Finding* const best = atom(condition).best;
    if (best) strength = in_range(best->strength);
    return best;
  }
  if (condition.op != Condition::Op::all_of && condition.op != Condition::Op::any_of) return nullptr;
  const bool all = condition.op == Condition::Op::all_of;
  const Finding* out = nullptr;
  for (const Condition& part : condition.of) {
    double of_part = 0;
    if (truth(part) != Truth::found) continue;
    const Finding* const finding = support(part, of_part);
    if (!finding || (out && (all ? of_part >= strength : of_part <= strength))) continue;
    out = finding;
    strength = of_part;
  }
  return out;
}

const char* HypothesisAt::word() const {
  const Hypothesis& hypothesis = judge_.hypothesis_;
  // "`ruled_out` if a `refuted_by` is found or one of `needs` is not found;
  //  `confirmed` if all `needs` are found and every `refuted_by` is not found; else `inconclusive`".
  // "Nothing is called a cause that no finding supports": one need at least must rest on a finding.
  bool all_found = true, all_refused = true, supported = false;
  for (const Condition& condition : hypothesis.refuted_by) {
    const Truth it = truth(condition);
    if (it == Truth::found) return "ruled_out";
    all_refused = all_refused && it == Truth::not_found;
  }
  for (const Condition& need : hypothesis.needs) {
    const Truth it = truth(need);
    if (it == Truth::not_found) return "ruled_out";
    all_found = all_found && it == Truth::found;
    double strength = 0;
    supported = supported || (it == Truth::found && support(need, strength));
  }
  return all_found && all_refused && supported ? "confirmed" : "inconclusive";
}

double HypothesisAt::strength() const {
  // "the lowest strength of its needs; each found help adds a quarter of the rest to 1"
  const Hypothesis& hypothesis = judge_.hypothesis_;
  double out = 1;
  for (const Condition& need : hypothesis.needs) {
    double strength = 0;
    if (support(need, strength)) out = std::min(out, strength);
  }
  for (const Condition& help : hypothesis.helps)
    if (truth(help) == Truth::found) out += (1 - out) * 0.25;
  return round12(out);
}

std::optional<Time> HypothesisAt::onset() const {
  std::optional<Time> out;
  for (const Condition& need : judge_.hypothesis_.needs) {
    double strength = 0;
    const Finding* const finding = truth(need) == Truth::found ? support(need, strength) : nullptr;
    if (finding && finding->onset && (!out || *finding->onset < *out)) out = finding->onset;
  }
  return out;
}

std::vector<const Finding*> HypothesisAt::found(const Condition& atom) const {
  std::vector<const Finding*> out;
  for (const Finding* row : judge_.index_.of(atom.kind).found)
    if (agrees(row->subject, key()) && matches(*row, atom.match)) out.push_back(row);
  std::stable_sort(out.begin(), out.end(), [](const Finding* a, const Finding* b) { return stronger(*a, *b); });
  return out;
}

std::vector<const Unknown*> HypothesisAt::unknown(const Condition& atom) const {
  std::vector<const Unknown*> out;
  for (const Unknown* row : judge_.index_.of(atom.kind).unknown)
    if (!row->subject || (agrees(*row->subject, key()) && concerns(*row->subject, atom.match))) out.push_back(row);
  return out;
}

const Finding* HypothesisAt::strongest(const std::string& kind) const {
  const Finding* out = nullptr;
  for (const Finding* row : judge_.index_.of(kind).found)
    if (agrees(row->subject, key()) && (!out || stronger(*row, *out))) out = row;
  return out;
}

}  // namespace inquest
