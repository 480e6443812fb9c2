// pairs and next in one order in every process: 1..n, numbers, texts, booleans, then objects by order of creation.
// SPDX-License-Identifier: Apache-2.0
//
// `pairs` takes the keys once, sorted, and walks them: keys whose value became nil are passed over, keys that were added
// meanwhile are not visited. Lists (only keys 1..n) are walked without a copy. `next` keeps the key list of the last
// tables it walked, so that a loop over next is not quadratic.
#include <algorithm>
#include <cstring>

#include "bindings/lua/context.h"
#include "bindings/lua/handle.h"

namespace inquest::lua {
namespace {

struct Key {
  int rank;            // 0 number, 1 text, 2 boolean, 3 object, by order of creation
  double number;
  const char* text;
  size_t size;
  uint64_t creation;
  size_t at;           // place in the list of keys on the stack
};

bool before(const Key& a, const Key& b) {
  if (a.rank != b.rank) return a.rank < b.rank;
  if (a.rank == 0 || a.rank == 2) return a.number < b.number;
  if (a.rank == 1) {
    const int order = std::memcmp(a.text, b.text, std::min(a.size, b.size));
    return order != 0 ? order < 0 : a.size < b.size;
  }
  return a.creation < b.creation;
}

Key key_at(lua_State* L, int index, size_t at) {
  Key key = {3, 0, nullptr, 0, 0, at};
  switch (lua_type(L, index)) {
    case LUA_TNUMBER: key.rank = 0; key.number = lua_tonumber(L, index); break;
    case LUA_TSTRING: key.rank = 1; key.text = lua_tolstring(L, index, &key.size); break;
    case LUA_TBOOLEAN: key.rank = 2; key.number = lua_toboolean(L, index); break;
    default: key.creation = creation_of(L, index);
  }
  return key;
}

// A vector whose bytes count against the memory of the script.
class Keys_taken final {
 public:
  explicit Keys_taken(lua_State* L) : L_(L) {}
  ~Keys_taken() { discharge(L_, charged_); }
  Keys_taken(const Keys_taken&) = delete;
  Keys_taken& operator=(const Keys_taken&) = delete;
  void add(const Key& taken) {
    if (keys.size() == keys.capacity()) {
      const size_t more = std::max<size_t>(16, keys.capacity());
      charge(L_, more * sizeof(Key));
      charged_ += more * sizeof(Key);
      keys.reserve(keys.capacity() + more);
    }
    keys.push_back(taken);
  }
  std::vector<Key> keys;

