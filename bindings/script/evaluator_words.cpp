// Asks, reviews and `within`: what each call of Lua does with the session.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bindings/script/evaluator_inside.h"
#include "bindings/script/reviewer.h"
#include "bindings/wrap/frame.h"
#include "runtime/base/text.h"

namespace inquest::script {
namespace {

using Inside = Evaluator::Inside;
constexpr uint64_t cost_of_ask = 10'000, cost_of_review = 100'000;  // so that a loop of them ends by its budget

const Callee& self(lua_State* L) { return *static_cast<const Callee*>(lua_touserdata(L, lua_upvalueindex(1))); }

// Durations and times of scripts as the texts that options take.
Value as_written(Value value) {
  if (const Duration* d = value.get<Duration>()) return print_duration(*d);
  if (const Time* t = value.get<Time>()) return print_time(*t);
  if (List* list = value.get<List>())
    for (Value& item : *list) item = as_written(std::move(item));
  return value;
}

[[noreturn]] void refuse(const std::string& function, const std::string& message, const std::string& cure) {
  lua::fail(Error{Code::usage, function.empty() ? message : function + ": " + message, "", cure, "script_error"});
}

// A SOP of one state around what was called, so that `inquest check` judges it; only what concerns the call is told.
void checked(const Inside& in, State state) {
  static const std::vector<std::string> rules = {"unknown-option", "missing-option", "wrong-option", "bad-where",
                                                 "bad-phrase", "unknown-scope-name"};
  state.name = "here";
  state.edges.push_back({"done", "done"});
  Sop sop;
  sop.name = "here";
  sop.start = "go";
  sop.states.push_back(std::move(state));
  for (const Diagnostic& d : check(sop, in.catalogue))
    if (std::find(rules.begin(), rules.end(), d.rule) != rules.end()) refuse("", d.message, d.cure);
}

std::string text_field(const std::string& function, const std::string& name, const Value& value) {
  if (!value.is<std::string>()) refuse(function, "`" + name + "` takes a text, not " + print_literal(value), "");
  return value.text();
}

// Narrows `scope` by a scope name or a window; false when `name` is neither.
bool narrow(const Inside& in, const std::string& function, const std::string& name, const Value& value, Scope& scope) {
  const std::vector<std::string>& names = scope_names();
  if (name == "window") {
    Result<Phrase> phrase = parse_phrase(text_field(function, name, as_written(value)), false);
    if (!phrase) refuse(function, phrase.error().message, phrase.error().cure);
    const auto window = resolve(*phrase, scope.window, [&](const std::string& wanted) -> std::optional<Value> {
      const Value* bound = find(in.session->names, wanted);
      return bound ? std::optional<Value>(*bound) : std::nullopt;
    });
    if (!window) refuse(function, "`$" + phrase->name + "` of `window` is not bound", "bind it: within { " + phrase->name + " = … }");
    scope.window = *window;
    return true;
  }
  if (std::find(names.begin(), names.end(), name) == names.end()) return false;
  scope.names[name] = text_field(function, name, value);
  // Another service has other operations and instances.
  if (name == "service")
    for (const char* inner : {"operation", "instance", "version"}) scope.names.erase(inner);
  return true;
}

// `within`, an ask and a review take a table; this makes it a list of fields in the order of `pairs`, the service first: it
// takes away the operation of another one, not the one that stands beside it.
Map fields_of(lua_State* L, int index, const std::string& function, std::map<std::string, FramePtr>* frames) {
  if (!lua_istable(L, index)) refuse(function, "takes a table, got " + lua::kind_of(L, index), "write " + function + " { … }");
  Map out;
  lua::each_pair(L, index, [&] {
    if (lua_type(L, -2) != LUA_TSTRING)
      refuse(function, "a " + lua::kind_of(L, -1) + " without a name", "write name = value");
    const std::string name = lua_tostring(L, -2);
    if (frames && wrap::is_frame(L, -1)) {
      (*frames)[name] = wrap::to_frame(L, -1, function.c_str());
      return true;
    }
    Result<Value> value = lua::read_value(L, -1, function + ": `" + name + "`");
    if (!value) lua::fail(value.error());
    out.emplace_back(name, as_written(std::move(*value)));
    return true;
  });
  std::stable_partition(out.begin(), out.end(), [](const auto& field) { return field.first == "service"; });
  return out;
}

Error error_of(const std::string& kind, const Failure& failure) {
  using Class = Failure::Class;
  const Code code = failure.cls == Class::refused      ? Code::refused
                    : failure.cls == Class::cancelled  ? Code::interrupted
                    : failure.cls == Class::internal   ? Code::bug
                    : failure.cls == Class::rejected || failure.cls == Class::unsupported || failure.cls == Class::unknown_name
                        ? Code::usage
                        : Code::source;
  return Error{code, kind + ": " + failure.cause, "", failure.cure, failure_name(failure.cls)};
}

int ask_with(lua_State* L, const Callee& callee, int table, const std::string& native) {
  Inside& in = *callee.inside;
  const AskRow& row = *callee.ask;
  Scope scope = in.session->scope;
  AskSpec spec;
  spec.name = "answer";
  spec.kind = row.kind;
  spec.native = native;
  for (auto& [name, value] : fields_of(L, table, row.kind, nullptr)) {
    if (name == "from") spec.from = text_field(row.kind, name, value);
    else if (name == "against") spec.against = text_field(row.kind, name, value);
    else if (name == "outside") {
      const List* list = value.get<List>();
      if (!list) refuse(row.kind, "`outside` takes a list", "write outside = { \"service\" }");
      for (const Value& one : *list) spec.outside.push_back(text_field(row.kind, "outside", one));
    } else if (name == "where") {
      const Map* map = value.get<Map>();
      if (!map && !(value.is<List>() && value.get<List>()->empty())) refuse(row.kind, "`where` takes a table", "write where = { kind = \"client\" }");
      if (map) spec.where = *map;
    } else if (find(row.options, name) || !narrow(in, row.kind, name, value, scope)) {
      spec.args.emplace_back(name, std::move(value));
    }
  }
  State state;
  state.kind = State::Kind::query;
  state.asks.push_back(spec);
  checked(in, std::move(state));
  if (in.inquest.sources().empty())
    refuse(row.kind, "there is no source to ask", "name one: --data DIR");
  lua::spend(L, cost_of_ask);
  Outcome<FramePtr> outcome = Failure{};
  {
    const lua::Paused paused(L);
    std::swap(in.session->scope, scope);
    outcome = in.session->ask(spec);
    std::swap(in.session->scope, scope);
  }
  lua::poll(L);
  if (const Failure* failure = std::get_if<Failure>(&outcome)) lua::fail(error_of(row.kind, *failure));
  if (const RetryLater* later = std::get_if<RetryLater>(&outcome))
    lua::fail(Error{Code::source, row.kind + ": " + later->cause, "", "ask again in " + print_duration(later->after), "overloaded"});
  const FramePtr& frame = std::get<FramePtr>(outcome);
  in.asked[frame.get()] = &row;
  wrap::push_frame(L, frame, nullptr);
  return 1;
}

// promql [[…]] gives a function that takes the table.
int native_ask(lua_State* L) {
  const Callee& callee = self(L);
  return ask_with(L, callee, 1, lua_tostring(L, lua_upvalueindex(2)));
}

List list_of(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }
Map map_of(const std::map<std::string, std::string>& texts) {
  Map out;
  for (const auto& [name, text] : texts) out.emplace_back(name, text);
  return out;
}

Value rows_value(const Rows& rows) {
  List found, examined, unknown;
  for (const Finding& f : rows.found) found.push_back(finding_value(f));
  for (const Examined& e : rows.examined) {
    Map smallest;
    for (const auto& [name, value] : e.smallest) smallest.emplace_back(name, value);
    examined.push_back(Map{{"kind", e.kind}, {"subject", map_of(e.subject)}, {"smallest", smallest}, {"evidence", list_of(e.evidence)}});
  }
  for (const Unknown& u : rows.unknown) {
    Map row{{"kind", u.kind}, {"signal", u.signal}, {"measure", u.measure}, {"why", u.why}, {"cure", u.cure},
            {"tried", list_of(u.tried)}, {"partial", u.partial}};
    if (u.subject) row.emplace_back("subject", map_of(*u.subject));
    unknown.push_back(std::move(row));
  }
  return Map{{"found", found}, {"examined", examined}, {"unknown", unknown}};
}

}  // namespace

int words::ask(lua_State* L) { return ask_with(L, self(L), 1, ""); }

int words::native_word(lua_State* L) {
  const Callee& callee = self(L);
  const lua::Args args(L, callee.ask->kind.c_str());
  const std::string text(args.text(1, "text"));
  args.end(1);
  lua_pushlightuserdata(L, const_cast<Callee*>(&callee));
  lua_pushlstring(L, text.data(), text.size());
  lua_pushcclosure(L, lua::guarded<native_ask>, 2);
  return 1;
}

int words::review(lua_State* L) {
  const Callee& callee = self(L);
  Inside& in = *callee.inside;
  const ReviewContract& contract = *callee.review;
  const std::string function = "reviews." + contract.name;
  std::map<std::string, FramePtr> frames;
  Map options = fields_of(L, 1, function, &frames);
  State state;
  state.kind = State::Kind::review;
  ReviewUse use;
  use.review = contract.name;
  use.options = options;
  for (const Slot& slot : contract.takes)
    if (find(options, slot.name))
      refuse(function, "`" + slot.name + "` takes a frame, not " + printable(print_literal(*find(options, slot.name)), 60),
             "write " + slot.name + " = " + (slot.ask.empty() ? "metric.memory" : slot.ask) + " {}");
  state.with.push_back(use);
  checked(in, std::move(state));
  lua::spend(L, cost_of_review);
  const Scope& scope = in.session->scope;
  std::vector<Finding> earlier;
  for (const Finding& f : in.findings)
    if (agrees(f.subject, scope.names)) earlier.push_back(f);
  Result<Rows> rows = Rows{};
  {
    const lua::Paused paused(L);     // the review has an allowance of its own
    rows = in.session->review(contract.name, options, frames, earlier);
  }
  lua::poll(L);
  if (!rows) {
    Error error = rows.error();
    if (error.message.find(contract.name) == std::string::npos) error.message = function + ": " + error.message;
    lua::fail(std::move(error));
  }
  const std::string run = contract.name + " " + canonical(scope_json(scope));
  for (size_t i = in.findings.size(); i-- > 0;) {
    if (in.runs[i] != run) continue;
    in.findings.erase(in.findings.begin() + static_cast<std::ptrdiff_t>(i));
    in.runs.erase(in.runs.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (Finding& f : rows->found) {
    f.id = "F" + std::to_string(in.next_finding++);
    in.findings.push_back(f);
    in.runs.push_back(run);
  }
  lua::push_value(L, rows_value(*rows));
  return 1;
}

// Gives back the limits now in force, as text.
int words::within(lua_State* L) {
  Inside& in = *self(L).inside;
  const Map fields = fields_of(L, 1, "within", nullptr);
  Scope scope = in.session->scope;
  if (fields.empty()) {
    scope = Scope{in.outer, {}};
    in.session->names.clear();
  }
  const auto bind_names = [&](bool narrowing) {
    for (const auto& [name, value] : fields) {
      const bool limits = name == "window" || std::find(scope_names().begin(), scope_names().end(), name) != scope_names().end();
      if (limits != narrowing) continue;
      if (limits) narrow(in, "within", name, value, scope);
      else set(in.session->names, name, value);
    }
  };
  bind_names(false);                 // a window may rest on a name given beside it
  bind_names(true);
  in.session->scope = scope;
  std::string text = print_window(scope.window);
  for (const std::string& name : scope_names())
    if (const auto at = scope.names.find(name); at != scope.names.end()) text += ", " + name + "=" + printable(at->second, 80);
  lua_pushlstring(L, text.data(), text.size());
  return 1;
}

// above(14.4), below(1), like "text": data, as in a SOP.
int words::term(lua_State* L) {
  const std::string word = lua_tostring(L, lua_upvalueindex(1));
  const lua::Args args(L, word.c_str());
  Term out{word};
  if (word == "like") out.args.emplace_back(std::string(args.text(1, "text")));
  else if (const auto whole = lua::to_integer(L, 1)) out.args.emplace_back(*whole);
  else out.args.emplace_back(args.number(1, "number"));
  args.end(1);
  lua::push_value(L, out);
  return 1;
}

// A member that a family does not have.
int words::no_member(lua_State* L) {
  const Inside& in = *self(L).inside;
  const std::string family = lua_tostring(L, lua_upvalueindex(2));
  const std::string name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : lua::kind_of(L, 2);
  std::vector<std::string> known;
  if (family == "reviews")
    for (const ReviewContract& contract : in.catalogue.reviews) known.push_back(contract.name);
  else
    for (const AskRow& row : in.catalogue.asks)
      if (row.kind.starts_with(family + ".")) known.push_back(row.kind.substr(family.size() + 1));
  refuse("", std::string("unknown ") + (family == "reviews" ? "review" : "ask") + " `" + family + "." + printable(name, 60) + "`",
         did_you_mean(name, known, 20));
}

}  // namespace inquest::script
