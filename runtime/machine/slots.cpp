// Binding of slots: named frames first, then the one that fits.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/slots.h"

#include <algorithm>

#include "runtime/base/text.h"

namespace inquest {
namespace {

using Frames = std::vector<std::pair<std::string, const AskSpec*>>;

std::string shape_of(const Catalogue& catalogue, const AskSpec& ask) {
  if (!ask.native.empty())
    if (const Value* const as = find(ask.args, "as"); as && !as->text().empty()) return as->text();
  const AskRow* const row = catalogue.ask(ask.kind);
  return row ? row->shape : "";
}

bool fits(const Catalogue& catalogue, const Slot& slot, const AskSpec& ask) {
  return slot.ask.empty() ? shape_of(catalogue, ask) == slot.shape : ask.kind == slot.ask;
}

std::string wanted(const Slot& slot) { return slot.ask.empty() ? "a frame of shape " + slot.shape : slot.ask; }

std::string cure_of_none(const Slot& slot, const std::string& review) {
  if (slot.ask.empty()) return "name the state that asks for one in `of`, or ask for one here";
  return "add " + slot.ask + " {} to `ask`, name the state that asks for it in `of`, or remove reviews." + review;
}

void add(const Sop& sop, const State& state, Frames& out) {
  for (const AskSpec& ask : state.asks) {
    const std::string name = state.name + "." + ask.name;
    if (std::none_of(out.begin(), out.end(), [&](const auto& f) { return f.first == name; })) out.emplace_back(name, &ask);
  }
  for (const std::string& branch : state.branches)
    if (const State* const query = sop.state(branch); query && query->kind == State::Kind::query) add(sop, *query, out);
}

}  // namespace

std::vector<std::pair<std::string, const AskSpec*>> frames_in_sight(const Sop& sop, const State& state) {
  Frames out;
  add(sop, state, out);
  for (const std::string& name : state.of)
    if (const State* const other = sop.state(name)) add(sop, *other, out);
  return out;
}

SlotBinding bind_slots(const Sop& sop, const Catalogue& catalogue, const State& state, const ReviewUse& use) {
  SlotBinding out;
  const ReviewContract* const contract = catalogue.review(use.review);
  if (!contract) return out;
  const Frames frames = frames_in_sight(sop, state);
  std::vector<std::string> names;
  for (const auto& [name, ask] : frames) names.push_back(name);
  for (const Slot& slot : contract->takes) {
    std::string& bound = out.frames[slot.name];
    if (const Value* const written = find(use.options, slot.name)) {
      const std::string& name = written->text();
      const auto frame = std::find_if(frames.begin(), frames.end(), [&](const auto& f) { return f.first == name; });
      if (frame == frames.end())
        out.problems.push_back({slot.name, "unknown-frame", "no frame `" + printable(print_value(*written), 60) + "` in sight of \"" + state.name + "\"",
                                did_you_mean(name, names)});
      else if (!fits(catalogue, slot, *frame->second))
        out.problems.push_back({slot.name, "wrong-frame", "slot `" + slot.name + "` of reviews." + use.review + " takes " + wanted(slot) + ", but `" + name + "` is " +
                                frame->second->kind, "name another frame"});
      else
        bound = name;
      continue;
    }
    std::vector<std::string> fit;
    for (const auto& [name, ask] : frames)
      if (fits(catalogue, slot, *ask)) fit.push_back(name);
    if (fit.size() == 1) bound = fit[0];
    if (fit.size() > 1)
      out.problems.push_back({slot.name, "two-frames", "two frames fit slot `" + slot.name + "` of reviews." + use.review + ": " + join(fit, ", "),
                              "choose: reviews." + use.review + " { " + slot.name + " = \"" + fit[0] + "\" }"});
    if (fit.empty() && !slot.optional)
      out.problems.push_back({slot.name, "no-frame", "reviews." + use.review + " takes " + wanted(slot) + ", which \"" + state.name + "\" does not have",
                              cure_of_none(slot, use.review)});
  }
  return out;
}

Map options_of(const Catalogue& catalogue, const ReviewUse& use) {
  Map out;
  const ReviewContract* const contract = catalogue.review(use.review);
  if (!contract) return out;
  for (const auto& [name, type] : contract->options) {
    if (const Value* const written = find(use.options, name)) out.emplace_back(name, *written);
    else if (const Term* const term = type.get<Term>())
      if (const Value* const fallback = find(term->fields, "default")) out.emplace_back(name, *fallback);
  }
  if (const Value* const kind = find(use.options, "yields"); contract->generic && kind) out.emplace_back("yields", *kind);
  return out;
}

std::vector<std::string> kinds_of(const Catalogue& catalogue, const ReviewUse& use) {
  std::vector<std::string> out;
  const ReviewContract* const contract = catalogue.review(use.review);
  if (!contract) return out;
  for (const Yield& yield : contract->yields) out.push_back(yield.kind);
  if (contract->generic && out.size() == 1)
    if (const Value* const named = find(use.options, "yields"); named && !named->text().empty()) out[0] = named->text();
  return out;
}

}  // namespace inquest
