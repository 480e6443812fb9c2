// The guard around host functions, and arguments with errors that name function and argument.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/lua/call.h"

#include <fmt/format.h>

#include <cmath>
#include <new>

#include "bindings/lua/context.h"
#include "bindings/lua/handle.h"
#include "runtime/base/text.h"

namespace inquest::lua {

void fail(std::string message) {
  throw Raise{Error{Code::script, std::move(message), "", "", cause_name(Cause::error)}};
}
void fail(Error error) { throw Raise{std::move(error)}; }

int guard(lua_State* L, Function function) {
  Context& context = context_of(L);
  const int level = context.level;
  bool raised = false;
  if (context.cause == Cause::none) {
    try {
      return function(L);
    } catch (const Stopped&) {
    } catch (const Raise& raise) {
      context.raised = raise.error;
      raised = true;
    } catch (const std::bad_alloc&) {
      stop(context, Cause::memory);
    } catch (const std::exception& error) {
      context.raised = Error{Code::bug, std::string("a host function failed: ") + error.what()};
      raised = true;
    }
    context.level = level;
    // A kernel that gave up because the flag was set reports an interruption; the stop is the reason.
    if (context.stop_flag.load(std::memory_order_relaxed)) check_allowance(context);
  }
  if (!raised || context.cause != Cause::none) raise_stop(L);
  {
    std::string where = where_of(L);
    if (context.raised.where.empty()) context.raised.where = where;
    std::string text = where.empty() ? "" : where + ": ";
    text += context.raised.message;
    if (!context.raised.cure.empty()) text += "; " + context.raised.cure;
    context.raised_text = std::move(text);
  }
  lua_pushlstring(L, context.raised_text.data(), context.raised_text.size());
  return lua_error(L);
}

void set_functions(lua_State* L, const Entry* entries) {
  for (const Entry* entry = entries; entry->name != nullptr; ++entry) {
    lua_pushcfunction(L, entry->function);
    lua_setfield(L, -2, entry->name);
  }
}

std::string kind_of(lua_State* L, int index) {
  switch (lua_type(L, index)) {
    case LUA_TNONE: return "nothing";
    case LUA_TNIL: return "nil";
    case LUA_TBOOLEAN: return "boolean";
    case LUA_TNUMBER: return "number";
    case LUA_TSTRING: return "text";
    case LUA_TTABLE: return "table";
    case LUA_TFUNCTION: return "function";
    case LUA_TTHREAD: return "coroutine";
    case LUA_TLIGHTUSERDATA: return "null";
    default: break;
  }
  if (to_time(L, index)) return "time";
  if (to_duration(L, index)) return "duration";
  if (to_integer(L, index)) return "integer";
  const char* name = handle_name(L, index);
  return name != nullptr ? name : "handle";
}

void Args::wrong(int i, const char* name, const std::string& rest) const {
  fail(fmt::format("{}: argument {} `{}` {}", function_, i, name, rest));
}
void Args::expected(int i, const char* name, const char* what) const {
  wrong(i, name, fmt::format("must be {}, got {}", what, kind_of(L_, i)));
}

bool Args::boolean(int i, const char* name) const {
  if (!lua_isboolean(L_, i)) expected(i, name, "true or false");
  return lua_toboolean(L_, i) != 0;
}

double Args::number(int i, const char* name) const {
  if (lua_type(L_, i) == LUA_TNUMBER) return lua_tonumber(L_, i);
  if (const auto whole = to_integer(L_, i)) return static_cast<double>(*whole);
  expected(i, name, "a number");
}

double Args::number(int i, const char* name, double from, double to) const {
  const double value = number(i, name);
  if (!(value >= from && value <= to))
    wrong(i, name, fmt::format("must be within {} and {}, got {}", shortest(from), shortest(to), shortest(value)));
  return value;
}

int64_t Args::integer(int i, const char* name) const {
  if (const auto whole = to_integer(L_, i)) return *whole;
  if (lua_type(L_, i) == LUA_TNUMBER)
    wrong(i, name, "must be a whole number, got " + shortest(lua_tonumber(L_, i)));
  expected(i, name, "a whole number");
}

int64_t Args::integer(int i, const char* name, int64_t from, int64_t to) const {
  const int64_t value = integer(i, name);
  if (value < from || value > to) wrong(i, name, fmt::format("must be within {} and {}, got {}", from, to, value));
  return value;
}

std::string_view Args::text(int i, const char* name) const {
  if (lua_type(L_, i) != LUA_TSTRING) expected(i, name, "a text");
  size_t size = 0;
  const char* data = lua_tolstring(L_, i, &size);
  return {data, size};
}

Time Args::time(int i, const char* name) const {
  if (const auto time = to_time(L_, i)) return *time;
  if (lua_type(L_, i) != LUA_TSTRING) expected(i, name, "a time");
  auto time = parse_time(text(i, name));
  if (!time) wrong(i, name, "is no time: " + time.error().message);
  return *time;
}

Duration Args::duration(int i, const char* name) const {
  if (const auto duration = to_duration(L_, i)) return *duration;
  if (lua_type(L_, i) != LUA_TSTRING) expected(i, name, "a duration");
  auto duration = parse_duration(text(i, name));
  if (!duration) wrong(i, name, "is no duration: " + duration.error().message);
  return *duration;
}

void Args::table(int i, const char* name) const {
  if (lua_type(L_, i) != LUA_TTABLE) expected(i, name, "a table");
}
void Args::function(int i, const char* name) const {
  if (lua_type(L_, i) != LUA_TFUNCTION) expected(i, name, "a function");
}
void Args::any(int i, const char* name) const {
  if (i > count_) expected(i, name, "a value");
}

Value Args::value(int i, const char* name) const {
  auto value = read_value(L_, i, fmt::format("{}: argument {} `{}`", function_, i, name));
  if (!value) fail(value.error());
  return std::move(*value);
}

Map Args::map(int i, const char* name) const {
  table(i, name);
  Value read = value(i, name);
  if (Map* map = read.get<Map>()) return std::move(*map);
  if (const List* list = read.get<List>(); list != nullptr && list->empty()) return {};
  wrong(i, name, "must be a table of named fields, got a list");
}

void Args::end(int most) const {
  if (count_ > most) fail(fmt::format("{}: takes at most {} argument{}, got {}", function_, most, most == 1 ? "" : "s", count_));
}

namespace {
struct Taken {
  std::string text;
};
int take(lua_State* L) {   // (light userdata, error value)
  auto* taken = static_cast<Taken*>(lua_touserdata(L, 1));
  push_text(L, 2);
  size_t size = 0;
  const char* data = lua_tolstring(L, -1, &size);
  if (data != nullptr) taken->text.assign(data, size);
  return 0;
}
}  // namespace

std::string take_error_text(lua_State* L) {
  Taken taken;
  if (lua_type(L, -1) == LUA_TSTRING) {
    size_t size = 0;
    const char* data = lua_tolstring(L, -1, &size);
    taken.text.assign(data, size);
    lua_pop(L, 1);
    return taken.text;
  }
  const std::string kind = kind_of(L, -1);
  if (lua_checkstack(L, 4) == 0) {
    lua_pop(L, 1);
    return "an error that is a " + kind;
  }
  lua_pushcfunction(L, guarded<take>);
  lua_insert(L, -2);
  lua_pushlightuserdata(L, &taken);
  lua_insert(L, -2);
  if (lua_pcall(L, 2, 0, 0) != 0) {
    lua_pop(L, 1);
    return "an error that is a " + kind + " and gives no text";
  }
  return taken.text;
}

}  // namespace inquest::lua
