// Values between C++ and Lua: lists, maps, and the userdata for time, duration, integers beyond 2^53 and terms.
// SPDX-License-Identifier: Apache-2.0
// Longer than 400 lines: both directions of one conversion, and the metatable they share.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <new>

#include "bindings/lua/context.h"
#include "bindings/lua/handle.h"
#include "runtime/base/text.h"

namespace inquest::lua {
namespace {

constexpr int64_t exact = int64_t{1} << 53;

enum class Kind { time, duration, integer };
struct Scalar {
  Kind kind;
  int64_t value;
};
const char* const kind_names[] = {"time", "duration", "integer"};

const char& kind_key(Kind kind) {
  return kind == Kind::time ? keys.time : kind == Kind::duration ? keys.duration : keys.integer;
}

const Scalar* scalar_at(lua_State* L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || lua_getmetatable(L, index) == 0) return nullptr;
  lua_pushlightuserdata(L, key(keys.integer));
  lua_rawget(L, -2);
  const bool scalar = lua_toboolean(L, -1) != 0;
  lua_pop(L, 2);
  return scalar ? static_cast<const Scalar*>(lua_touserdata(L, index)) : nullptr;
}

void push_scalar(lua_State* L, Kind kind, int64_t value) {
  luaL_checkstack(L, 4, nullptr);
  new (lua_newuserdata(L, sizeof(Scalar))) Scalar{kind, value};
  lua_pushlightuserdata(L, key(kind_key(kind)));
  lua_rawget(L, LUA_REGISTRYINDEX);
  lua_setmetatable(L, -2);
}

// An operand: a scalar, or a number (whole ones count as integers).
struct Operand {
  const Scalar* scalar = nullptr;
  double number = 0;
  std::optional<int64_t> whole;
  bool is(Kind kind) const { return scalar != nullptr && scalar->kind == kind; }
  bool plain() const { return scalar == nullptr || scalar->kind == Kind::integer; }
};

Operand operand(lua_State* L, int index, const char* operation) {
  Operand operand;
  operand.scalar = scalar_at(L, index);
  if (operand.scalar != nullptr) {
    operand.number = static_cast<double>(operand.scalar->value);
    operand.whole = operand.scalar->value;
  } else if (lua_type(L, index) == LUA_TNUMBER) {
    operand.number = lua_tonumber(L, index);
    operand.whole = to_integer(L, index);
  } else {
    fail(fmt::format("cannot calculate {} {} {}", kind_of(L, 1), operation, kind_of(L, 2)));
  }
  return operand;
}

[[noreturn]] void no_sense(lua_State* L, const char* operation) {
  fail(fmt::format("{} {} {} makes no sense", kind_of(L, 1), operation, kind_of(L, 2)));
}
[[noreturn]] void too_big(const char* operation) {
  fail(fmt::format("`{}` leaves the range of 64-bit integers", operation));
}

int64_t whole(const Operand& a, const char* operation) {
  if (!a.whole) fail(fmt::format("`{}` of an integer needs whole numbers, got {}", operation, shortest(a.number)));
  return *a.whole;
}

int64_t rounded(double value, const char* operation) {
  if (!(std::fabs(value) < 9.2e18)) too_big(operation);
  return std::llround(value);
}

int add(lua_State* L) {
  const Operand a = operand(L, 1, "+"), b = operand(L, 2, "+");
  int64_t sum = 0;
  Kind kind = Kind::integer;
  if ((a.is(Kind::time) && b.is(Kind::duration)) || (a.is(Kind::duration) && b.is(Kind::time))) kind = Kind::time;
  else if (a.is(Kind::duration) && b.is(Kind::duration)) kind = Kind::duration;
  else if (!a.plain() || !b.plain()) no_sense(L, "+");
  if (__builtin_add_overflow(whole(a, "+"), whole(b, "+"), &sum)) too_big("+");
  kind == Kind::integer ? push_integer(L, sum) : push_scalar(L, kind, sum);
  return 1;
}

int subtract(lua_State* L) {
  const Operand a = operand(L, 1, "-"), b = operand(L, 2, "-");
  int64_t difference = 0;
  Kind kind = Kind::integer;
  if (a.is(Kind::time) && b.is(Kind::time)) kind = Kind::duration;
  else if (a.is(Kind::time) && b.is(Kind::duration)) kind = Kind::time;
  else if (a.is(Kind::duration) && b.is(Kind::duration)) kind = Kind::duration;
  else if (!a.plain() || !b.plain()) no_sense(L, "-");
  if (__builtin_sub_overflow(whole(a, "-"), whole(b, "-"), &difference)) too_big("-");
  kind == Kind::integer ? push_integer(L, difference) : push_scalar(L, kind, difference);
  return 1;
}

int multiply(lua_State* L) {
  const Operand a = operand(L, 1, "*"), b = operand(L, 2, "*");
  if (a.is(Kind::time) || b.is(Kind::time) || (a.is(Kind::duration) && b.is(Kind::duration))) no_sense(L, "*");
  const Kind kind = a.is(Kind::duration) || b.is(Kind::duration) ? Kind::duration : Kind::integer;
  int64_t product = 0;
  if (a.whole && b.whole) {
    if (__builtin_mul_overflow(*a.whole, *b.whole, &product)) too_big("*");
  } else if (kind == Kind::duration) {
    product = rounded(a.number * b.number, "*");
  } else {
    whole(a, "*"), whole(b, "*");
  }
  kind == Kind::integer ? push_integer(L, product) : push_scalar(L, kind, product);
  return 1;
}

int divide(lua_State* L) {
  const Operand a = operand(L, 1, "/"), b = operand(L, 2, "/");
  if (a.is(Kind::duration) && b.plain()) {
    push_scalar(L, Kind::duration, rounded(a.number / b.number, "/"));
  } else if ((a.is(Kind::duration) && b.is(Kind::duration)) || (a.plain() && b.plain())) {
    lua_pushnumber(L, a.number / b.number);
  } else {
    no_sense(L, "/");
  }
  return 1;
}

int negate(lua_State* L) {
  const Operand a = operand(L, 1, "-");
  int64_t negative = 0;
  if (a.is(Kind::time)) fail("a time has no negative");
  if (__builtin_sub_overflow(int64_t{0}, whole(a, "-"), &negative)) too_big("-");
  a.is(Kind::duration) ? push_scalar(L, Kind::duration, negative) : push_integer(L, negative);
  return 1;
}

// -1, 0, 1; fails when the kinds do not compare.
int compare(lua_State* L) {
  const Operand a = operand(L, 1, "<"), b = operand(L, 2, "<");
  if (a.plain() && b.plain()) {
    if (a.whole && b.whole) return *a.whole < *b.whole ? -1 : *a.whole > *b.whole ? 1 : 0;
    return a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
  }
  if (a.scalar == nullptr || b.scalar == nullptr || a.scalar->kind != b.scalar->kind)
    fail(fmt::format("cannot compare {} with {}", kind_of(L, 1), kind_of(L, 2)));
  return a.scalar->value < b.scalar->value ? -1 : a.scalar->value > b.scalar->value ? 1 : 0;
}
int less(lua_State* L) { return lua_pushboolean(L, compare(L) < 0 ? 1 : 0), 1; }
int less_equal(lua_State* L) { return lua_pushboolean(L, compare(L) <= 0 ? 1 : 0), 1; }
int equal(lua_State* L) {
  const Scalar* a = scalar_at(L, 1);
  const Scalar* b = scalar_at(L, 2);
  lua_pushboolean(L, a != nullptr && b != nullptr && a->kind == b->kind && a->value == b->value ? 1 : 0);
  return 1;
}

std::string scalar_text(const Scalar& scalar) {
  if (scalar.kind == Kind::time) return print_time(Time{scalar.value});
  if (scalar.kind == Kind::duration) return print_duration(Duration{scalar.value});
  return std::to_string(scalar.value);
}
int text(lua_State* L) {
  const Scalar* scalar = scalar_at(L, 1);
  if (scalar == nullptr) fail("not a time, duration or integer");
  const std::string shown = scalar_text(*scalar);
  lua_pushlstring(L, shown.data(), shown.size());
  return 1;
}
int concat(lua_State* L) {
  push_text(L, 1);
  push_text(L, 2);
  lua_concat(L, 2);
  return 1;
}
int index_scalar(lua_State* L) {
  const Scalar* scalar = scalar_at(L, 1);
  const std::string name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : kind_of(L, 2);
  if (scalar != nullptr && scalar->kind == Kind::duration && name == "seconds") {
    lua_pushnumber(L, static_cast<double>(scalar->value) / 1e9);
    return 1;
  }
  fail(fmt::format("a {} has no field `{}`{}", scalar != nullptr ? kind_names[static_cast<int>(scalar->kind)] : "handle",
                   printable(name, 80), scalar != nullptr && scalar->kind == Kind::duration ? "; known: seconds" : ""));
}
int write_scalar(lua_State* L) { fail(fmt::format("a {} cannot be changed", kind_of(L, 1))); }

const HandleKind& term_kind();

int term_index(lua_State* L) {
  const Args args(L, "term");
  const auto term = handle<Term>(L, 1, term_kind(), "term");
  const std::string_view name = args.text(2, "field");
  if (name == "word") lua_pushlstring(L, term->word.data(), term->word.size());
  else if (name == "args") push_value(L, Value(term->args));
  else if (name == "fields") push_value(L, Value(term->fields));
  else fail(fmt::format("a term has no field `{}`; known: word, args, fields", printable(name, 80)));
  return 1;
}
int term_text(lua_State* L) {
  const std::string shown = print_value(Value(*handle<Term>(L, 1, term_kind(), "tostring")));
  lua_pushlstring(L, shown.data(), shown.size());
  return 1;
}
const HandleKind& term_kind() {
  static const HandleKind kind = {"term", nullptr, guarded<term_index>, nullptr, guarded<term_text>, nullptr};
  return kind;
}

void push_deep(lua_State* L, const Value& value, int depth) {
  if (depth > budget_of(L).depth) fail(fmt::format("a value nested more than {} deep", budget_of(L).depth));
  if (lua_checkstack(L, 6) == 0) fail("too many values at once");
  const int inner = depth + 1;
  if (value.null()) {
    depth == 0 ? lua_pushnil(L) : push_null(L);
  } else if (const bool* flag = value.get<bool>()) {
    lua_pushboolean(L, *flag ? 1 : 0);
  } else if (const int64_t* integer = value.get<int64_t>()) {
    push_integer(L, *integer);
  } else if (const double* number = value.get<double>()) {
    lua_pushnumber(L, *number);
  } else if (const Time* time = value.get<Time>()) {
    push_time(L, *time);
  } else if (const Duration* duration = value.get<Duration>()) {
    push_duration(L, *duration);
  } else if (const std::string* shown = value.get<std::string>()) {
    lua_pushlstring(L, shown->data(), shown->size());
  } else if (const List* list = value.get<List>()) {
    lua_createtable(L, static_cast<int>(list->size()), 0);
    for (size_t i = 0; i < list->size(); ++i) {
      push_deep(L, (*list)[i], inner);
      lua_rawseti(L, -2, static_cast<int>(i + 1));
    }
  } else if (const Map* map = value.get<Map>()) {
    lua_createtable(L, 0, static_cast<int>(map->size()));
    for (const auto& [name, field] : *map) {
      lua_pushlstring(L, name.data(), name.size());
      push_deep(L, field, inner);
      lua_rawset(L, -3);
    }
  } else if (const Term* term = value.get<Term>()) {
    push_handle<Term>(L, term_kind(), std::make_shared<const Term>(*term));
  }
}

// Reads with a path ("value.rows[3]") for errors and the tables above for cycles.
class Reader final {
 public:
  Reader(lua_State* L, std::string path) : L_(L), path_(std::move(path)) {}

