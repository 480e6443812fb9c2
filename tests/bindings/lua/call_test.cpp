// Guarded calls, arguments, values in both directions, and handles that die with their scope.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/lua/call.h"

#include <catch2/catch.hpp>
#include <limits>
#include <stdexcept>

#include "bindings/lua/handle.h"
#include "bindings/lua/run.h"

using namespace inquest;

namespace {

int alive = 0;
struct Counted {
  Counted() { ++alive; }
  ~Counted() { --alive; }
};

int throws_standard(lua_State*) { throw std::runtime_error("from C++"); }
int throws_error(lua_State*) { lua::fail(Error{Code::refused, "no credentials", "", "give some", ""}); }
int raises_lua(lua_State* L) {
  const Counted counted;
  return luaL_error(L, "from Lua");
}
int calls_back(lua_State* L) {
  const Counted counted;
  lua_call(L, 0, 0);
  return 0;
}
int slope(lua_State* L) {
  const lua::Args args(L, "slope");
  const double window = args.number(1, "window", 0, 10);
  const int64_t by = args.given(2) ? args.integer(2, "by", 1, 3) : 1;
  args.end(2);
  lua_pushnumber(L, window * static_cast<double>(by));
  return 1;
}
int back(lua_State* L) {
  const lua::Args args(L, "back");
  lua::push_value(L, args.value(1, "value"));
  return 1;
}

struct Thing {
  int size = 3;
  ~Thing() { ++died; }
  static int died;
};
int Thing::died = 0;
extern const lua::HandleKind thing_kind;
int thing_size(lua_State* L) {
  lua_pushinteger(L, lua::handle<Thing>(L, 1, thing_kind, "thing.size")->size);
  return 1;
}
const lua::Entry thing_methods[] = {{"size", lua::guarded<thing_size>}, {nullptr, nullptr}};
const lua::HandleKind thing_kind = {"thing", thing_methods};

Status setup(lua_State* L) {
  const lua::Entry entries[] = {{"throws_standard", lua::guarded<throws_standard>},
                                {"throws_error", lua::guarded<throws_error>},
                                {"raises_lua", lua::guarded<raises_lua>},
                                {"calls_back", lua::guarded<calls_back>},
                                {"slope", lua::guarded<slope>},
                                {"back", lua::guarded<back>},
                                {nullptr, nullptr}};
  for (const lua::Entry* entry = entries; entry->name != nullptr; ++entry) {
    lua_pushcfunction(L, entry->function);
    lua::define(L, entry->name);
  }
  lua::define_handle(L, thing_kind);
  lua::push_time(L, Time{1'700'000'000 * ns_per_s});
  lua::define(L, "noon");
  lua::push_duration(L, Duration{90 * ns_per_s});
  lua::define(L, "span");
  lua::push_integer(L, std::numeric_limits<int64_t>::max());
  lua::define(L, "big");
  return {};
}

Result<lua::Ended> run_text(const std::string& text) { return lua::run_script(text, "try.lua", {.setup = setup}); }
std::string text_of(const std::string& text) {
  auto ended = run_text(text);
  return ended ? ended->text : ended.error().print();
}
bool says(const std::string& text, const std::string& part) {
  const std::string said = text_of(text);
  INFO(said);
  CHECK(said.find(part) != std::string::npos);
  return said.find(part) != std::string::npos;
}

Value round_trip(const Value& value) {
  auto state = lua::State::open({}).value().release();
  const std::unique_ptr<lua::State> owner(state);
  lua::push_value(state->get(), value);
  auto read = lua::read_value(state->get(), -1);
  REQUIRE(read);
  return *read;
}

}  // namespace

TEST_CASE("a C++ exception becomes a Lua error that pcall catches") {
  CHECK(says("local ok, e = pcall(throws_standard) return e", "a host function failed: from C++"));
}

TEST_CASE("an Error raised by a host function comes back from the call as it was") {
  auto ended = run_text("local x = throws_error()");
  REQUIRE(!ended);
  CHECK(ended.error().code == Code::refused);
  CHECK(ended.error().cure == "give some");
  CHECK(ended.error().where == "try.lua:1");
}

TEST_CASE("Lua errors and stops that pass through C++ frames run their destructors") {
  alive = 0;
  text_of("pcall(raises_lua) pcall(calls_back, error) pcall(calls_back, raises_lua)");
  CHECK(alive == 0);
  lua::Options options{.setup = setup};
  options.budget.instructions = 100'000;
  auto ended = lua::run_script("calls_back(function() while true do end end)", "try.lua", options);
  CHECK(ended.error().cause == "script_instructions");
  CHECK(alive == 0);
}

TEST_CASE("a wrong argument is named with its function, its name and what was given") {
  says("local x = slope('a')", "try.lua:1: slope: argument 1 `window` must be a number, got text");
  says("local x = slope(11)", "slope: argument 1 `window` must be within 0 and 10, got 11");
  says("local x = slope(0/0)", "`window` must be within 0 and 10");
  says("local x = slope(1, 1.5)", "slope: argument 2 `by` must be a whole number, got 1.5");
  says("local x = slope(1, 1, 1)", "slope: takes at most 2 arguments, got 3");
  CHECK(text_of("return slope(2, 3)") == "6");
}

TEST_CASE("values survive the way to Lua and back") {
  const int64_t most = std::numeric_limits<int64_t>::max();
  const List values = {Value(true), Value(int64_t{1} << 53), Value((int64_t{1} << 53) + 1), Value(most), Value(-most - 1),
                       Value(0.1), Value(std::numeric_limits<double>::infinity()), Value(-0.0), Value(Time{1}),
                       Value(Duration{-5}), Value("text"), Value(std::string("a\0b", 3)), Value(List{}),
                       Value(List{Value(), Value(1)}), Value(Map{{"a", Value(List{Value("x")})}, {"b", Value()}}),
                       Value(Term{"above", {Value(14.4)}, {{"k", Value(2)}}})};
  for (const Value& value : values) {
    INFO(print_value(value));
    CHECK(round_trip(value) == value);
    CHECK(round_trip(Value(List{value})) == Value(List{value}));
  }
  CHECK(round_trip(Value()).null());
}

TEST_CASE("a map is read in the order of pairs, whatever order it was written in") {
  auto ended = run_text("return { b = 1, a = 2, c = { z = 1, y = 2 } }");
  REQUIRE(ended);
  REQUIRE(ended->value);
  CHECK(*ended->value ==
        Value(Map{{"a", Value(2)}, {"b", Value(1)}, {"c", Value(Map{{"y", Value(2)}, {"z", Value(1)}})}}));
}

TEST_CASE("holes, cycles, depth, mixed keys and functions are refused with their place") {
  says("return back({ 1, nil, 3 })", "argument 1 `value` has a hole: element 2 is missing");
  says("local t = { a = {} } t.a.b = t return back(t)", "`value`.a.b contains itself");
  says("local t = {} for i = 1, 100 do t = { t } end return back(t)", "nested more than 64 deep");
  says("return back({ 1, x = 2 })", "both elements and named fields (`x`)");
  says("return back({ f = print })", "`value`.f is a function, which is no value");
  says("return back({ [true] = 1 })", "has a boolean as key");
  CHECK(text_of("local shared = { 1 } return back({ shared, shared })[2][1]") == "1");
}

TEST_CASE("a value from C++ that is too deep is refused") {
  auto state = lua::State::open({}).value().release();
  const std::unique_ptr<lua::State> owner(state);
  Value deep(1);
  for (int i = 0; i < 100; ++i) deep = Value(List{deep});
  CHECK_THROWS_AS(lua::push_value(state->get(), deep), lua::Raise);
}

TEST_CASE("times, durations and large integers calculate exactly and refuse nonsense") {
  CHECK(text_of("return noon - (noon - span), noon + span > noon, -span") == "1m30s\ttrue\t-1m30s");
  CHECK(text_of("return span * 2, span / 2, span / span, span.seconds, tostring(noon)") ==
        "3m\t45s\t1\t90\t2023-11-14T22:13:20Z");
  CHECK(text_of("return big - 1, big == big - 1 + 1, big - 1 < big, 'n ' .. big") ==
        "9223372036854775806\ttrue\ttrue\tn 9223372036854775807");
  says("local x = big + 1", "leaves the range of 64-bit integers");
  says("local x = noon + noon", "time + time makes no sense");
  says("local x = noon < span", "cannot compare time with duration");
  says("local x = noon + 1", "time + number makes no sense");
  says("noon.x = 1", "a time cannot be changed");
  CHECK(text_of("return noon == span, getmetatable(noon)") == "false\tfalse");
}

TEST_CASE("a handle works in its scope and says so when used later") {
  auto state = lua::State::open({.setup = setup}).value().release();
  const std::unique_ptr<lua::State> owner(state);
  lua_State* L = state->get();
  Thing::died = 0;
  REQUIRE(state->load("local kept = ... return function() return kept:size() end, kept:size(), tostring(kept), "
                      "getmetatable(kept), (pcall(function() kept.x = 1 end))", "a.lua"));
  const size_t before = state->spent().memory;
  {
    lua::Scope scope(L);
    lua::push_handle<Thing>(L, thing_kind, std::make_shared<const Thing>(), scope, 5'000'000);
    CHECK(state->spent().memory > before + 4'900'000);
    REQUIRE(state->call(1, 5));
    CHECK(lua_tonumber(L, -4) == 3);
    CHECK(std::string(lua_tostring(L, -3)) == "thing#1");
    CHECK(lua_toboolean(L, -2) == 0);
    CHECK(lua_toboolean(L, -1) == 0);
    lua_pop(L, 4);
    CHECK(Thing::died == 0);
  }
  CHECK(Thing::died == 1);
  CHECK(state->spent().memory < before + 1'000'000);
  const auto called = state->call(0, 1);
  REQUIRE(!called);
  CHECK(called.error().message == "thing.size: this thing belongs to a call that ended");
}

TEST_CASE("a handle of another kind, or a forged one, is refused") {
  auto state = lua::State::open({.setup = setup}).value().release();
  const std::unique_ptr<lua::State> owner(state);
  lua_State* L = state->get();
  REQUIRE(state->load("local thing = ... local size = thing.size return select(2, pcall(size, {})), "
                      "select(2, pcall(size, noon)), select(2, pcall(function() return thing.siez end))", "a.lua"));
  lua::push_handle<Thing>(L, thing_kind, std::make_shared<const Thing>());
  REQUIRE(state->call(1, 3));
  CHECK(std::string(lua_tostring(L, -3)).find("argument 1 must be a thing, got table") != std::string::npos);
  CHECK(std::string(lua_tostring(L, -2)).find("must be a thing, got time") != std::string::npos);
  CHECK(std::string(lua_tostring(L, -1)).find("a thing has no field `siez`; did you mean `size`?") != std::string::npos);
}
