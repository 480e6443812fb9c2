// The state: budgets, stops, errors with file and line, modules, frozen globals, and one order in every process.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/lua/state.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>

#include "bindings/lua/call.h"
#include "bindings/lua/run.h"
#include "runtime/base/text.h"

using namespace inquest;

namespace {

lua::Budget small(uint64_t instructions = 1'000'000, double seconds = 1) {
  lua::Budget budget;
  budget.instructions = instructions;
  budget.seconds = seconds;
  return budget;
}

Result<lua::Ended> run_state(const std::string& text, lua::Options options = {}) {
  return lua::run_script(text, "try.lua", std::move(options));
}
std::string error_of(const std::string& text, lua::Options options = {}) {
  auto ended = run_state(text, std::move(options));
  return ended ? "no error" : ended.error().print();
}
std::string state_text(const std::string& text, lua::Options options = {}) {
  auto ended = run_state(text, std::move(options));
  return ended ? ended->text : ended.error().print();
}

void walk(lua_State* L, const std::string& path, std::set<const void*>& seen, std::vector<std::string>& out) {
  luaL_checkstack(L, 20, nullptr);
  const int at = lua_gettop(L);
  const int type = lua_type(L, at);
  const bool text = type == LUA_TSTRING;                     // all texts share a metatable, walked once below
  const void* self = type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA || type == LUA_TTHREAD
                         ? lua_topointer(L, at) : nullptr;
  std::string line = path + ": " + lua_typename(L, type);
  if (type == LUA_TFUNCTION) line += lua_iscfunction(L, at) != 0 ? " (host)" : " (Lua)";
  if (self != nullptr && !seen.insert(self).second) {
    if (path.find("<environment>") == std::string::npos) out.push_back(line + ", seen");
    return;
  }
  out.push_back(line);
  if ((!text || path == "text") && lua_getmetatable(L, at) != 0) {
    walk(L, path + "<metatable>", seen, out);
    lua_pop(L, 1);
  }
  if (type == LUA_TFUNCTION) {
    for (int i = 1; lua_getupvalue(L, at, i) != nullptr; ++i) {
      walk(L, path + "<upvalue " + std::to_string(i) + ">", seen, out);
      lua_pop(L, 1);
    }
    lua_getfenv(L, at);
    walk(L, path + "<environment>", seen, out);
    lua_pop(L, 1);
  }
  if (type == LUA_TTABLE) {
    // Raw, not through the views: what is there counts, not what is shown.
    std::vector<std::string> keys;
    lua_pushnil(L);
    while (lua_next(L, at) != 0) {
      lua_pop(L, 1);
      if (lua_type(L, -1) == LUA_TSTRING) keys.emplace_back(lua_tostring(L, -1));
      else if (lua_type(L, -1) != LUA_TLIGHTUSERDATA) out.push_back(path + ": key of type " + luaL_typename(L, -1));
    }
    std::sort(keys.begin(), keys.end());
    for (const std::string& name : keys) {
      lua_pushstring(L, name.c_str());
      lua_rawget(L, at);
      walk(L, path + "." + name, seen, out);
      lua_pop(L, 1);
    }
  }
}

}  // namespace

TEST_CASE("what a script can reach is the checked-in list and nothing else") {
  auto state = lua::State::open({});
  REQUIRE(state);
  lua_State* L = (*state)->get();
  REQUIRE((*state)->load("return _G, \"\", coroutine.create(function() end)", "try.lua"));
  std::vector<std::string> out;
  std::set<const void*> seen;
  lua_getfenv(L, -1);
  walk(L, "_G", seen, out);
  lua_pop(L, 1);
  walk(L, "chunk", seen, out);
  REQUIRE((*state)->call(0, 3));
  lua_State* co = lua_tothread(L, 3);
  lua_settop(L, 2);
  walk(L, "text", seen, out);
  lua_pop(L, 1);
  lua_pushvalue(co, LUA_GLOBALSINDEX);
  lua_xmove(co, L, 1);
  walk(L, "coroutine<globals>", seen, out);
  lua::push_time(L, Time{1});
  walk(L, "time", seen, out);
  lua::push_value(L, Value(Term{"above", {Value(1)}}));
  walk(L, "term", seen, out);
  const std::string listing = join(out, "\n") + "\n";
  const std::string path = "tests/bindings/lua/reachable.txt";
  if (getenv("INQUEST_APPROVE") != nullptr) REQUIRE(write_file(path, listing));
  auto approved = read_file(path);
  REQUIRE(approved);
  CHECK(*approved == listing);
}

