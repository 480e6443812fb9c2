// Writes each part of a Sop as an object with its line.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/sop_json.h"

namespace inquest {
namespace {

void put(Json& out, const char* key, const std::string& text) { if (!text.empty()) out[key] = text; }
void put(Json& out, const char* key, const std::vector<std::string>& texts) { if (!texts.empty()) out[key] = texts; }
void put(Json& out, const char* key, const Map& map) { if (!map.empty()) out[key] = value_json(Value(map)); }
void put(Json& out, const Position& at) { if (at.line > 0) out["line"] = at.line; }

template <class Part, class Print>
void put_all(Json& out, const char* key, const std::vector<Part>& parts, Print print) {
  if (parts.empty()) return;
  Json list = Json::array();
  for (const Part& part : parts) list.push_back(print(part));
  out[key] = std::move(list);
}

Json edge_json(const Edge& edge) {
  Json out = {{"on", edge.label}, {"to", edge.to}};
  if (edge.when) out["when"] = condition_json(*edge.when);
  put(out, "why", edge.why);
  put(out, "says", edge.says);
  put(out, edge.at);
  return out;
}

Json ask_spec_json(const AskSpec& ask) {
  Json out = {{"name", ask.name}, {"kind", ask.kind}};
  put(out, "args", ask.args);
  put(out, "native", ask.native);
  put(out, "from", ask.from);
  put(out, "against", ask.against);
  put(out, "outside", ask.outside);
  put(out, "where", ask.where);
  put(out, ask.at);
  return out;
}

Json review_json(const ReviewUse& use) {
  Json out = {{"review", use.review}};
  put(out, "options", use.options);
  put(out, use.at);
  return out;
}

Json input_json(const InputSpec& input) {
  Json out = {{"name", input.name}, {"type", input.type}};
  if (input.fallback) out["default"] = value_json(*input.fallback);
  if (input.optional) out["optional"] = true;
  put(out, "choices", input.choices);
  put(out, "doc", input.doc);
  put(out, input.at);
  return out;
}

Json hypothesis_json(const Hypothesis& hypothesis) {
  Json out = {{"name", hypothesis.name}};
  put(out, "say", hypothesis.say);
  put_all(out, "needs", hypothesis.needs, condition_json);
  put_all(out, "helps", hypothesis.helps, condition_json);
  put_all(out, "refuted_by", hypothesis.refuted_by, condition_json);
  put(out, "explains", hypothesis.explains);
  put(out, "of", hypothesis.of);
  put(out, hypothesis.at);
  return out;
}

}  // namespace

Json condition_json(const Condition& condition) {
  static constexpr const char* words[] = {"found", "not_found", "unknown", "all_of", "any_of"};
  Json out = {{"op", words[static_cast<size_t>(condition.op)]}};
  put(out, "kind", condition.kind);
  put(out, "match", condition.match);
  put_all(out, "of", condition.of, condition_json);
  put(out, condition.at);
  return out;
}

Json sop_json(const Sop& sop) {
  const auto context_name = [&](int index) {
    const bool known = index >= 0 && static_cast<size_t>(index) < sop.contexts.size();
    return known ? sop.contexts[static_cast<size_t>(index)].name : std::string();
  };
  Json out = {{"name", sop.name}};
  put(out, "title", sop.title);
  put(out, "start", sop.start);
  put(out, "matches", sop.matches);
  put_all(out, "inputs", sop.inputs, input_json);
  put_all(out, "states", sop.states, [&](const State& state) {
    Json part = {{"name", state.name}, {"kind", kind_name(state.kind)}};
    put(part, "title", state.title);
    put(part, "say", state.say);
    put(part, "of", state.of);
    put_all(part, "asks", state.asks, ask_spec_json);
    put_all(part, "with", state.with, review_json);
    put_all(part, "edges", state.edges, edge_json);
    put(part, "branches", state.branches);
    put(part, "fork", state.fork);
    put(part, "context", context_name(state.context));
    put(part, state.at);
    return part;
  });
  put_all(out, "contexts", sop.contexts, [&](const Context& context) {
    Json part = {{"name", context.name}};
    put(part, "parent", context_name(context.parent));
    put(part, "window", context.window);
    put(part, "about", context.about);
    put(part, "only", context.only);
    put(part, "names", context.names);
    if (context.top > 0) part["top"] = context.top;
    put_all(part, "edges", context.edges, edge_json);
    put(part, context.at);
    return part;
  });
  put_all(out, "hypotheses", sop.hypotheses, hypothesis_json);
  put(out, sop.at);
  return out;
}

}  // namespace inquest
