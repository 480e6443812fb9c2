// Walker: contexts left and entered, names bound from one finding, rounds of `top`.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/machine/walk.h"

namespace inquest {
namespace {

void drop(std::vector<std::string>& names, const std::string& name) { std::erase(names, name); }

// Long lists of ids need not stand in every key: a text above 160 bytes keeps its begin and counts by its FNV-1a hash.
std::string brief(std::string text) {
  if (text.size() <= 160) return text;
  uint64_t hash = 14695981039346656037u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  const std::string size = std::to_string(text.size());
  size_t cut_at = 80;
  while (cut_at > 0 && (static_cast<unsigned char>(text[cut_at]) & 0xC0) == 0x80) --cut_at;  // whole letters
  text.resize(cut_at);
  return text + "… " + size + " " + std::to_string(hash);
}

}  // namespace

// Leaves what the target's chain of contexts does not share, innermost first; enters the rest, outermost first.
bool Walker::move_to(Jump& jump) {
  const auto& chain = plan(jump.target).chain;
  size_t common = 0;
  while (common < chain.size() && common < s_.stack.size() && s_.stack[common].context == chain[common]) ++common;
  leave_to(common);
  for (size_t i = common; i < chain.size(); ++i)
    if (!enter(chain[i], state(jump.target).name, jump.picked)) return false;
  return true;
}

void Walker::leave_to(size_t depth) {
  while (s_.stack.size() > depth) {
    const int context = s_.stack.back().context;
    if (plan_.contexts[static_cast<size_t>(context)].top) s_.rounds.pop_back();
    s_.stack.pop_back();
    emit(LeaveContext{context});
  }
}

std::optional<int> Walker::innermost_top() const {
  for (size_t i = s_.stack.size(); i-- > 0;)
    if (plan_.contexts[static_cast<size_t>(s_.stack[i].context)].top) return static_cast<int>(i);
  return std::nullopt;
}

bool Walker::enter(int context, const std::string& entry, std::optional<std::string>& picked) {
  const Context& spec = plan_.sop.contexts[static_cast<size_t>(context)];
  std::vector<const Finding*> findings;
  if (!spec.about.empty()) findings = view_.found(spec.about);
  if (picked && !spec.about.empty()) {
    const auto it = std::find_if(findings.begin(), findings.end(), [&](const Finding* f) { return f->id == *picked; });
    if (it != findings.end()) std::rotate(findings.begin(), it, it + 1);
    picked.reset();  // it was for the first context with `about`
  }
  ActiveContext active;
  active.context = context;
  active.entry = entry;
  if (spec.top > 0) {
    Round& around = s_.rounds.back();
    if (++around.visits[spec.name] > visits_allowed) {
      finish_loop(spec.name, entry, around);
      return false;
    }
    findings.resize(std::min(findings.size(), static_cast<size_t>(spec.top)));
    for (size_t i = 1; i < findings.size(); ++i) active.queue.push_back(findings[i]->id);
    active.rounds = static_cast<int>(std::max<size_t>(findings.size(), 1));
    s_.rounds.emplace_back();
  }
  bind_context(std::move(active), findings.empty() ? nullptr : findings[0]);
  return true;
}

// Ends a round of the `top` context at this depth of the stack. True: another one has begun, `jump` leads to its entry.
bool Walker::next_round(int depth, Jump& jump) {
  ActiveContext over = std::move(s_.stack[static_cast<size_t>(depth)]);  // its index stays readable for leave_to
  leave_to(static_cast<size_t>(depth));
  while (!over.queue.empty()) {
    const Finding* const finding = view_.by_id(over.queue[0]);
    over.queue.erase(over.queue.begin());
    if (!finding) continue;  // replaced by a later run of its review
    jump.target = plan_.state(over.entry);
    ActiveContext active;
    active.context = over.context;
    active.entry = std::move(over.entry);
    active.queue = std::move(over.queue);
    active.round = over.round + 1;
    active.rounds = over.rounds;
    s_.rounds.emplace_back();
    bind_context(std::move(active), finding);
    return true;
  }
  return false;
}

void Walker::bind_context(ActiveContext active, const Finding* finding) {
  const Context& spec = plan_.sop.contexts[static_cast<size_t>(active.context)];
  active.scope = view_.scope();
  if (!s_.stack.empty()) active.unknown = s_.stack.back().unknown;
  if (finding) active.finding = finding->id;

  // All names come from ONE finding, or, without `about`, from what is bound already.
  struct Binding {
    const std::string* name;
    Value value;
    bool narrows;
  };
  std::vector<Binding> bindings;
  const auto look = [&](const std::string& name, bool narrows) {
    if (!spec.about.empty()) {
      auto value = finding ? field(*finding, name) : std::nullopt;
      bindings.push_back({&name, value ? *std::move(value) : Value(), narrows});
    } else if (const Looked looked = view_.look(name); looked.how != Looked::How::left_out) {
      bindings.push_back({&name, looked.bound() ? looked.get() : Value(), narrows});
    }
  };
  for (const std::string& name : spec.only) look(name, true);
  for (const std::string& name : spec.names) look(name, false);

  const auto rebinds = [](const Binding& b) { return b.narrows && *b.name == "service"; };
  if (std::any_of(bindings.begin(), bindings.end(), rebinds)) {
    for (const char* name : {"operation", "instance", "version"}) {
      active.scope.names.erase(name);
      drop(active.unknown, name);
    }
  }
  for (Binding& binding : bindings) {
    const std::string& name = *binding.name;
    if (binding.narrows && binding.value.null()) {
      active.scope.names.erase(name);
      add_once(active.unknown, name);
    } else if (binding.narrows) {
      active.scope.names[name] = print_value(binding.value);
      drop(active.unknown, name);
    }
    set(active.names, name, std::move(binding.value));
  }

  std::string key = view_.key();
  s_.stack.push_back(std::move(active));  // its own names count in its window: `after $onset`
  ActiveContext& here = s_.stack.back();
  narrow_window(here);
  key += "\nCtx[" + std::to_string(here.context) + "] " + std::to_string(here.scope.window.from.ns) + " " +
         std::to_string(here.scope.window.to.ns) + " " + brief(print_map(here.names));
  here.key = std::move(key);
  forget_frames(here.context, here.key);
  emit(EnterContext{here.context, here.scope, here.names, here.round, here.rounds, here.finding});
}

void Walker::narrow_window(ActiveContext& here) {
  const auto& phrase = plan_.contexts[static_cast<size_t>(here.context)].window;
  if (!phrase) return;
  if (!phrase->name.empty()) {
    const Looked looked = view_.look(phrase->name);
    if (looked.how == Looked::How::left_out) return;
    // "An input left at its default never narrows a window that the command line or a recording gave."
    const bool from_input = looked.bound() && !looked.by && !looked.made;
    if (from_input && s_.window_given && s_.defaulted.count(phrase->name)) return;
  }
  const auto window =
      resolve(*phrase, here.scope.window, [this](const std::string& name) { return view_.typed(name); });
  if (!window) return add_once(here.unknown, phrase->name);
  // A window that does not meet the one around it is empty, and stands inside of it all the same.
  const Window& outer = here.scope.window;
  here.scope.window = {std::clamp(window->from, outer.from, std::max(outer.from, outer.to)),
                       std::clamp(window->to, outer.from, std::max(outer.from, outer.to))};
}

// A frame asked inside `context` under other bindings than now is none of this round's.
void Walker::forget_frames(int context, const std::string& key) {
  std::erase_if(s_.frames, [&](const auto& entry) {
    const FrameRef& frame = entry.second;
    if (frame.context < 0) return false;
    const auto& chain = plan_.contexts[static_cast<size_t>(frame.context)].chain;
    if (std::find(chain.begin(), chain.end(), context) == chain.end()) return false;
    const bool same = frame.bindings.compare(0, key.size(), key) == 0 &&
                      (frame.bindings.size() == key.size() || frame.bindings[key.size()] == '\n');
    return !same;
  });
}

}  // namespace inquest