 private:
  lua_State* L_;
  size_t charged_ = 0;
};

void refuse_weak(lua_State* L, int index) {
  if (lua_getmetatable(L, index) == 0) return;
  lua_pushliteral(L, "__mode");
  lua_rawget(L, -2);
  const bool weak = !lua_isnil(L, -1);
  lua_pop(L, 2);
  if (weak) fail("weak tables are not walked: what is left in them depends on the garbage collector");
}

// Pushes the list of sorted keys of the table at `index` (absolute) that are not among 1..n; returns n.
size_t push_keys(lua_State* L, int index) {
  luaL_checkstack(L, 8, "too many values");
  size_t length = 0;
  for (;;) {
    lua_rawgeti(L, index, static_cast<int>(length + 1));
    const bool gone = lua_isnil(L, -1);
    lua_pop(L, 1);
    if (gone) break;
    if (++length % 4096 == 0) spend(L, 400);
  }
  // The raw order is no secret here: it only decides where a key stands before sorting.
  lua_newtable(L);
  const int raw = lua_gettop(L);
  Keys_taken taken(L);
  size_t seen = 0;
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    if (++seen % 4096 == 0) spend(L, 400);
    const bool number = lua_type(L, -1) == LUA_TNUMBER;
    const double n = number ? lua_tonumber(L, -1) : 0;
    if (number && n >= 1 && n <= static_cast<double>(length) && n == static_cast<double>(static_cast<size_t>(n))) continue;
    lua_pushvalue(L, -1);
    lua_rawseti(L, raw, static_cast<int>(taken.keys.size() + 1));
    taken.add(key_at(L, -1, taken.keys.size() + 1));
  }
  size_t compared = 0;
  std::sort(taken.keys.begin(), taken.keys.end(), [&](const Key& a, const Key& b) {
    if (++compared % 4096 == 0) spend(L, 400);
    return before(a, b);
  });
  spend(L, taken.keys.size() * 16 + length / 16);
  if (taken.keys.size() > 1) {
    lua_createtable(L, static_cast<int>(taken.keys.size()), 0);
    for (size_t i = 0; i < taken.keys.size(); ++i) {
      lua_rawgeti(L, raw, static_cast<int>(taken.keys[i].at));
      lua_rawseti(L, -2, static_cast<int>(i + 1));
    }
    lua_replace(L, raw);
  }
  return length;
}

// Upvalues: 1 the table, 2 n, 3 the further keys, 4 the place.
int step(lua_State* L) {
  auto place = static_cast<size_t>(lua_tonumber(L, lua_upvalueindex(4)));
  const auto length = static_cast<size_t>(lua_tonumber(L, lua_upvalueindex(2)));
  const int table = lua_upvalueindex(1);
  size_t passed = 0;
  for (;;) {
    ++place;
    if (++passed % 4096 == 0) spend(L, 400);
    if (place <= length) {
      lua_pushnumber(L, static_cast<double>(place));
    } else {
      lua_rawgeti(L, lua_upvalueindex(3), static_cast<int>(place - length));
      if (lua_isnil(L, -1)) break;
    }
    lua_pushvalue(L, -1);
    lua_rawget(L, table);
    if (!lua_isnil(L, -1)) {
      lua_pushnumber(L, static_cast<double>(place));
      lua_replace(L, lua_upvalueindex(4));
      return 2;
    }
    lua_pop(L, 2);
  }
  lua_pushnumber(L, static_cast<double>(place - 1));
  lua_replace(L, lua_upvalueindex(4));
  lua_pushnil(L);
  return 1;
}

int pairs(lua_State* L) {
  const Args args(L, "pairs");
  args.table(1, "table");
  lua_settop(L, 1);
  if (push_inner(L, 1)) lua_replace(L, 1);
  refuse_weak(L, 1);
  const size_t length = push_keys(L, 1);
  lua_pushvalue(L, 1);
  lua_pushnumber(L, static_cast<double>(length));
  lua_pushvalue(L, 2);
  lua_pushnumber(L, 0);
  lua_pushcclosure(L, guarded<step>, 4);
  return 1;
}

// The cache: a table { [1] table, [2] keys, [3] n, [4] place in the keys } in the registry.
int next(lua_State* L) {
  const Args args(L, "next");
  args.table(1, "table");
  lua_settop(L, 2);
  if (push_inner(L, 1)) lua_replace(L, 1);
  refuse_weak(L, 1);
  const Key given = key_at(L, 2, 0);
  // Inside 1..n the answer is at hand.
  if (lua_isnil(L, 2) || (given.rank == 0 && given.number >= 1 && given.number < 2e9 &&
                          given.number == static_cast<double>(static_cast<int>(given.number)))) {
    const int n = lua_isnil(L, 2) ? 0 : static_cast<int>(given.number);
    lua_rawgeti(L, 1, n + 1);
    if (!lua_isnil(L, -1)) {
      lua_pushnumber(L, n + 1);
      lua_insert(L, -2);
      return 2;
    }
    lua_pop(L, 1);
  }
  lua_pushlightuserdata(L, key(keys.next_cache));
  lua_rawget(L, LUA_REGISTRYINDEX);
  if (lua_isnil(L, 3)) {
    lua_createtable(L, 4, 0);
    lua_replace(L, 3);
    lua_pushlightuserdata(L, key(keys.next_cache));
    lua_pushvalue(L, 3);
    lua_rawset(L, LUA_REGISTRYINDEX);
  }
  lua_rawgeti(L, 3, 1);
  size_t place = 0;
  bool known = lua_rawequal(L, -1, 1) != 0 && !lua_isnil(L, 2);
  lua_pop(L, 1);
  if (known) {                                            // the usual case: the key that was given out last
    lua_rawgeti(L, 3, 4);
    place = static_cast<size_t>(lua_tonumber(L, -1));
    lua_rawgeti(L, 3, 2);
    lua_rawgeti(L, -1, static_cast<int>(place));
    known = place > 0 && lua_rawequal(L, -1, 2) != 0;
    lua_replace(L, -3);
    lua_pop(L, 1);
    if (known) lua_pop(L, 1);
  }
  if (known) {
    lua_rawgeti(L, 3, 2);
  } else {
    lua_settop(L, 3);
    const size_t length = push_keys(L, 1);
    lua_pushvalue(L, 1);
    lua_rawseti(L, 3, 1);
    lua_pushvalue(L, 4);
    lua_rawseti(L, 3, 2);
    const bool inside = lua_isnil(L, 2) || (given.rank == 0 && given.number >= 1 &&
                                            given.number <= static_cast<double>(length) &&
                                            given.number == static_cast<double>(static_cast<size_t>(given.number)));
    place = 0;
    if (!inside) {                                        // the first key that comes after the given one
      for (;; ++place) {
        lua_rawgeti(L, 4, static_cast<int>(place + 1));
        if (lua_isnil(L, -1)) break;
        const Key other = key_at(L, -1, 0);
        if (before(given, other)) break;
        lua_pop(L, 1);
        if (place % 4096 == 4095) spend(L, 400);
      }
      lua_settop(L, 4);
    }
  }
  const int list = lua_gettop(L);
  for (;;) {
    lua_rawgeti(L, list, static_cast<int>(++place));
    if (lua_isnil(L, -1)) return 1;
    lua_pushvalue(L, -1);
    lua_rawget(L, 1);
    if (!lua_isnil(L, -1)) break;
    lua_pop(L, 2);
    if (place % 4096 == 0) spend(L, 400);
  }
  lua_pushnumber(L, static_cast<double>(place));
  lua_rawseti(L, 3, 4);
  return 2;
}

}  // namespace

void each_pair(lua_State* L, int index, const std::function<bool()>& each) {
  if (index < 0 && index > LUA_REGISTRYINDEX) index = lua_gettop(L) + index + 1;
  const int top = lua_gettop(L);
  lua_pushvalue(L, index);
  if (push_inner(L, top + 1)) lua_replace(L, top + 1);
  const size_t length = push_keys(L, top + 1);
  for (size_t place = 1;; ++place) {
    if (place <= length) {
      lua_pushnumber(L, static_cast<double>(place));
    } else {
      lua_rawgeti(L, top + 2, static_cast<int>(place - length));
      if (lua_isnil(L, -1)) break;
    }
    lua_pushvalue(L, -1);
    lua_rawget(L, top + 1);
    const bool more = lua_isnil(L, -1) || each();
    lua_settop(L, top + 2);
    if (!more) break;
  }
  lua_settop(L, top);
}

void open_pairs(lua_State* L) {
  const Entry entries[] = {{"pairs", guarded<pairs>}, {"next", guarded<next>}, {nullptr, nullptr}};
  set_functions(L, entries);
}

}  // namespace inquest::lua
