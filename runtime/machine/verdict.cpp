// Verdict rules: every hypothesis at every key, and the verdict of the run; the rules stand beside the code.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/verdict.h"

#include <algorithm>
#include <tuple>

#include "runtime/base/text.h"
#include "runtime/machine/judge.h"
#include "runtime/machine/sentence.h"

namespace inquest {
namespace {

template <class T>
void add_once(std::vector<T>& to, T item) {
  if (std::find(to.begin(), to.end(), item) == to.end()) to.push_back(std::move(item));
}

// One text more in a list of texts; beyond three they say nothing new.
void join_once(std::string& to, const std::string& text, const char* between) {
  constexpr size_t most = 3;
  if (text.empty() || to == text) return;
  if (to.empty()) { to = text; return; }
  size_t parts = 1;
  const std::string all = between + to + between;
  if (all.find(between + text + between) != std::string::npos) return;
  for (size_t at = 0; (at = to.find(between, at)) != std::string::npos; at += 2) ++parts;
  if (parts < most) to += between + text;
}

// A review with several slots, or about several instances, misses one signal once.
void add_folded(std::vector<Missing>& out, const Missing& row) {
  const auto same = std::find_if(out.begin(), out.end(),
                                 [&](const Missing& m) { return m.kind == row.kind && m.signal == row.signal; });
  if (same == out.end()) {
    out.push_back(row);
    return;
  }
  join_once(same->measure, row.measure, ", ");
  join_once(same->why, row.why, "; ");
  join_once(same->cure, row.cure, "; ");
  for (const std::string& name : row.tried) add_once(same->tried, name);
}

// "lists each unknown with the signal or measure to add", once for a kind and signal; a kind without any row about the
// key was not examined.
void add_missing(const HypothesisAt& at, const Condition& condition, std::vector<Missing>& out) {
  std::vector<const Condition*> atoms;
  atoms_of(condition, atoms);
  for (const Condition* atom : atoms) {
    if (at.atom(*atom).truth() != Truth::unknown) continue;
    const auto rows = at.unknown(*atom);
    for (const Unknown* row : rows)
      add_folded(out, Missing{row->kind, row->signal, row->measure, row->why, row->cure, row->tried});
    if (rows.empty()) add_folded(out, Missing{atom->kind, "", "", "not examined", "", {}});
  }
}

void add_found(const HypothesisAt& at, const Condition& condition, std::vector<std::string>& ids) {
  std::vector<const Condition*> atoms;
  atoms_of(condition, atoms);
  for (const Condition* atom : atoms)
    for (const Finding* finding : at.found(*atom)) add_once(ids, finding->id);
}

// The sentence of a hypothesis: fields of its key, then $kind.field of the strongest finding that agrees with the key.
std::string says_of(const HypothesisAt& at, const Catalogue* catalogue) {
  return bind_text(at.hypothesis().say, [&](const std::string& name) -> std::optional<Value> {
    if (const auto it = at.key().find(name); it != at.key().end()) return Value(it->second);
    const size_t dot = name.find('.');
    if (dot == std::string::npos) return std::nullopt;
    const Finding* const finding = at.strongest(name.substr(0, dot));
    if (!finding) return std::nullopt;
    auto text = shown(*finding, catalogue ? catalogue->yield(finding->kind) : nullptr, name.substr(dot + 1));
    return text ? std::optional<Value>(*std::move(text)) : std::nullopt;
  });
}

Judged judged_at(const HypothesisAt& at, const Catalogue* catalogue) {
  const Hypothesis& hypothesis = at.hypothesis();
  Judged out;
  out.hypothesis = hypothesis.name;
  out.key = at.key();
  out.word = at.word();
  out.strength = out.word == "confirmed" ? at.strength() : 0;
  out.needs = static_cast<int>(hypothesis.needs.size());
  for (const Condition& need : hypothesis.needs) {
    const Truth truth = at.truth(need);
    if (truth == Truth::found) {
      ++out.needs_found;
      add_found(at, need, out.findings);
    } else if (truth == Truth::unknown) {
      add_missing(at, need, out.missing);
    } else {
      std::vector<const Condition*> atoms;
      atoms_of(need, atoms);
      for (const Condition* atom : atoms)
        if (at.truth(*atom) == Truth::not_found) add_once(out.not_found, atom->kind);
    }
  }
  for (const Condition& condition : hypothesis.refuted_by) {
    const Truth truth = at.truth(condition);
    if (truth == Truth::found) add_found(at, condition, out.against);
    if (truth == Truth::unknown) add_missing(at, condition, out.missing);
  }
  for (const Condition& help : hypothesis.helps) {
    const Truth truth = at.truth(help);
    if (truth == Truth::found) add_found(at, help, out.findings);
    if (truth == Truth::unknown) add_missing(at, help, out.helps_missing);
  }
  out.says = says_of(at, catalogue);
  return out;
}

// What the run's verdict needs to know of a pair beside what is shown.
struct Pair {
  const Judged* judged = nullptr;
  size_t order = 0;  // of the hypothesis in the text
  const Hypothesis* hypothesis = nullptr;
  bool open = false;               // "a need unknown that concerns all subjects or a key where something was found"
  std::optional<Time> onset = {};  // the earliest among the strongest finding of each need
};

bool open_at(const HypothesisAt& at, const std::vector<const Rows*>& rows) {
  std::optional<bool> found_here;
  const auto something_found = [&] {
    if (found_here) return *found_here;
    found_here = std::any_of(rows.begin(), rows.end(), [&](const Rows* part) {
      return std::any_of(part->found.begin(), part->found.end(), [&](const Finding& finding) {
        return !at.key().empty() &&
               std::includes(finding.subject.begin(), finding.subject.end(), at.key().begin(), at.key().end());
      });
    });
    return *found_here;
  };
  for (const Condition& need : at.hypothesis().needs) {
    if (at.truth(need) != Truth::unknown) continue;
    std::vector<const Condition*> atoms;
    atoms_of(need, atoms);
    for (const Condition* atom : atoms) {
      if (at.atom(*atom).truth() != Truth::unknown) continue;
      for (const Unknown* row : at.unknown(*atom))
        if (!row->subject || row->subject->empty() || something_found()) return true;
    }
  }
  return false;
}

// Same key, or one key is the other with fewer fields: a hypothesis per operation may explain one per service.
bool same_key(const Subject& a, const Subject& b) {
  const Subject& small = a.size() < b.size() ? a : b;
  const Subject& large = a.size() < b.size() ? b : a;
  return (!small.empty() || large.empty()) && std::includes(large.begin(), large.end(), small.begin(), small.end());
}

bool explained(const Pair& pair, const std::vector<Pair>& confirmed) {
  return std::any_of(confirmed.begin(), confirmed.end(), [&](const Pair& other) {
    const auto& explains = other.hypothesis->explains;
    return other.hypothesis != pair.hypothesis && same_key(other.judged->key, pair.judged->key) &&
           std::find(explains.begin(), explains.end(), pair.hypothesis->name) != explains.end();
  });
}

// "most needs, then strength, order of text, key"
bool leads(const Pair& a, const Pair& b) {
  if (a.judged->needs != b.judged->needs) return a.judged->needs > b.judged->needs;
  if (a.judged->strength != b.judged->strength) return a.judged->strength > b.judged->strength;
  return std::tie(a.order, a.judged->key) < std::tie(b.order, b.judged->key);
}

void name_pair(Verdict& verdict, const Pair& pair) {
  verdict.hypothesis = pair.judged->hypothesis;
  verdict.subject = pair.judged->key;
  verdict.onset = pair.onset;
  verdict.strength = pair.judged->strength;
  verdict.says = pair.judged->says;
}

Verdict verdict_of(const std::vector<Pair>& pairs, bool anything_found) {
  Verdict verdict;
  // The run: `confirmed` by a confirmed pair that no other hypothesis confirmed at the same key `explains`: most needs,
  // then strength, order of text, key; the rest in `also`. (Hypotheses that explain each other in a ring all stay.)
  std::vector<Pair> confirmed;
  for (const Pair& pair : pairs)
    if (pair.judged->word == "confirmed") confirmed.push_back(pair);
  if (!confirmed.empty()) {
    std::vector<Pair> first, later;
    for (const Pair& pair : confirmed) (explained(pair, confirmed) ? later : first).push_back(pair);
    if (first.empty()) first.swap(later);
    std::sort(first.begin(), first.end(), leads);
    std::sort(later.begin(), later.end(), leads);
    verdict.word = "confirmed";
    name_pair(verdict, first[0]);
    for (size_t i = 1; i < first.size(); ++i)
      verdict.also.emplace_back(first[i].judged->hypothesis, first[i].judged->key);
    for (const Pair& pair : later) verdict.also.emplace_back(pair.judged->hypothesis, pair.judged->key);
    return verdict;
  }
  // Else `inconclusive` if a pair not ruled out has a need found, or a need unknown (not merely not examined) that
  // concerns all subjects or a key where something was found; it names the pair with most needs found, then order of
  // text, key; `missing` is that pair's. Pairs stand in the order of text and key, so the first of the best wins.
  const Pair* best = nullptr;
  for (const Pair& pair : pairs) {
    if (pair.judged->word != "inconclusive" || (pair.judged->needs_found == 0 && !pair.open)) continue;
    if (!best || pair.judged->needs_found > best->judged->needs_found) best = &pair;
  }
  if (best) {
    verdict.word = "inconclusive";
    name_pair(verdict, *best);
    verdict.missing = best->judged->missing;
    return verdict;
  }
  // Else `ruled_out` if anything was found. Else `nothing_found`.
  verdict.word = anything_found ? "ruled_out" : "nothing_found";
  return verdict;
}

}  // namespace

Judgement judge(const Sop& sop, const std::vector<const Rows*>& rows, const Catalogue* catalogue) {
  const RowIndex index(rows);
  Judgement out;
  std::vector<Pair> pairs;
  for (size_t order = 0; order < sop.hypotheses.size(); ++order) {
    HypothesisJudge judge(sop.hypotheses[order], index);
    for (size_t key = 0; key < judge.keys().size(); ++key) {
      const HypothesisAt at(judge, key);
      out.hypotheses.push_back(judged_at(at, catalogue));
      pairs.push_back({nullptr, order, &sop.hypotheses[order], open_at(at, rows), at.onset()});
    }
  }
  for (size_t i = 0; i < pairs.size(); ++i) pairs[i].judged = &out.hypotheses[i];
  const bool anything = std::any_of(rows.begin(), rows.end(), [](const Rows* part) { return !part->found.empty(); });
  out.verdict = verdict_of(pairs, anything);
  return out;
}

std::vector<JudgedWord> judge_words(const Sop& sop, const std::vector<const Rows*>& rows,
                                    const std::vector<size_t>& hypotheses) {
  const RowIndex index(rows);
  std::vector<JudgedWord> out;
  for (const size_t order : hypotheses) {
    const HypothesisJudge judge(sop.hypotheses[order], index);
    out.reserve(out.size() + judge.keys().size());
    for (size_t key = 0; key < judge.keys().size(); ++key) {
      const HypothesisAt at(judge, key);
      const std::string_view word = at.word();
      if (word == "inconclusive") continue;
      out.push_back({order, at.key(), std::string(word), word == "confirmed" ? at.strength() : 0});
    }
  }
  return out;
}

}  // namespace inquest