  Value read(int index) {
    if (path_above_.size() > static_cast<size_t>(budget_of(L_).depth))
      fail(fmt::format("{} is nested more than {} deep", path_, budget_of(L_).depth));
    if (lua_checkstack(L_, 8) == 0) fail(path_ + ": too many values at once");
    switch (lua_type(L_, index)) {
      case LUA_TNIL: case LUA_TNONE: return {};
      case LUA_TLIGHTUSERDATA: return {};
      case LUA_TBOOLEAN: return Value(lua_toboolean(L_, index) != 0);
      case LUA_TNUMBER:
        if (const auto integer = to_integer(L_, index)) return Value(*integer);
        return Value(lua_tonumber(L_, index));
      case LUA_TSTRING: {
        size_t size = 0;
        const char* data = lua_tolstring(L_, index, &size);
        return Value(std::string(data, size));
      }
      case LUA_TTABLE: return table(index);
      case LUA_TUSERDATA:
        if (const auto time = to_time(L_, index)) return Value(*time);
        if (const auto duration = to_duration(L_, index)) return Value(*duration);
        if (const auto integer = to_integer(L_, index)) return Value(*integer);
        if (is_handle(L_, index, term_kind())) return Value(*handle<Term>(L_, index, term_kind(), path_.c_str()));
        break;
      default: break;
    }
    fail(fmt::format("{} is a {}, which is no value", path_, kind_of(L_, index)));
  }

