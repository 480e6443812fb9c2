// Guarded calls and stack helpers: how C++ functions are given to Lua, how arguments are read and values cross over.
// SPDX-License-Identifier: Apache-2.0
//
// A host function is written with Args and registered through `guarded`, nothing else:
//
//     int slope(lua_State* L) {
//       lua::Args args(L, "kernel.slope");
//       const double window = args.number(1, "window", 0, 1e9);     // "kernel.slope: argument 1 `window` must be …"
//       args.end(1);                                                // no further arguments
//       lua_pushnumber(L, window);
//       return 1;
//     }
//     lua_pushcfunction(L, lua::guarded<slope>);  lua::define(L, "slope");
//
// `guarded` turns every C++ exception into a Lua error with the script's file:line in front. Inside, errors are thrown
// with `fail`, never luaL_error while C++ objects live in doubt (on x86-64 LuaJIT unwinds through C++ frames and runs
// destructors, tests/bindings/lua/call_test.cpp shows it). Never write `catch (...)` around Lua calls: it would catch
// Lua's own unwinding.
//
// Values: nil, boolean, text ⇄ null, bool, text. A number is an int64 when it is whole and within ±2^53, else a double.
// Integers beyond that, Time and Duration are userdata that compare (==, <, <=) with their kind, print as
// text, and calculate exactly: time − time = duration, time ± duration = time, duration ± duration, duration × number,
// duration ÷ number, duration ÷ duration = number, −duration; integers + − × with integers (overflow is an error).
// Lua 5.1 compares two userdata only: such an integer and a number have no `<`, their difference has a sign.
// A table with keys 1..n is a list (holes are refused), one with text keys a map in the order of `pairs`, {} an empty
// list; a table with both is refused. A Term goes as a userdata with fields `word`, `args`, `fields`. Null inside a list
// or map goes as the sentinel `null` (a global), alone as nil.
// Depth is at most budget.depth, cycles are refused.
#pragma once

#include <lua.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "bindings/lua/state.h"
#include "runtime/model/value.h"

namespace inquest::lua {

// What `fail` throws; becomes a Lua error in `guarded`, and an Error in State::call.
struct Raise final {
  Error error;
};
// What spend, charge and Level throw when a budget is at an end; `guarded` raises the stop.
struct Stopped final {};

[[noreturn]] void fail(std::string message);   // Code::script, cause script_error, where = line of the script
[[noreturn]] void fail(Error error);           // reaches the caller of State::call with its code, cure and cause

using Function = int (*)(lua_State*);
int guard(lua_State* L, Function function);
template <Function function>
int guarded(lua_State* L) {
  return guard(L, function);
}

struct Entry {
  const char* name;
  lua_CFunction function;      // guarded<…>
};
// Sets functions in the table at the top; ends at the entry without a name.
void set_functions(lua_State* L, const Entry* entries);

// "text", "number", "time", "frame", …: the kind of a value as error texts name it.
std::string kind_of(lua_State* L, int index);

// Reads the arguments of one call; every failure names the function, the argument and what was given.
class Args final {
 public:
  Args(lua_State* L, const char* function) : L_(L), function_(function), count_(lua_gettop(L)) {}

  int count() const { return count_; }
  bool given(int i) const { return i <= count_ && !lua_isnil(L_, i); }

  bool boolean(int i, const char* name) const;
  double number(int i, const char* name) const;                                  // any number, also NaN
  double number(int i, const char* name, double from, double to) const;          // within [from, to]
  int64_t integer(int i, const char* name) const;                                // whole; integer userdata too
  int64_t integer(int i, const char* name, int64_t from, int64_t to) const;
  std::string_view text(int i, const char* name) const;                          // valid while the value is on the stack
  Time time(int i, const char* name) const;                                      // userdata or text form
  Duration duration(int i, const char* name) const;
  void table(int i, const char* name) const;                                     // checks only
  void function(int i, const char* name) const;
  Value value(int i, const char* name) const;                                    // read_value
  Map map(int i, const char* name) const;                                        // a table with text keys; {} is empty
  void any(int i, const char* name) const;                                       // must be there, may be nil

  // "frame.by: argument 2 `names` " + rest
  [[noreturn]] void wrong(int i, const char* name, const std::string& rest) const;
  [[noreturn]] void expected(int i, const char* name, const char* what) const;   // "must be a text, got a table"
  void end(int most) const;                                                      // more than `most` arguments: an error

 private:
  lua_State* L_;
  const char* function_;
  int count_;
};

// Pushes one value. Throws Raise when deeper than budget.depth.
void push_value(lua_State* L, const Value& value);
// Reads the value at `index`; `what` names it in the error ("argument 2 `options`", "the result of run").
Result<Value> read_value(lua_State* L, int index, const std::string& what = "value");

void push_time(lua_State* L, Time time);
void push_duration(lua_State* L, Duration duration);
void push_integer(lua_State* L, int64_t value);           // a number within ±2^53, else userdata
void push_null(lua_State* L);                             // the sentinel
std::optional<Time> to_time(lua_State* L, int index);
std::optional<Duration> to_duration(lua_State* L, int index);
std::optional<int64_t> to_integer(lua_State* L, int index);  // a whole number or integer userdata
bool is_null(lua_State* L, int index);                    // nil or the sentinel

// Takes the error value at the top off the stack as text; never fails (nil, tables, a failing __tostring).
std::string take_error_text(lua_State* L);

}  // namespace inquest::lua
