// Frames cut to the scope, required slots, partial answers, the contract, evidence, rounding and sentences.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/reviewing.h"

#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/machine/sentence.h"

namespace inquest {
namespace {

const Yield* yield_of(const ReviewContract& contract, const std::string& kind) {
  if (contract.generic) return contract.yields.empty() ? nullptr : &contract.yields.front();
  for (const Yield& yield : contract.yields) {
    if (yield.kind == kind) return &yield;
  }
  return nullptr;
}

// The frame as the scope in force lets it be seen. A frame of this very scope is not copied.
FramePtr seen(const Kept& kept, const Scope& scope) {
  Scope wanted = scope;
  for (const std::string& name : kept.ask.outside) wanted.names.erase(name);
  const bool inside = wanted.window.from <= kept.ask.scope.window.from && kept.ask.scope.window.to <= wanted.window.to;
  if (wanted.names == kept.ask.scope.names && inside) return kept.frame;
  return cut_to_scope(kept.frame, scope, kept.ask.then, kept.ask.outside);
}

Unknown missing_for(const std::string& kind, const Slot& slot, const Kept* kept, const Catalogue& catalogue,
                    const std::map<std::string, Unknown>& roots) {
  Unknown row;
  row.kind = kind;
  if (kept) {
    row.signal = kept->ask.signal;
    row.measure = kept->measure;
    row.why = kept->failure ? kept->failure->cause : "no answer";
    row.cure = kept->failure ? kept->failure->cure : "";
    row.tried = kept->tried;
    if (const auto root = roots.find(kept->evidence); root != roots.end()) {
      row.signal = root->second.signal;
      row.measure = root->second.measure;
      row.tried = root->second.tried;
      if (!root->second.why.empty()) row.why += " (" + root->second.why + ")";
      if (row.cure.empty()) row.cure = root->second.cure;
    }
    return row;
  }
  const AskRow* ask = slot.ask.empty() ? nullptr : catalogue.ask(slot.ask);
  if (ask) {
    row.signal = ask->signal;
    row.measure = ask->measure.empty() ? ask->kind : ask->measure;
  }
  row.why = "nothing was asked that fits `" + slot.name + "`";
  row.cure = slot.ask.empty() ? "ask for a frame of shape " + slot.shape : "ask for " + slot.ask;
  return row;
}

// What is wrong with a row, or "".
class Contract final {
 public:
  Contract(const Reviewing& of, const std::set<std::string>& evidence)
      : of_(of), kinds_(kinds_of(of.contract, of.options)), evidence_(evidence) {}

  std::string check(const Rows& rows) const {
    for (const Finding& row : rows.found) {
      std::string bad = head(row.kind, row.subject, row.evidence);
      if (bad.empty()) bad = numbers(row.kind, row.numbers);
      if (bad.empty() && !(row.strength >= 0 && row.strength <= 1))
        bad = "strength " + shortest(row.strength) + " is not within 0 and 1";
      const Yield* yield = yield_of(of_.contract, row.kind);
      for (const auto& [name, list] : row.lists) {
        if (!bad.empty() || of_.contract.generic || !yield) break;
        if (std::find(yield->lists.begin(), yield->lists.end(), name) == yield->lists.end()) {
          bad = "list `" + printable(name, 60) + "` is not among what `" + row.kind + "` yields";
        }
      }
      if (!bad.empty()) return "found `" + printable(row.kind, 60) + "`: " + bad;
    }
    for (const Examined& row : rows.examined) {
      std::string bad = head(row.kind, row.subject, row.evidence);
      if (bad.empty()) bad = numbers(row.kind, row.smallest);
      if (!bad.empty()) return "examined `" + printable(row.kind, 60) + "`: " + bad;
    }
    for (const Unknown& row : rows.unknown) {
      const std::string bad = head(row.kind, row.subject.value_or(Subject{}), {});
      if (!bad.empty()) return "unknown `" + printable(row.kind, 60) + "`: " + bad;
    }
    return "";
  }

