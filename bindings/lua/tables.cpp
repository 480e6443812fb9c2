// The table library: every position is checked, every shift and comparison counts, sort survives any comparator.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "bindings/lua/context.h"

namespace inquest::lua {
namespace {

int length_of(lua_State* L, const Args& args) {
  args.table(1, "table");
  check_writable(L, 1);
  const size_t length = lua_objlen(L, 1);
  if (length > 100'000'000) args.wrong(1, "table", "is too long");
  return static_cast<int>(length);
}

void move(lua_State* L, int from, int to) {
  lua_rawgeti(L, 1, from);
  lua_rawseti(L, 1, to);
  if (to % 1024 == 0) spend(L, 1024);
}

int insert(lua_State* L) {
  const Args args(L, "table.insert");
  const int length = length_of(L, args);
  args.end(3);
  if (args.count() < 2) args.expected(2, "value", "given");
  if (args.count() == 2) {
    lua_rawseti(L, 1, length + 1);
    return 0;
  }
  const int at = static_cast<int>(args.integer(2, "position", 1, length + 1));
  for (int i = length; i >= at; --i) move(L, i, i + 1);
  lua_settop(L, 3);
  lua_rawseti(L, 1, at);
  return 0;
}

int remove(lua_State* L) {
  const Args args(L, "table.remove");
  const int length = length_of(L, args);
  args.end(2);
  if (length == 0 && !args.given(2)) return 0;
  const int at = args.given(2) ? static_cast<int>(args.integer(2, "position", 1, length + 1)) : length;
  lua_rawgeti(L, 1, at);
  for (int i = at; i < length; ++i) move(L, i + 1, i);
  if (at <= length) {
    lua_pushnil(L);
    lua_rawseti(L, 1, length);
  }
  return 1;
}

int concat_table(lua_State* L) {
  const Args args(L, "table.concat");
  args.table(1, "table");
  if (lua_type(L, 2) == LUA_TNUMBER) lua_tolstring(L, 2, nullptr);
  const std::string_view between = args.given(2) ? args.text(2, "between") : std::string_view{};
  const auto length = static_cast<int64_t>(lua_objlen(L, 1));
  const int64_t first = args.given(3) ? args.integer(3, "first", -2147483647, 2147483646) : 1;
  const int64_t last = args.given(4) ? args.integer(4, "last", -2147483647, 2147483646) : length;
  args.end(4);
  Builder out(L);
  for (int64_t i = first; i <= last; ++i) {
    lua_rawgeti(L, 1, static_cast<int>(i));
    if (lua_isstring(L, -1) == 0)
      fail(fmt::format("table.concat: element {} is a {}, not a text or number", i, kind_of(L, -1)));
    size_t size = 0;
    const char* data = lua_tolstring(L, -1, &size);
    out.add({data, size});
    if (i != last) out.add(between);
    lua_pop(L, 1);
    if ((i - first) % 256 == 255) spend(L, 128);
  }
  spend(L, out.size() / 64);
  out.push();
  return 1;
}

bool less(lua_State* L, int a, int b, bool own) {
  if (!own) return lua_lessthan(L, a, b) != 0;
  lua_pushvalue(L, 2);
  lua_pushvalue(L, a);
  lua_pushvalue(L, b);
  lua_call(L, 2, 1);
  const bool result = lua_toboolean(L, -1) != 0;
  lua_pop(L, 1);
  return result;
}

// A merge sort: stable, n log n with any comparator, and the table stays as it was when the comparator fails.
int sort(lua_State* L) {
  const Args args(L, "table.sort");
  const int length = length_of(L, args);
  const bool own = args.given(2);
  if (own) args.function(2, "less");
  args.end(2);
  lua_settop(L, 2);
  const Level level(L);
  lua_createtable(L, length, 0);       // 3
  lua_createtable(L, length, 0);       // 4
  for (int i = 1; i <= length; ++i) {
    lua_rawgeti(L, 1, i);
    lua_rawseti(L, 3, i);
    if (i % 1024 == 0) spend(L, 256);
  }
  int from = 3, to = 4;
  uint64_t compared = 0;
  for (int64_t width = 1; width < length; width *= 2) {
    for (int64_t low = 1; low <= length; low += 2 * width) {
      const int middle = static_cast<int>(std::min<int64_t>(low + width, int64_t{length} + 1));
      const int high = static_cast<int>(std::min<int64_t>(low + 2 * width, int64_t{length} + 1));
      int left = static_cast<int>(low), right = middle, out = left;
      while (left < middle || right < high) {
        if (++compared % 64 == 0) spend(L, 64);
        bool take_right = left >= middle;
        if (left < middle && right < high) {
          lua_rawgeti(L, from, right);
          lua_rawgeti(L, from, left);
          take_right = less(L, lua_gettop(L) - 1, lua_gettop(L), own);
          lua_pop(L, 2);
        }
        lua_rawgeti(L, from, take_right ? right++ : left++);
        lua_rawseti(L, to, out++);
      }
    }
    std::swap(from, to);
  }
  for (int i = 1; i <= length; ++i) {
    lua_rawgeti(L, from, i);
    lua_rawseti(L, 1, i);
    if (i % 1024 == 0) spend(L, 256);
  }
  return 0;
}

}  // namespace

void open_tables(lua_State* L) {
  lua_pop(L, 1);
  lua_newtable(L);
  const Entry entries[] = {{"concat", guarded<concat_table>}, {"insert", guarded<insert>}, {"remove", guarded<remove>},
                           {"sort", guarded<sort>}, {nullptr, nullptr}};
  set_functions(L, entries);
}

}  // namespace inquest::lua
