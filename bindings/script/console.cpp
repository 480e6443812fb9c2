// Loading a line as expression or statements, and its results as frames and texts.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/console.h"

#include "bindings/lua/call.h"
#include "bindings/wrap/frame.h"
#include "runtime/base/text.h"

namespace inquest::script {

struct Console::Inside {
  Evaluator& evaluator;
  std::unique_ptr<lua::State> state;
};

namespace {

struct Collected {
  const Evaluator* evaluator = nullptr;
  std::vector<Shown> values = {};
};

std::string subject_text(const Map& row) {
  const Value* subject = find(row, "subject");
  const Map* map = subject ? subject->get<Map>() : nullptr;
  std::string out;
  if (map)
    for (const auto& [name, value] : *map) out += (out.empty() ? "" : " ") + name + "=" + print_value(value);
  return out.empty() ? "all" : out;
}
std::string field_text(const Map& row, const char* name) {
  const Value* value = find(row, name);
  return value && value->is<std::string>() ? value->text() : "";
}

// What a review returned, as sentences; nullopt when the value is something else.
std::optional<std::string> rows_text(const Value& value) {
  const Map* map = value.get<Map>();
  if (!map || map->size() != 3) return std::nullopt;
  const List* lists[3] = {};
  const char* const names[3] = {"found", "examined", "unknown"};
  for (size_t i = 0; i < 3; ++i) {
    const Value* list = find(*map, names[i]);
    if (!list || !(lists[i] = list->get<List>())) return std::nullopt;
  }
  std::string out;
  const auto line = [&](const std::string& text) { out += (out.empty() ? "" : "\n") + text; };
  for (const Value& one : *lists[0]) {
    const Map* row = one.get<Map>();
    if (!row) return std::nullopt;
    const Value* evidence = find(*row, "evidence");
    const std::string says = field_text(*row, "says");
    line("found: " + (says.empty() ? field_text(*row, "kind") + " " + subject_text(*row) : says) +
         (evidence && evidence->get<List>() && !evidence->get<List>()->empty() ? " [" + print_value(*evidence) + "]" : ""));
  }
  for (const Value& one : *lists[2])
    if (const Map* row = one.get<Map>())
      line("unknown: " + field_text(*row, "kind") + " (" + subject_text(*row) + "): " + field_text(*row, "why"));
  size_t examined = 0;
  for (const Value& one : *lists[1])
    if (one.get<Map>()) ++examined;
  line(lists[0]->empty() && lists[2]->empty() && examined ? "nothing found; examined " + count(static_cast<int64_t>(examined))
                                                          : "examined " + count(static_cast<int64_t>(examined)));
  return out;
}

// (light userdata Collected, results…): runs under the allowance, because a __tostring may be called.
int collect(lua_State* L) {
  auto* out = static_cast<Collected*>(lua_touserdata(L, 1));
  const int top = lua_gettop(L);
  for (int i = 2; i <= top; ++i) {
    Shown shown;
    if (wrap::is_frame(L, i)) {
      shown.frame = wrap::to_frame(L, i, "the result");
      if (const AskRow* row = out->evaluator->asked(*shown.frame)) {
        shown.kind = row->kind;
        if (const Measure* measure = out->evaluator->catalogue().measure(row->measure)) shown.unit = measure->unit;
      }
      out->values.push_back(std::move(shown));
      continue;
    }
    const bool table = lua_type(L, i) == LUA_TTABLE;
    Result<Value> value = lua::read_value(L, i, "the result");
    if (value && (table || lua_type(L, i) == LUA_TUSERDATA)) {
      shown.text = rows_text(*value).value_or(table ? print_literal(*value) : print_value(*value));
    } else {
      lua::push_text(L, i);
      size_t size = 0;
      const char* data = lua_tolstring(L, -1, &size);
      shown.text.assign(data, size);
      lua_pop(L, 1);
    }
    out->values.push_back(std::move(shown));
  }
  return 0;
}

}  // namespace

Console::Console(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Console::~Console() = default;

Result<std::unique_ptr<Console>> Console::open(Evaluator& evaluator, Stop& stop, lua::Watch* watch,
                                               std::function<void(std::string_view)> print) {
  lua::Options options;
  options.globals_writable = true;
  options.cancel = &stop;
  options.watch = watch;
  options.print = std::move(print);
  options.modules = evaluator.catalogue().modules;
  options.setup = [&](lua_State* L) { return evaluator.define(L); };
  auto state = lua::State::open(std::move(options));
  if (!state) return state.error();
  auto inside = std::make_unique<Inside>(Inside{evaluator, std::move(*state)});
  return std::unique_ptr<Console>(new Console(std::move(inside)));
}

Result<Console::Answer> Console::line(const std::string& text) {
  lua::State& state = *inside_->state;
  lua_State* L = state.get();
  state.refill();
  lua_settop(L, 0);
  Collected collected{&inside_->evaluator};
  lua_pushcfunction(L, lua::guarded<collect>);
  lua_pushlightuserdata(L, &collected);
  Status loaded = state.load("return " + text, "line");
  if (!loaded) {
    state.refill();
    loaded = state.load(text, "line");
  }
  if (!loaded) {
    lua_settop(L, 0);
    if (loaded.error().message.find("<eof>") != std::string::npos) return Answer{true, {}};
    return loaded.error();
  }
  Status called = state.call(0, LUA_MULTRET);
  if (called) called = state.call(lua_gettop(L) - 1, 0);
  lua_settop(L, 0);
  if (!called) return called.error();
  return Answer{false, std::move(collected.values)};
}

}  // namespace inquest::script