 private:
  Value table(int index) {
    const void* self = lua_topointer(L_, index);
    for (const void* above : path_above_) {
      if (above == self) fail(path_ + " contains itself");
    }
    path_above_.push_back(self);
    const size_t length = path_.size();
    List list;
    Map map;
    double largest = 0;
    each_pair(L_, index, [&] {
      if (++read_ % 1000 == 0) spend(L_, 100);
      if (lua_type(L_, -2) == LUA_TNUMBER) {
        const double at = lua_tonumber(L_, -2);
        if (at != static_cast<double>(list.size() + 1))
          fail(fmt::format("{} has a hole: element {} is missing", path_, list.size() + 1));
        path_ += fmt::format("[{}]", list.size() + 1);
        list.push_back(read(lua_gettop(L_)));
        largest = at;
      } else if (lua_type(L_, -2) == LUA_TSTRING) {
        size_t size = 0;
        const char* name = lua_tolstring(L_, -2, &size);
        path_ += "." + printable({name, size}, 60);
        std::string field(name, size);
        map.emplace_back(std::move(field), read(lua_gettop(L_)));
      } else {
        fail(fmt::format("{} has a {} as key; keys are 1..n or texts", path_, kind_of(L_, -2)));
      }
      path_.resize(length);
      if (!list.empty() && !map.empty())
        fail(fmt::format("{} has both elements and named fields (`{}`)", path_, printable(map.front().first, 60)));
      return true;
    });
    path_above_.pop_back();
    if (!map.empty()) return Value(std::move(map));
    return Value(std::move(list));
  }

