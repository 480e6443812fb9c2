// Context: what a State keeps beside its interpreter; found from any lua_State through the allocator. Internal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <time.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "bindings/lua/call.h"
#include "bindings/lua/state.h"

namespace inquest::lua {

struct Context {
  State* state = nullptr;
  lua_State* L = nullptr;
  Options options;

  // Memory. Every block has a header with its order of creation, so objects can be ordered without their addresses.
  size_t used = 0, charged = 0, peak = 0;
  size_t collect_at = 0;            // full collection by the hook above this
  bool opened = false;              // the limit holds only after lua_newstate and the libraries
  uint64_t blocks = 0, serials = 0;
  void* last_block = nullptr;       // measures where userdata begins in its block
  ptrdiff_t userdata_offset = 0;

  // The allowance.
  uint64_t instructions = 0;
  int64_t spent_ns = 0, started_ns = 0;
  int running = 0, paused = 0, level = 0;
  std::atomic<bool> stop_flag{false};
  Cause cause = Cause::none;
  std::string stop_where, stop_detail;
  bool timer_made = false;
  timer_t timer = {};

  // Errors on their way through Lua.
  std::string raised_text;
  Error raised;
  std::vector<std::string> chunks;  // names, to read "file:line:" off a message

  std::map<std::string, Module> modules;
  std::vector<std::string> requiring;
  std::array<uint64_t, 4> random = {};
  size_t printed = 0;
};

inline Context& context_of(lua_State* L) {
  void* data = nullptr;
  lua_getallocf(L, &data);
  return *static_cast<Context*>(data);
}

void* allocate(void* data, void* block, size_t old_size, size_t size);    // memory.cpp

// Keys of the registry: the addresses count.
struct Keys {
  char base, environment, frozen_name, frozen_inner, modules, next_cache, time, duration, integer, term, kind;
};
extern const Keys keys;
inline void* key(const char& k) { return const_cast<char*>(&k); }

void stop(Context& context, Cause cause, std::string detail = {});
void check_allowance(Context& context);                // stops when a limit is passed
Error stop_error(const Context& context);
[[noreturn]] void raise_stop(lua_State* L);            // lua_error; no C++ objects may be alive
std::string where_of(lua_State* L);                    // file:line of the innermost Lua function, or empty
void count_hook(lua_State* L, lua_Debug*);
void watch_deadline(Context& context);

// Splits "file:line: message" by the chunk names known; returns "file:line" and shortens text.
std::string split_where(const Context& context, std::string& text);

// Globals, one function a library; each leaves its table on the stack.
void open_globals(lua_State* L);                       // globals.cpp: everything, frozen views and environment
void open_pairs(lua_State* L);                         // pairs.cpp: adds pairs, next to the table at the top
void open_strings(lua_State* L);                       // strings.cpp: the string library from the original at the top
void open_patterns(lua_State* L);                      // patterns.cpp: find, match, gmatch, gsub into the table at the top
void open_tables(lua_State* L);
void open_math(lua_State* L);
void open_coroutines(lua_State* L);
void open_values(lua_State* L);                        // scalars.cpp: metatables of time, duration, integer, term
void push_identity(lua_State* L, int index);           // `table#3`, whatever __tostring says
void check_writable(lua_State* L, int index);          // throws when the table is frozen

// A text that grows at the expense of the script's memory.
class Builder final {
 public:
  explicit Builder(lua_State* L) : L_(L) {}
  ~Builder() { discharge(L_, charged_); }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  void add(std::string_view part) {
    room(part.size());
    text_.append(part);
  }
  void add(size_t times, char c) {
    room(times);
    text_.append(times, c);
  }
  void room(size_t more) {
    if (text_.size() + more <= charged_) return;
    const size_t by = std::max(text_.size() + more - charged_, std::max<size_t>(charged_, 256));
    charge(L_, by);
    charged_ += by;
    text_.reserve(charged_);
  }
  void push() { lua_pushlstring(L_, text_.data(), text_.size()); }
  size_t size() const { return text_.size(); }

 private:
  lua_State* L_;
  std::string text_;
  size_t charged_ = 0;
};

// Pushes the inner table of a frozen one and returns true; else pushes nothing.
bool push_inner(lua_State* L, int index);

}  // namespace inquest::lua
