// Check of scopes: windows, about, only, names, every $name, and native text that ignores what narrows it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/machine/check_view.h"

namespace inquest {
namespace {


// A phrase, and that an input in it has the right type.
void check_phrase(CheckView& view, const std::string& text, bool against, Position where) {
  const auto phrase = parse_phrase(text, against);
  if (!phrase) return view.note(where, "bad-phrase", phrase.error().message, phrase.error().cure);
  const std::string wanted = phrase->kind == Phrase::Kind::last ? "duration" : "time";
  for (const InputSpec& input : view.sop.inputs)
    if (!phrase->name.empty() && input.name == phrase->name && input.type != wanted)
      view.note(where, "bad-phrase", "$" + input.name + " in `" + printable(text, 60) + "` is a " + input.type + ", not a " + wanted,
                against ? "write before $t with a time, or 7d earlier" : "write " + std::string(wanted == "time" ? "a time, such as $onset" : "a duration"));
}

void check_scope_names(CheckView& view, const std::vector<std::string>& names, const Places& places, const char* field, Position otherwise) {
  for (const std::string& name : names)
    if (!contains(scope_names(), name))
      view.note(place_of(places, std::string(field) + ":" + name, otherwise), "unknown-scope-name", ticked(name) + " in `" + field + "` is no scope name",
                nearest(name, scope_names()).empty() ? "known: " + join(scope_names(), ", ") + "; other values are bound with `names`" : did_you_mean(name, scope_names()));
}

void check_context(CheckView& view, size_t index) {
  const Sop& sop = view.sop;
  const Context& context = sop.contexts[index];
  check_scope_names(view, context.only, context.places, "only", context.at);

  std::vector<size_t> before;      // states that lead into it from outside
  std::vector<size_t> inside;
  bool entered_first = false;
  for (size_t s = 0; s < sop.states.size(); ++s) {
    if (view.inside(sop.states[s].context, static_cast<int>(index))) { inside.push_back(s); continue; }
    for (const size_t t : view.next[view.node(s)])
      if (view.inside(sop.states[t].context, static_cast<int>(index))) { before.push_back(s); break; }
  }
  if (!sop.states.empty() && view.inside(sop.states[0].context, static_cast<int>(index))) entered_first = true;

  std::vector<const Yield*> about;
  if (!context.about.empty()) {
    const Position where = place_of(context.places, "about", context.at);
    if (entered_first && before.empty()) view.note(where, "unreviewed-finding", "the run begins inside this context, before any review could yield " + ticked(context.about), "begin outside it, or leave `about` out");
    else about = view.expect_kind(context.about, where, before);
  }
  const std::set<std::string> outer = view.names_in_force(context.parent);
  std::set<std::string> fields;
  for (const Yield* yield : about)
    for (const std::string& field : fields_of(*yield)) fields.insert(field);
  const auto expect = [&](const std::string& name, const char* list) {
    const Position where = place_of(context.places, std::string(list) + ":" + name, context.at);
    if (!context.about.empty()) {
      if (about.empty() || fields.count(name)) return;  // empty: told already
      view.note(where, "unknown-finding-field", "finding " + ticked(context.about) + " has no " + ticked(name) + " to bind", did_you_mean(name, {fields.begin(), fields.end()}, 12));
    } else if (!outer.count(name)) {
      view.note(where, "unbound-name", ticked(name) + " is bound by no input and no context around \"" + printable(context.name, 60) + "\"",
                "take it from a finding: about = \"…\"; or add it to `input`");
    }
  };
  for (const std::string& name : context.only)
    if (contains(scope_names(), name)) expect(name, "only");
  for (const std::string& name : context.names) expect(name, "names");

  if (!context.window.empty()) {
    const Position where = place_of(context.places, "window", context.at);
    check_phrase(view, context.window, false, where);
    std::set<std::string> own(context.names.begin(), context.names.end());
    view.expect_names(Value(context.window), context.parent, where, before, own);
  }
  for (const Edge& edge : context.edges) {
    view.expect_names(Value(edge.why), context.parent, place_of(edge.places, "why", edge.at), inside);
    view.expect_names(Value(edge.says), context.parent, place_of(edge.places, "says", edge.at), inside);
  }
}

void check_ask(CheckView& view, const State& state, const AskSpec& ask, const std::vector<size_t>& before) {
  const auto place = [&](const char* field) { return place_of(ask.places, field, ask.at); };
  if (!ask.against.empty()) {
    check_phrase(view, ask.against, true, place("against"));
    view.expect_names(Value(ask.against), state.context, place("against"), before);
  }
  check_scope_names(view, ask.outside, ask.places, "outside", ask.at);
  for (const auto& [name, value] : ask.args) view.expect_names(value, state.context, place_of(ask.places, name, ask.at), before);
  for (const auto& [name, value] : ask.where) view.expect_names(value, state.context, place("where"), before);
  if (ask.native.empty()) return;
  view.expect_names(Value(ask.native), state.context, place("native"), before);
  const std::vector<std::string> used = names_in(Value(ask.native));
  for (const std::string& name : scope_names())  // in one order
    if (view.narrowing(state.context).count(name) && !contains(used, name) && !contains(ask.outside, name))
      view.note(place("native"), "native-ignores-scope", "the text of `" + printable(ask.name, 60) + "` ignores `" + name + "`, which narrows here",
                "use $" + name + " in it, or lift it on purpose: outside = { \"" + name + "\" }");
}

}  // namespace

void check_contexts(CheckView& view) {
  const Sop& sop = view.sop;
  for (size_t i = 0; i < sop.contexts.size(); ++i) check_context(view, i);
  for (size_t i = 0; i < sop.states.size(); ++i) {
    const State& state = sop.states[i];
    const std::vector<size_t> before = {i};
    view.expect_names(Value(state.say), state.context, place_of(state.places, "say", state.at), before);
    for (const AskSpec& ask : state.asks) check_ask(view, state, ask, before);
    for (const ReviewUse& use : state.with)
      for (const auto& [name, value] : use.options) view.expect_names(value, state.context, place_of(use.places, name, use.at), before);
    for (const Edge& edge : state.edges) {
      view.expect_names(Value(edge.why), state.context, place_of(edge.places, "why", edge.at), before);
      view.expect_names(Value(edge.says), state.context, place_of(edge.places, "says", edge.at), before);
    }
  }
}

}  // namespace inquest