  lua_State* L_;
  std::string path_;
  std::vector<const void*> path_above_;
  size_t read_ = 0;
};

}  // namespace

void push_value(lua_State* L, const Value& value) { push_deep(L, value, 0); }

Result<Value> read_value(lua_State* L, int index, const std::string& what) {
  if (index < 0 && index > LUA_REGISTRYINDEX) index = lua_gettop(L) + index + 1;
  const int top = lua_gettop(L);
  try {
    return Reader(L, what).read(index);
  } catch (const Raise& raise) {
    lua_settop(L, top);
    return raise.error;
  }
}

void push_time(lua_State* L, Time time) { push_scalar(L, Kind::time, time.ns); }
void push_duration(lua_State* L, Duration duration) { push_scalar(L, Kind::duration, duration.ns); }
void push_integer(lua_State* L, int64_t value) {
  if (value >= -exact && value <= exact) lua_pushnumber(L, static_cast<double>(value));
  else push_scalar(L, Kind::integer, value);
}
void push_null(lua_State* L) { lua_pushlightuserdata(L, nullptr); }

std::optional<Time> to_time(lua_State* L, int index) {
  const Scalar* scalar = scalar_at(L, index);
  if (scalar == nullptr || scalar->kind != Kind::time) return std::nullopt;
  return Time{scalar->value};
}
std::optional<Duration> to_duration(lua_State* L, int index) {
  const Scalar* scalar = scalar_at(L, index);
  if (scalar == nullptr || scalar->kind != Kind::duration) return std::nullopt;
  return Duration{scalar->value};
}
std::optional<int64_t> to_integer(lua_State* L, int index) {
  if (lua_type(L, index) == LUA_TNUMBER) {
    const double number = lua_tonumber(L, index);
    if (number >= -static_cast<double>(exact) && number <= static_cast<double>(exact) && number == std::floor(number) &&
        !(number == 0 && std::signbit(number)))
      return static_cast<int64_t>(number);
    return std::nullopt;
  }
  const Scalar* scalar = scalar_at(L, index);
  if (scalar == nullptr || scalar->kind != Kind::integer) return std::nullopt;
  return scalar->value;
}
bool is_null(lua_State* L, int index) {
  return lua_isnoneornil(L, index) || (lua_type(L, index) == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == nullptr);
}

void open_values(lua_State* L) {
  const Entry entries[] = {
      {"__add", guarded<add>},   {"__sub", guarded<subtract>}, {"__mul", guarded<multiply>}, {"__div", guarded<divide>},
      {"__unm", guarded<negate>}, {"__eq", guarded<equal>},     {"__lt", guarded<less>},      {"__le", guarded<less_equal>},
      {"__tostring", guarded<text>}, {"__concat", guarded<concat>}, {"__index", guarded<index_scalar>},
      {"__newindex", guarded<write_scalar>}, {nullptr, nullptr}};
  // One metatable for all: Lua 5.1 calls __lt and __le only where both sides have the same function.
  lua_newtable(L);
  set_functions(L, entries);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushlightuserdata(L, key(keys.integer));
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  for (const Kind kind : {Kind::time, Kind::duration, Kind::integer}) {
    lua_pushlightuserdata(L, key(kind_key(kind)));
    lua_pushvalue(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);
  }
  lua_pop(L, 1);
  define_handle(L, term_kind());
}

}  // namespace inquest::lua
