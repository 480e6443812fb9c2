// State: one sandboxed Lua interpreter with budgets, typed stops and an allow list; how chunks are loaded and called.
// SPDX-License-Identifier: Apache-2.0
//
// What author code gets (design/safety.md, Scripts): Lua 5.1 as LuaJIT's interpreter runs it, without jit, ffi, debug,
// package, io, os, newproxy, getfenv, setfenv, string.dump, load*, dofile, collectgarbage. What is reachable is listed
// in tests/bindings/lua/reachable.txt. `pairs` and `next` have one order in every process: 1..n, then other numbers
// ascending, texts bytewise, booleans, then tables, functions and handles in the order in which they were created.
// `tostring` shows no addresses (`table#3`), `math.random` is seeded, library tables are frozen, globals too unless
// Options::globals_writable, unknown globals are errors with the nearest name.
//
//     auto state = lua::State::open({.print = [](std::string_view line) { … }});     // Result<std::unique_ptr<State>>
//     lua_State* L = (*state)->get();
//     if (auto s = (*state)->load(text, "review/load_rise.lua"); !s) return s.error();  // pushes the chunk
//     if (auto s = (*state)->call(0, 1); !s) return s.error();                          // runs it, leaves one value
//     auto value = lua::read_value(L, -1);                                              // call.h
//
// Budget: an allowance of instructions and seconds holds from open() or refill() to the next refill() (one review, one
// line of the REPL, one script); memory holds for the life of the State. A stop cannot be swallowed: the hook is
// re-armed at every instruction, so pcall, xpcall and coroutines end too; until refill() every further call() gives the
// same error. Instructions are counted by a hook each 1 000 (deterministic); host functions that loop add theirs with
// `spend`. Seconds are soft and measure call() only, less the time spent under `Paused`.
//
// Errors: Error{Code::script, message, where "file:line", cure, cause}, where cause is cause_name() of the stop. An
// Error that a host function raised through `fail(Error)` (call.h) comes back from call() as it was, with `where` set
// to the line of the script when it was empty.
//
// Threads: one State belongs to one thread; only Options::cancel is shared. Nothing here is global. While call() runs a
// POSIX timer sends SIGRTMAX - 2 to the calling thread every 10 ms, so that the deadline is met within an instruction.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <lua.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/model/catalogue.h"

namespace inquest::lua {

// The one table of budgets. Every figure is a limit that is still allowed.
struct Budget {
  uint64_t instructions = 50'000'000;     // a review (bytecodes, and what host functions `spend`)
  double seconds = 5;                     // a review, wall clock inside call()
  size_t memory = size_t{256} << 20;      // a run: everything the interpreter holds and what handles charge, bytes
  int depth = 64;                         // nested coroutines, callbacks out of host functions, nested values
  size_t source = size_t{256} << 10;      // bytes of one chunk
  size_t output = size_t{1} << 20;        // bytes printed by one State
  int elseifs = 2'000;                    // `elseif` in one chunk; LuaJIT's parser is quadratic in them
  double grace = 2;                       // seconds after which a run that does not stop is killed by its parent
};

// Why a script ended. cause_name gives `script_instructions`, …; none gives "".
enum class Cause {
  none, instructions, time, memory, depth, syntax, error, cancelled, crashed, hung, too_large, forbidden_literal
};
const char* cause_name(Cause cause);

class Watch;  // child.h: the page through which a parent sees that a run is overdue

struct Options {
  Budget budget = {};
  uint64_t seed = 1;                                        // of math.random; journalled by the caller
  bool globals_writable = false;                            // the REPL keeps what a line assigns
  std::vector<Module> modules = {};                         // what `require "name"` gives; a name never becomes a path
  std::function<void(std::string_view)> print = {};         // one call a line, without newline; none: discarded
  const std::atomic<bool>* cancel = nullptr;                // true ends the run with script_cancelled
  Watch* watch = nullptr;
  std::function<Status(lua_State*)> setup = {};             // adds globals with `define` before the state is frozen
};

struct Spent {
  uint64_t instructions = 0;   // since refill(), in steps of 1 000 and what was spent
  double seconds = 0;          // since refill()
  size_t memory = 0;           // now, bytes, with charges
  size_t peak = 0;             // most so far, bytes
};

struct Context;  // context.h, internal

class State final {
 public:
  static Result<std::unique_ptr<State>> open(Options options);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  lua_State* get() const;

  // Compiles text and pushes the function. `name` is the file as shown in errors. Refuses bytecode, more than
  // budget.source bytes (script_too_large), LL/ULL/i numerals (script_forbidden_literal), what LuaJIT's parser is known
  // to crash on, and syntax errors (script_syntax). Pushes nothing on failure.
  Status load(std::string_view text, const std::string& name);

  // Like lua_call: the function and `arguments` values are popped, `results` values (or LUA_MULTRET) are pushed; on
  // failure nothing is pushed. May be called from inside a host function (nests; the allowance is shared).
  Status call(int arguments, int results);
  // The same on a coroutine or inside a host function.
  Status call_on(lua_State* L, int arguments, int results);

  void refill();               // a new allowance of instructions and seconds; forgets a stop
  Cause stopped() const;       // what stopped it since refill(), or none
  Spent spent() const;

 private:
  State();
  std::unique_ptr<Context> context_;
};

// ---- for host functions, on any lua_State of a State ----

// The State that an interpreter belongs to.
State& state_of(lua_State* L);
const Budget& budget_of(lua_State* L);

// Adds to the count of instructions and stops the script when the allowance, the time or the patience of the caller is
// at an end. A loop over n things spends about n/10; call it at least every 10 ms. Raises (C++ exception, see call.h).
void spend(lua_State* L, uint64_t instructions);
inline void poll(lua_State* L) { spend(L, 0); }

// True from the moment at which the script must stop (time, cancelled); what kernels poll.
const std::atomic<bool>* stop_flag(lua_State* L);

// Memory that C++ holds on behalf of the script counts against budget.memory. charge() raises script_memory.
void charge(lua_State* L, size_t bytes);
void discharge(lua_State* L, size_t bytes);

// While it lives, the clock of the allowance stands still: for waiting on sources.
class Paused final {
 public:
  explicit Paused(lua_State* L);
  ~Paused();
  Paused(const Paused&) = delete;
  Paused& operator=(const Paused&) = delete;

 private:
  Context& context_;
};

// While it lives, one more level of C++ that calls back into Lua; more than budget.depth raises script_depth. Every
// host function that calls a Lua function holds one.
class Level final {
 public:
  explicit Level(lua_State* L);
  ~Level();
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  Context& context_;
};

// Pops the value on top and makes it the global `name` of every chunk. In setup, or later for the REPL.
void define(lua_State* L, const char* name);
// Replaces the table at the top by a frozen view of it: reads go through, writes raise an error naming `name`, pairs
// works, its metatable is hidden. Tables inside are not frozen by themselves.
void freeze(lua_State* L, const char* name);
bool frozen(lua_State* L, int index);

// Pushes tostring(value at index): __tostring, else `table#3`; never an address. What print and error texts use.
void push_text(lua_State* L, int index);
// A small number for a table, function, coroutine or handle: given at first sight, the same in every process.
uint64_t serial_of(lua_State* L, int index);
// The order in which such an object was created: a key to sort by, not to be shown.
uint64_t creation_of(lua_State* L, int index);

// Calls `each` for every key of the table at `index` in the order of `pairs`, with key at -2 and value at -1; `each`
// leaves the stack as it was and returns false to end. Raw: no metamethods.
void each_pair(lua_State* L, int index, const std::function<bool()>& each);

}  // namespace inquest::lua