 private:
  std::string head(const std::string& kind, const Subject& subject, const std::vector<std::string>& evidence) const {
    if (std::find(kinds_.begin(), kinds_.end(), kind) == kinds_.end())
      return "no kind that it yields; " + did_you_mean(kind, kinds_);
    const Yield* yield = yield_of(of_.contract, kind);
    for (const auto& [name, value] : subject) {
      if (of_.contract.generic || !yield) break;
      if (std::find(yield->subject.begin(), yield->subject.end(), name) == yield->subject.end()) {
        return "subject field `" + printable(name, 60) + "` is not declared; " + did_you_mean(name, yield->subject);
      }
    }
    for (const std::string& id : evidence) {
      if (!evidence_.count(id)) return "evidence `" + printable(id, 60) + "` is none that it was given";
    }
    return "";
  }
  std::string numbers(const std::string& kind, const std::map<std::string, double>& given) const {
    const Yield* yield = yield_of(of_.contract, kind);
    std::vector<std::string> known;
    if (yield)
      for (const auto& [name, unit] : yield->numbers) known.push_back(name);
    for (const auto& [name, value] : given) {
      if (of_.contract.generic || !yield) break;
      if (!yield->numbers.count(name))
        return "number `" + printable(name, 60) + "` is not declared; " + did_you_mean(name, known);
    }
    return "";
  }

