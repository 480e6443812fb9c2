// The string library: what LuaJIT does well is kept, rep and format are checked; patterns are in patterns.cpp.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "bindings/lua/context.h"

namespace inquest::lua {
namespace {

// (text, n, between); upvalue 1 is LuaJIT's own. Its product of lengths wraps at 2^31.
int rep(lua_State* L) {
  const Args args(L, "string.rep");
  if (lua_type(L, 1) == LUA_TNUMBER) lua_tolstring(L, 1, nullptr);
  const std::string_view text = args.text(1, "text");
  const int64_t times = args.integer(2, "n", -2147483648LL, 2147483647LL);
  const std::string_view between = args.given(3) ? args.text(3, "between") : std::string_view{};
  args.end(3);
  if (times > 0) {
    const auto n = static_cast<unsigned __int128>(times);
    const unsigned __int128 total = n * text.size() + (n - 1) * between.size();
    if (total > budget_of(L).memory) {
      stop(context_of(L), Cause::memory);
      throw Stopped{};
    }
    const auto bytes = static_cast<size_t>(total);
    charge(L, bytes);                    // collects garbage when this would not fit
    discharge(L, bytes);
    spend(L, bytes / 256);
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

struct Directive {
  std::string flags;      // without '%'
  int width = -1, precision = -1;
  char conversion = 0;
  bool left() const { return flags.find('-') != std::string::npos; }
  std::string spec(const char* length) const {
    std::string spec = "%" + flags;
    if (width >= 0) spec += std::to_string(width);
    if (precision >= 0) spec += "." + std::to_string(precision);
    return spec + length + conversion;
  }
};

int two_digits(std::string_view format, size_t& at) {
  int value = 0;
  for (int digits = 0; at < format.size() && format[at] >= '0' && format[at] <= '9'; ++at) {
    if (++digits > 2) fail("string.format: argument 1 `format` has a width or precision above 99");
    value = value * 10 + (format[at] - '0');
  }
  return value;
}

Directive directive(std::string_view format, size_t& at) {
  Directive d;
  while (at < format.size() && std::memchr("-+ #0", format[at], 5) != nullptr) {
    if (d.flags.size() == 5) fail("string.format: argument 1 `format` has repeated flags");
    d.flags += format[at++];
  }
  if (at < format.size() && format[at] >= '0' && format[at] <= '9') d.width = two_digits(format, at);
  if (at < format.size() && format[at] == '.') {
    ++at;
    d.precision = two_digits(format, at);
  }
  if (at >= format.size()) fail("string.format: argument 1 `format` ends after `%`");
  d.conversion = format[at++];
  return d;
}

void padded(Builder& out, const Directive& d, std::string_view text) {
  if (d.precision >= 0) text = text.substr(0, static_cast<size_t>(d.precision));
  const size_t width = d.width > 0 ? static_cast<size_t>(d.width) : 0;
  const size_t blanks = width > text.size() ? width - text.size() : 0;
  if (!d.left()) out.add(blanks, ' ');
  out.add(text);
  if (d.left()) out.add(blanks, ' ');
}

void quoted(Builder& out, std::string_view text) {
  out.add("\"");
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out.add(std::string{'\\', c});
    else if (c == '\n') out.add("\\n");
    else if (byte < 0x20 || byte == 0x7f) out.add(fmt::format("\\{:03d}", byte));
    else out.add(1, c);
  }
  out.add("\"");
}

int64_t whole(lua_State* L, const Args& args, int i) {
  if (lua_type(L, i) == LUA_TSTRING && lua_isnumber(L, i) != 0) {
    lua_pushnumber(L, lua_tonumber(L, i));
    lua_replace(L, i);
  }
  return args.integer(i, "value");
}

void number(Builder& out, const Directive& d, double value) {
  char buffer[512];
  if (std::isnan(value)) {
    padded(out, Directive{d.flags, d.width, -1, 's'}, "nan");
    return;
  }
  const int size = std::snprintf(buffer, sizeof buffer, d.spec("").c_str(), value);
  out.add({buffer, static_cast<size_t>(size)});
}

int format(lua_State* L) {
  const Args args(L, "string.format");
  if (lua_type(L, 1) == LUA_TNUMBER) lua_tolstring(L, 1, nullptr);
  const std::string_view text = args.text(1, "format");
  Builder out(L);
  int argument = 1;
  size_t at = 0;
  char buffer[256];
  while (at < text.size()) {
    const size_t percent = std::min(text.find('%', at), text.size());
    out.add(text.substr(at, percent - at));
    if (percent == text.size()) break;
    at = percent + 1;
    if (at < text.size() && text[at] == '%') {
      out.add("%");
      ++at;
      continue;
    }
    const Directive d = directive(text, at);
    ++argument;
    if (argument > args.count()) args.expected(argument, "value", "given for the directive");
    if (argument % 64 == 0) spend(L, 64);
    switch (d.conversion) {
      case 'c': {
        const char c = static_cast<char>(args.integer(argument, "value", 0, 255));
        padded(out, Directive{d.flags, d.width, -1, 's'}, {&c, 1});
        break;
      }
      case 'd': case 'i': {
        const int size = std::snprintf(buffer, sizeof buffer, d.spec("l").c_str(), static_cast<long>(whole(L, args, argument)));
        out.add({buffer, static_cast<size_t>(size)});
        break;
      }
      case 'o': case 'u': case 'x': case 'X': {
        const int size = std::snprintf(buffer, sizeof buffer, d.spec("l").c_str(),
                                       static_cast<unsigned long>(whole(L, args, argument)));
        out.add({buffer, static_cast<size_t>(size)});
        break;
      }
      case 'a': case 'A': case 'e': case 'E': case 'f': case 'g': case 'G':
        if (lua_type(L, argument) == LUA_TSTRING && lua_isnumber(L, argument) != 0)
          number(out, d, lua_tonumber(L, argument));
        else
          number(out, d, args.number(argument, "value"));
        break;
      case 'q':
        if (lua_type(L, argument) == LUA_TNUMBER) lua_tolstring(L, argument, nullptr);
        quoted(out, args.text(argument, "value"));
        break;
      case 's': case 'p': {
        if (d.conversion == 's') push_text(L, argument);
        else push_identity(L, argument);
        size_t size = 0;
        const char* data = lua_tolstring(L, -1, &size);
        padded(out, d, {data, size});
        lua_pop(L, 1);
        break;
      }
      default:
        fail(fmt::format("string.format: argument 1 `format` has the unknown directive `%{}`",
                         d.conversion >= ' ' && d.conversion < 0x7f ? std::string(1, d.conversion) : "?"));
    }
  }
  spend(L, 10 + out.size() / 64);
  out.push();
  return 1;
}

}  // namespace

void open_strings(lua_State* L) {
  const int original = lua_gettop(L);
  lua_newtable(L);
  for (const char* name : {"byte", "char", "len", "lower", "reverse", "sub", "upper"}) {
    lua_getfield(L, original, name);
    lua_setfield(L, -2, name);
  }
  lua_getfield(L, original, "rep");
  lua_pushcclosure(L, guarded<rep>, 1);
  lua_setfield(L, -2, "rep");
  const Entry entries[] = {{"format", guarded<format>}, {nullptr, nullptr}};
  set_functions(L, entries);
  open_patterns(L);
  lua_remove(L, original);
}

}  // namespace inquest::lua