TEST_CASE("a script that prints orders, texts and random numbers gives the same bytes in five processes") {
  const std::string text = R"(
    local out = {}
    local function show(t) for k, v in pairs(t) do out[#out + 1] = tostring(k) .. "=" .. tostring(v) end end
    local t = { 1, 2, 3, x = 1, y = {}, z = print, [1.5] = "half", [true] = false }
    for i = 1, 50 do t["key" .. i * 7 % 50] = i end
    for i = 1, 20 do t[{}] = i; t[function() return i end] = i; t[coroutine.create(print)] = i end
    show(t) show(string) show(_G)
    local k, v = next(t)
    while k ~= nil do out[#out + 1] = tostring(k); k, v = next(t, k) end
    for i = 1, 20 do out[#out + 1] = tostring(math.random()) .. " " .. math.random(100) end
    for i = 1, 200 do local junk = {} for j = 1, 100 do junk["k" .. j] = {} end end
    local late = {}
    for i = 1, 30 do late[{}] = i end
    show(late)
    return table.concat(out, "\n")
  )";
  std::set<std::string> outputs;
  for (int i = 0; i < 5; ++i) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    // exec gives each process its own addresses and hash seeds; fork alone shares them, so the seed of LuaJIT's hashes
    // (made in lua_newstate) and a shifted heap must do.
    const pid_t pid = fork();
    if (pid == 0) {
      void* shift = malloc(static_cast<size_t>(i) * 4'112 + 16);
      const std::string said = state_text(text, {.budget = small(100'000'000, 5)});
      const bool written = write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
      free(shift);
      _exit(written ? 0 : 1);
    }
    close(ends[1]);
    std::string said;
    char buffer[4096];
    for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) said.append(buffer, static_cast<size_t>(n));
    close(ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    CHECK(status == 0);
    INFO(said.substr(0, 300));
    CHECK(said.find("1=1\n2=2\n3=3\n1.5=half\nkey0=") == 0);
    CHECK(said.find("0x") == std::string::npos);
    outputs.insert(said);
  }
  CHECK(outputs.size() == 1);
}

TEST_CASE("instructions are counted the same in every run") {
  const std::string text = "local n = 0 for i = 1, 1e5 do n = n + #tostring(i) end return n";
  CHECK(run_state(text)->spent.instructions == run_state(text)->spent.instructions);
  CHECK(run_state(text)->spent.instructions > 100'000);
}

TEST_CASE("an error names file and line of the script") {
  CHECK(error_of("local x = 1\nerror('broken')") == "try.lua:2: broken");
  CHECK(error_of("\n\nlocal s = string.rep('x', 'y')").rfind("try.lua:3: string.rep: argument 2 `n`", 0) == 0);
  CHECK(error_of("return 1 +").rfind("try.lua:1: ", 0) == 0);
}

TEST_CASE("a chunk name above LuaJIT's limit is shown in full") {
  const std::string name = "a/very/long/path/" + std::string(60, 'x') + "/review.lua";
  auto ended = lua::run_script("error('broken')", name, {});
  REQUIRE(!ended);
  CHECK(ended.error().where == name + ":1");
}

TEST_CASE("an unknown name is an error with the nearest name") {
  CHECK(error_of("return prit").find("did you mean `print`?") != std::string::npos);
  CHECK(error_of("return os.time()").find("`os` does not exist here") != std::string::npos);
}

TEST_CASE("globals can be set where the REPL allows it, and only there") {
  CHECK(error_of("x = 1").find("write `local x`") != std::string::npos);
  CHECK(state_text("x = 1 return x", {.globals_writable = true}) == "1");
  CHECK(error_of("string.rep = 1", {.globals_writable = true}).find("`string` is frozen") != std::string::npos);
}

TEST_CASE("a stop holds until the allowance is refilled") {
  auto state = lua::State::open({.budget = small(100'000)}).value().release();
  const std::unique_ptr<lua::State> owner(state);
  REQUIRE(state->load("while true do end", "try.lua"));
  const auto first = state->call(0, 0);
  REQUIRE(!first);
  CHECK(first.error().cause == "script_instructions");
  CHECK(first.error().where == "try.lua:1");
  REQUIRE(state->load("return 7", "more.lua"));
  CHECK(state->call(0, 1).error().cause == "script_instructions");
  state->refill();
  REQUIRE(state->load("return 7", "more.lua"));
  REQUIRE(state->call(0, 1));
  CHECK(lua_tonumber(state->get(), -1) == 7);
}

TEST_CASE("a cancelled script ends with script_cancelled") {
  std::atomic<bool> cancel{true};
  auto ended = run_state("while true do end", {.cancel = &cancel});
  REQUIRE(!ended);
  CHECK(ended.error().cause == "script_cancelled");
}

TEST_CASE("what handles hold in C++ counts against the memory of the run") {
  auto state = lua::State::open({});
  REQUIRE(state);
  lua_State* L = (*state)->get();
  lua::charge(L, size_t{200} << 20);
  CHECK_THROWS_AS(lua::charge(L, size_t{100} << 20), lua::Stopped);
  CHECK((*state)->stopped() == lua::Cause::memory);
  (*state)->refill();
  lua::discharge(L, size_t{200} << 20);
  CHECK_NOTHROW(lua::charge(L, size_t{100} << 20));
}

TEST_CASE("garbage alone does not reach the memory limit") {
  lua::Budget budget = small(50'000'000, 60);  // how long it takes is the machine's affair
  budget.memory = size_t{16} << 20;
  CHECK(state_text("local n = 0 for i = 1, 3000 do local s = ('x'):rep(1e6 + i) n = n + 1 end return n", {.budget = budget}) ==
        "3000");
  CHECK(state_text("local n = 0 for i = 1, 1e6 do local t = { i, {}, tostring(i) } n = n + 1 end return n",
                {.budget = budget}) == "1000000");
}

TEST_CASE("modules come from the list, once each, and never from a path") {
  lua::Options options;
  options.modules = {{"a", "lib/a.lua", "return { n = math.random() }"}, {"b", "lib/b.lua", "return require 'b'"},
                     {"c", "lib/c.lua", "error('broken')"}};
  CHECK(state_text("return require('a') == require('a')", options) == "true");
  CHECK(error_of("return require('b')", options).find("`b` requires itself") != std::string::npos);
  CHECK(error_of("return require('c')", options).rfind("lib/c.lua:1: broken", 0) == 0);
  CHECK(error_of("return require('aa')", options).find("no module `aa`") != std::string::npos);
  CHECK(state_text("return coroutine.wrap(function() return require('a').n end)() == require('a').n", options) == "true");
}

TEST_CASE("print reaches the host line by line, with the texts that tostring gives") {
  std::vector<std::string> lines;
  lua::Options options;
  options.print = [&](std::string_view line) { lines.emplace_back(line); };
  REQUIRE(run_state("print(1, 'a', nil, {}) print() print(1/0, -1/0, 0.1)", options));
  CHECK(lines == std::vector<std::string>{"1\ta\tnil\ttable#1", "", "inf\t-inf\t0.1"});
}

TEST_CASE("coroutines yield across pcall and xpcall") {
  CHECK(state_text(R"(
    local co = coroutine.wrap(function()
      local ok, v = pcall(function() return coroutine.yield(1) end)
      local ok2, v2 = xpcall(function() return coroutine.yield(v) + nil end, function(e) return "handled" end)
      return v2
    end)
    return co(), co(2), co(3))") == "1\t2\thandled");
}

TEST_CASE("patterns give what Lua gives") {
  CHECK(state_text("return ('hello world'):find('o w')") == "5\t7");
  CHECK(state_text("return ('hello world'):match('^(%w+) (%w+)$')") == "hello\tworld");
  CHECK(state_text("return ('key = value'):match('()=()')") == "5\t6");
  CHECK(state_text("return ('THE (quick) fox'):find('%((%a+)%)')") == "5\t11\tquick");
  CHECK(state_text("return ('hello'):gsub('l', { l = 'L' })") == "heLLo\t2");
  CHECK(state_text("return ('abc'):gsub('', '-')") == "-a-b-c-\t4");
  CHECK(state_text("return ('abc'):gsub('%w', '%0%0', 2)") == "aabbc\t2");
  CHECK(state_text("return ('x(a(b)c)y'):match('%b()')") == "(a(b)c)");
  CHECK(state_text("return ('THE (quick) fox'):gsub('%f[%a]%a+', string.lower)") == "the (quick) fox\t3");
  CHECK(state_text("local n = 0 for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do n = n + v end return n") == "3");
  CHECK(state_text("return ('a.b'):find('.', 1, true), ('abc'):find('b', -1), ('abc'):find('', 10)") == "2\tnil\t4\t3");
  CHECK(state_text("return ('[x]'):match('[]x[]+'), ('a-z'):match('[a%-z]+'), ('^'):match('[%^x]')") == "[x]\ta-z\t^");
  CHECK(state_text("return ('aaa'):match('^(a-)$'), ('aba'):match('(a)b%1'), ('x'):rep(3, ',')") == "aaa\ta\tx,x,x");
}

TEST_CASE("string.format gives what C gives for numbers and quotes texts") {
  CHECK(state_text("return ('%5.1f|%-5d|%05d|%+d|%x|%e'):format(3.14159, 42, 42, 7, 255, 12345.678)") ==
        "  3.1|42   |00042|+7|ff|1.234568e+04");
  CHECK(state_text("return ('%q'):format('a\\n\"b\\0')") == "\"a\\n\\\"b\\000\"");
  CHECK(state_text("return ('%5s|%-5s|%.2s|%c%%'):format('ab', 'ab', 'abc', 65)") == "   ab|ab   |ab|A%");
}

TEST_CASE("table functions keep their meaning") {
  CHECK(state_text("local t = {1,2,3} table.insert(t, 2, 9) table.insert(t, 8) return table.concat(t, ',')") == "1,9,2,3,8");
  CHECK(state_text("local t = {1,2,3} return table.remove(t, 1), table.remove(t), #t, table.remove({})") == "1\t3\t1");
  CHECK(state_text("local t = {5,2,8,1,9,3} table.sort(t, function(a, b) return a > b end) return table.concat(t, ' ')") ==
        "9 8 5 3 2 1");
}
