// Reads the JSON form of a Sop back: the inverse of sop_json but for columns, file and source text.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/json_reader.h"
#include "runtime/model/sop_json.h"

namespace inquest {
namespace {

constexpr int deepest = 64;  // conditions inside conditions

Position line_of(const Json& json) {
  const Json* const line = member(json, "line");
  return {line ? static_cast<int>(json_int64(*line)) : 0, 0};
}

template <class Part, class Read>
void read_all(JsonReader& reader, const char* key, std::vector<Part>& out, const Read& read) {
  const Json* const list = reader.array(key);
  if (!list) return;
  for (const Json& item : *list) {
    Result<Part> part = read(item);
    if (!part) return reader.fail(part.error());
    out.push_back(std::move(*part));
  }
}

Result<Condition> read_condition(const Json& json, int depth = 0) {
  static const std::vector<std::string> words = {"found", "not_found", "unknown", "all_of", "any_of"};
  if (depth > deepest) return Error{Code::parse, "condition: nested deeper than 64 levels"};
  JsonReader reader(json, "condition");
  Condition out;
  const std::string op = reader.text("op");
  size_t at = 0;
  while (at < words.size() && words[at] != op) ++at;
  if (reader.ok() && at == words.size()) return Error{Code::parse, "condition: no such `op`: " + op};
  out.op = static_cast<Condition::Op>(at < words.size() ? at : 0);
  out.kind = reader.text("kind");
  out.match = reader.values("match");
  read_all(reader, "of", out.of, [depth](const Json& part) { return read_condition(part, depth + 1); });
  out.at = line_of(json);
  if (!reader.ok()) return reader.error();
  return out;
}

Result<Edge> read_edge(const Json& json) {
  JsonReader reader(json, "edge");
  Edge out;
  out.label = reader.text("on");
  out.to = reader.text("to");
  if (const Json* const when = reader.object("when")) {
    auto condition = read_condition(*when);
    if (condition) out.when = std::move(*condition);
    else reader.fail(condition.error());
  }
  out.why = reader.text("why");
  out.says = reader.text("says");
  out.at = line_of(json);
  if (!reader.ok()) return reader.error();
  return out;
}

Result<AskSpec> read_ask(const Json& json) {
  JsonReader reader(json, "ask");
  AskSpec out;
  out.name = reader.text("name");
  out.kind = reader.text("kind");
  out.args = reader.values("args");
  out.native = reader.text("native");
  out.from = reader.text("from");
  out.against = reader.text("against");
  out.outside = reader.texts("outside");
  out.where = reader.values("where");
  out.at = line_of(json);
  if (!reader.ok()) return reader.error();
  return out;
}

Result<ReviewUse> read_use(const Json& json) {
  JsonReader reader(json, "review");
  ReviewUse out;
  out.review = reader.text("review");
  out.options = reader.values("options");
  out.at = line_of(json);
  if (!reader.ok()) return reader.error();
  return out;
}

Result<InputSpec> read_input(const Json& json) {
  JsonReader reader(json, "input");
  InputSpec out;
  out.name = reader.text("name");
  out.type = reader.text("type");
  if (const Json* const fallback = member(json, "default")) {
    auto value = json_value(*fallback);
    if (value) out.fallback = std::move(*value);
    else reader.fail(value.error());
  }
  out.optional = reader.flag("optional");
  out.choices = reader.texts("choices");
  out.doc = reader.text("doc");
  out.at = line_of(json);
  if (!reader.ok()) return reader.error();
  return out;
}

Result<Hypothesis> read_hypothesis(const Json& json) {
  JsonReader reader(json, "hypothesis");
  const auto condition = [](const Json& part) { return read_condition(part); };
  Hypothesis out;
  out.name = reader.text("name");
  out.say = reader.text("say");
  read_all(reader, "needs", out.needs, condition);
  read_all(reader, "helps", out.helps, condition);
  read_all(reader, "refuted_by", out.refuted_by, condition);
  out.explains = reader.texts("explains");
  out.of = reader.texts("of");
  out.at = line_of(json);
  if (!reader.ok()) return reader.error();
  return out;
}

struct Named { State state; std::string context; };
struct NamedContext { Context context; std::string parent; };

Result<Named> read_state(const Json& json) {
  JsonReader reader(json, "state");
  Named out;
  State& s = out.state;
  reader.required("name");
  s.name = reader.text("name");
  const std::string kind = reader.text("kind");
  bool known = false;
  for (const State::Kind k :
       {State::Kind::info, State::Kind::query, State::Kind::review, State::Kind::suggest, State::Kind::fork})
    if (kind == kind_name(k)) { s.kind = k; known = true; }
  if (reader.ok() && !known) return Error{Code::parse, "state: no such `kind`: " + kind};
  s.title = reader.text("title");
  s.say = reader.text("say");
  s.of = reader.texts("of");
  read_all(reader, "asks", s.asks, read_ask);
  read_all(reader, "with", s.with, read_use);
  read_all(reader, "edges", s.edges, read_edge);
  s.branches = reader.texts("branches");
  s.fork = reader.text("fork");
  out.context = reader.text("context");
  s.at = line_of(json);
  if (!reader.ok()) return reader.error();
  return out;
}

Result<NamedContext> read_context(const Json& json) {
  JsonReader reader(json, "context");
  NamedContext out;
  Context& c = out.context;
  reader.required("name");
  c.name = reader.text("name");
  out.parent = reader.text("parent");
  c.window = reader.text("window");
  c.about = reader.text("about");
  c.only = reader.texts("only");
  c.names = reader.texts("names");
  c.top = static_cast<int>(reader.number("top"));
  read_all(reader, "edges", c.edges, read_edge);
  c.at = line_of(json);
  if (!reader.ok()) return reader.error();
  return out;
}

}  // namespace

Result<Sop> json_sop(const Json& json) {
  JsonReader reader(json, "sop");
  Sop out;
  reader.required("name");
  out.name = reader.text("name");
  out.title = reader.text("title");
  out.start = reader.text("start");
  out.matches = reader.texts("matches");
  read_all(reader, "inputs", out.inputs, read_input);
  std::vector<Named> states;
  std::vector<NamedContext> contexts;
  read_all(reader, "states", states, read_state);
  read_all(reader, "contexts", contexts, read_context);
  read_all(reader, "hypotheses", out.hypotheses, read_hypothesis);
  out.at = line_of(json);
  if (!reader.ok()) return reader.error();
  for (const NamedContext& c : contexts) out.contexts.push_back(c.context);
  const auto index = [&](const std::string& name) { return name.empty() ? -1 : out.context_index(name); };
  for (size_t i = 0; i < contexts.size(); ++i) {
    const int parent = index(contexts[i].parent);
    if (!contexts[i].parent.empty() &&
        (parent < 0 || static_cast<size_t>(parent) >= i))  // a parent stands before its children
      return Error{Code::parse,
                   "sop: context " + contexts[i].context.name + " has no such parent: " + contexts[i].parent};
    out.contexts[i].parent = parent;
  }
  for (Named& s : states) {
    s.state.context = index(s.context);
    if (!s.context.empty() && s.state.context < 0)
      return Error{Code::parse, "sop: state " + s.state.name + " is in no such context: " + s.context};
    out.states.push_back(std::move(s.state));
  }
  return out;
}

}  // namespace inquest