  const Reviewing& of_;
  const std::vector<std::string> kinds_;
  const std::set<std::string>& evidence_;
};

// What was looked for and not found on a partial answer is unknown.
void weaken(Rows& rows, const std::vector<const Kept*>& used) {
  std::map<std::string, const Kept*> partial;
  for (const Kept* kept : used) {
    if (!kept->frame->marks.partial.empty()) partial.emplace(kept->evidence, kept);
  }
  if (partial.empty()) return;
  const auto found = [&](const Examined& row) {
    return std::any_of(rows.found.begin(), rows.found.end(), [&](const Finding& other) {
      return other.kind == row.kind && agrees(other.subject, row.subject);
    });
  };
  std::vector<Examined> kept_rows;
  for (Examined& row : rows.examined) {
    const Kept* on = nullptr;
    for (const std::string& id : row.evidence) {
      const auto it = partial.find(id);
      if (it != partial.end() && !on) on = it->second;
    }
    if (!on || found(row)) {
      kept_rows.push_back(std::move(row));
      continue;
    }
    Unknown unknown;
    unknown.kind = row.kind;
    unknown.subject = row.subject;
    unknown.signal = on->ask.signal;
    unknown.measure = on->measure;
    unknown.why = "looked for in a partial answer (" + on->evidence + "): " + on->frame->marks.partial;
    unknown.cure = "ask again when the source answers in full, or narrow the window";
    unknown.partial = true;
    rows.unknown.push_back(std::move(unknown));
  }
  rows.examined = std::move(kept_rows);
}

void finish(Rows& rows, const Reviewing& of, const std::vector<const Kept*>& used) {
  std::vector<std::string> all;
  for (const Kept* kept : used) {
    if (std::find(all.begin(), all.end(), kept->evidence) == all.end()) all.push_back(kept->evidence);
  }
  for (Finding& row : rows.found) {
    if (row.evidence.empty()) row.evidence = all;
    row.strength = round12(row.strength);
    for (auto& [name, value] : row.numbers) value = round12(value);
    const Yield* yield = yield_of(of.contract, row.kind);
    auto translated = of.sentences.find(row.kind);  // of a generic review the sentence of the kind it stands for
    if (translated == of.sentences.end() && yield) translated = of.sentences.find(yield->kind);
    if (yield) row.says = sentence(row, *yield, translated != of.sentences.end() ? translated->second : yield->says);
  }
  for (Examined& row : rows.examined) {
    if (row.evidence.empty()) row.evidence = all;
    for (auto& [name, value] : row.smallest) value = round12(value);
  }
  for (Unknown& row : rows.unknown) {
    if (!row.signal.empty()) continue;
    std::set<std::string> signals;
    for (const Kept* kept : used) {
      signals.insert(kept->ask.signal);
      if (!row.measure.empty() && (kept->measure == row.measure || kept->ask.kind == row.measure))
        row.signal = kept->ask.signal;
    }
    if (row.signal.empty() && signals.size() == 1) row.signal = *signals.begin();
  }
  weaken(rows, used);
}

}  // namespace

std::vector<std::string> kinds_of(const ReviewContract& contract, const Map& options) {
  std::vector<std::string> out;
  for (const Yield& yield : contract.yields) out.push_back(yield.kind);
  const Value* named = contract.generic ? find(options, "yields") : nullptr;
  if (named && !named->text().empty()) out = {named->text()};
  return out;
}

static ReviewOutcome carried_out(const Reviewing& of, Reviewer& reviewer, const Stop& stop) {
  ReviewOutcome out;
  const std::vector<std::string> kinds = kinds_of(of.contract, of.options);
  ReviewCall call;
  call.review = of.contract.name;
  call.state = of.state;
  call.options = of.options;
  call.earlier = of.earlier;
  call.scope = of.scope;
  call.names = of.names;
  std::vector<const Kept*> used;
  std::set<std::string> evidence;
  for (const Slot& slot : of.contract.takes) {
    const auto bound = of.slots.find(slot.name);
    const Kept* kept = bound == of.slots.end() ? nullptr : bound->second;
    if (kept && kept->frame) {
      call.frames[slot.name] = seen(*kept, of.scope);
      call.evidence[slot.name] = kept->evidence;
      used.push_back(kept);
      evidence.insert(kept->evidence);
      continue;
    }
    call.frames[slot.name] = nullptr;
    if (slot.optional) continue;
    for (const std::string& kind : kinds) out.rows.unknown.push_back(missing_for(kind, slot, kept, of.catalogue, of.roots));
  }
  if (!out.rows.unknown.empty()) return out;  // without a call

  for (const Finding& finding : of.earlier) evidence.insert(finding.evidence.begin(), finding.evidence.end());
  Result<Rows> rows = Rows{};
  try {
    rows = reviewer.run(call, stop);
  } catch (const std::exception& thrown) {
    rows = Error{Code::script, std::string("the review threw: ") + thrown.what(), of.contract.file, "", "script_error"};
  }
  if (rows) {
    const std::string bad = Contract(of, evidence).check(*rows);
    if (!bad.empty()) {
      rows = Error{Code::script, "review `" + of.contract.name + "` broke its contract: " + bad, of.contract.file,
                   "declare it in `yields`, or return what is declared", "script_contract"};
    }
  }
  if (!rows) {
    if (rows.error().code == Code::interrupted) {
      out.interrupted = rows.error();
      return out;
    }
    out.stopped = rows.error();
    for (const std::string& kind : kinds) {
      Unknown row;
      row.kind = kind;
      row.why = "the review stopped: " + rows.error().message;
      row.cure = rows.error().cure;
      out.rows.unknown.push_back(std::move(row));
    }
    return out;
  }
  out.rows = std::move(*rows);
  finish(out.rows, of, used);
  return out;
}

ReviewOutcome carry_out(const Reviewing& of, Reviewer& reviewer, const Stop& stop) {
  ReviewOutcome out = carried_out(of, reviewer, stop);
  for (Unknown& row : out.rows.unknown) {   // causes and cures in the language of the run
    row.why = translated(of.sentences, row.why);
    row.cure = translated(of.sentences, row.cure);
  }
  return out;
}

std::vector<Suspected> suspects_of(const std::vector<const Rows*>& all) {
  std::map<std::string, Suspected> by_service;
  for (const Rows* rows : all) {
    for (const Finding& row : rows->found) {
      const auto service = row.subject.find("service");
      if (row.kind != "suspect" || service == row.subject.end()) continue;
      const auto score = row.numbers.find("score");
      Suspected one{service->second, score != row.numbers.end() ? score->second : row.strength, row.says};
      Suspected& best = by_service[service->second];
      if (best.service.empty() || one.score > best.score || best.why.empty()) best = std::move(one);
    }
  }
  for (const Rows* rows : all) {
    for (const Examined& row : rows->examined) {
      const auto service = row.subject.find("service");
      if (row.kind != "suspect" || service == row.subject.end() || by_service.count(service->second)) continue;
      by_service[service->second] = {service->second, 0, ""};
    }
  }
  std::vector<Suspected> out;
  for (auto& [service, one] : by_service) out.push_back(std::move(one));
  std::stable_sort(out.begin(), out.end(), [](const Suspected& a, const Suspected& b) { return a.score > b.score; });
  return out;
}

}  // namespace inquest
