// Coroutines whose nesting is counted, and math with a seeded generator.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "bindings/lua/context.h"

namespace inquest::lua {
namespace {

const char* status_of(lua_State* L, lua_State* co) {
  if (L == co) return "running";
  switch (lua_status(co)) {
    case LUA_YIELD: return "suspended";
    case 0: {
      lua_Debug at = {};
      if (lua_getstack(co, 0, &at) > 0) return "normal";
      return lua_gettop(co) == 0 ? "dead" : "suspended";
    }
    default: return "dead";
  }
}

// Resumes with the `count` values at the top; returns the number of results now there, or -1 with the error value.
int resume_with(lua_State* L, lua_State* co, int count) {
  const Level level(L);
  const std::string status = status_of(L, co);
  if (status != "suspended") {
    lua_settop(L, lua_gettop(L) - count);
    lua_pushstring(L, ("cannot resume a " + status + " coroutine").c_str());
    return -1;
  }
  if (lua_checkstack(co, count + 1) == 0) fail("coroutine.resume: too many arguments");
  lua_xmove(L, co, count);
  const int result = lua_resume(co, count);
  if (context_of(L).cause != Cause::none) throw Stopped{};
  if (result != 0 && result != LUA_YIELD) {
    lua_xmove(co, L, 1);
    return -1;
  }
  const int given = lua_gettop(co);
  if (lua_checkstack(L, given + 1) == 0) fail("coroutine.resume: too many results");
  lua_xmove(co, L, given);
  return given;
}

int resume(lua_State* L) {
  const Args args(L, "coroutine.resume");
  lua_State* co = lua_tothread(L, 1);
  if (co == nullptr) args.expected(1, "coroutine", "a coroutine");
  const int results = resume_with(L, co, args.count() - 1);
  lua_pushboolean(L, results < 0 ? 0 : 1);
  const int count = results < 0 ? 1 : results;
  lua_insert(L, -(count + 1));
  return count + 1;
}

int wrapped(lua_State* L) {
  lua_State* co = lua_tothread(L, lua_upvalueindex(1));
  const int results = resume_with(L, co, lua_gettop(L));
  if (results < 0) return lua_error(L);
  return results;
}

int wrap(lua_State* L) {
  const Args args(L, "coroutine.wrap");
  args.function(1, "function");
  lua_settop(L, 1);
  lua_State* co = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  lua_pushcclosure(L, guarded<wrapped>, 1);
  return 1;
}

// xoshiro256** (Blackman, Vigna 2018), seeded by splitmix64: the same numbers on every machine.
uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
uint64_t draw(std::array<uint64_t, 4>& s) {
  const uint64_t result = rotate(s[1] * 5, 7) * 9;
  const uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return result;
}

int random(lua_State* L) {
  const Args args(L, "math.random");
  args.end(2);
  auto& state = context_of(L).random;
  if (args.count() == 0) {
    lua_pushnumber(L, static_cast<double>(draw(state) >> 11) * 0x1p-53);
    return 1;
  }
  constexpr int64_t most = int64_t{1} << 53;
  const int64_t low = args.count() == 1 ? 1 : args.integer(1, "from", -most, most);
  const int64_t high = args.integer(args.count(), "to", -most, most);
  if (high < low) args.wrong(args.count(), "to", "must not be below the first number");
  const uint64_t span = static_cast<uint64_t>(high - low) + 1;
  const uint64_t limit = ~uint64_t{0} - ~uint64_t{0} % span;
  uint64_t drawn = draw(state);
  while (drawn >= limit) drawn = draw(state);
  push_integer(L, low + static_cast<int64_t>(drawn % span));
  return 1;
}

}  // namespace

void open_coroutines(lua_State* L) {
  const int original = lua_gettop(L);
  lua_newtable(L);
  for (const char* name : {"create", "yield", "status", "running", "isyieldable"}) {
    lua_getfield(L, original, name);
    lua_setfield(L, -2, name);
  }
  const Entry entries[] = {{"resume", guarded<resume>}, {"wrap", guarded<wrap>}, {nullptr, nullptr}};
  set_functions(L, entries);
  lua_remove(L, original);
}

void open_math(lua_State* L) {
  uint64_t x = context_of(L).options.seed;
  for (uint64_t& word : context_of(L).random) {
    uint64_t z = x += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
  lua_pushnil(L);
  lua_setfield(L, -2, "randomseed");
  const Entry entries[] = {{"random", guarded<random>}, {nullptr, nullptr}};
  set_functions(L, entries);
}

}  // namespace inquest::lua
