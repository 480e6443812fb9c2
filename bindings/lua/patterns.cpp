// Lua patterns with every step counted: find, match, gmatch, gsub stop within the budget on any pattern and subject.
// SPDX-License-Identifier: Apache-2.0
// Longer than 400 lines: one matcher, which is read as a whole beside lstrlib.c.
//
// The matcher follows lstrlib.c of Lua 5.1 (MIT licence, © 1994–2012 Lua.org, PUC-Rio), with %f and %g; character
// classes are ASCII. One step of the matcher is one instruction of the allowance.
#include <fmt/format.h>
#include <string.h>

#include <cstring>

#include "bindings/lua/context.h"

namespace inquest::lua {
namespace {

constexpr int most_captures = 32;
constexpr int most_nested = 200;         // recursion of the matcher; a level takes about 150 bytes of stack
constexpr ptrdiff_t unfinished = -1, position = -2;

using Text = const char*;

bool in_class(unsigned char c, char name) {
  const auto alpha = [](unsigned char b) { return (b | 0x20) >= 'a' && (b | 0x20) <= 'z'; };
  const auto digit = [](unsigned char b) { return b >= '0' && b <= '9'; };
  bool in = false;
  switch (name | 0x20) {
    case 'a': in = alpha(c); break;
    case 'c': in = c < 0x20 || c == 0x7f; break;
    case 'd': in = digit(c); break;
    case 'g': in = c > 0x20 && c < 0x7f; break;
    case 'l': in = c >= 'a' && c <= 'z'; break;
    case 'p': in = c > 0x20 && c < 0x7f && !alpha(c) && !digit(c); break;
    case 's': in = c == ' ' || (c >= '\t' && c <= '\r'); break;
    case 'u': in = c >= 'A' && c <= 'Z'; break;
    case 'w': in = alpha(c) || digit(c); break;
    case 'x': in = digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); break;
    case 'z': in = c == 0; break;
    default: return static_cast<unsigned char>(name) == c;
  }
  return name >= 'a' ? in : !in;
}

class Matcher final {
 public:
  Matcher(lua_State* L, std::string_view subject, std::string_view pattern)
      : L_(L), begin_(subject.data()), end_(begin_ + subject.size()), p_end_(pattern.data() + pattern.size()) {}
  ~Matcher() { context_of(L_).instructions += steps_ % 1024; }
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  Text run(Text s, Text p) {
    level_ = 0;
    nested_ = 0;
    return match(s, p);
  }
  int captures() const { return level_; }

  // Pushes all captures, or the whole match when there are none and `whole` is given.
  int push_captures(Text s, Text e) {
    const int count = level_ == 0 && s != nullptr ? 1 : level_;
    luaL_checkstack(L_, count + 1, "too many captures");
    for (int i = 0; i < count; ++i) push_capture(i, s, e);
    return count;
  }

  void push_capture(int i, Text s, Text e) {
    if (i >= level_) {
      if (i != 0) fail("invalid capture index in the pattern or replacement");
      lua_pushlstring(L_, s, static_cast<size_t>(e - s));
      return;
    }
    const ptrdiff_t size = capture_[i].size;
    if (size == unfinished) fail("unfinished capture in the pattern");
    if (size == position) lua_pushinteger(L_, capture_[i].from - begin_ + 1);
    else lua_pushlstring(L_, capture_[i].from, static_cast<size_t>(size));
  }

 private:
  struct Capture {
    Text from;
    ptrdiff_t size;
  };

  void step() {
    if (++steps_ % 1024 == 0) spend(L_, 1024);
  }

  unsigned char byte(Text s) const { return static_cast<unsigned char>(*s); }

  Text class_end(Text p) const {
    if (p == p_end_) fail("malformed pattern (ends too early)");
    const char c = *p++;
    if (c == '%') {
      if (p == p_end_) fail("malformed pattern (ends with `%`)");
      return p + 1;
    }
    if (c == '[') {
      if (p != p_end_ && *p == '^') ++p;
      do {
        if (p == p_end_) fail("malformed pattern (missing `]`)");
        if (*p++ == '%' && p < p_end_) ++p;
      } while (p == p_end_ || *p != ']');
      return p + 1;
    }
    return p;
  }

  // p at '[', e at its ']'.
  bool in_set(unsigned char c, Text p, Text e) {
    bool found = true;
    if (p[1] == '^') {
      found = false;
      ++p;
    }
    while (++p < e) {
      step();
      if (*p == '%') {
        ++p;
        if (in_class(c, *p)) return found;
      } else if (p[1] == '-' && p + 2 < e) {
        p += 2;
        if (byte(p - 2) <= c && c <= byte(p)) return found;
      } else if (byte(p) == c) {
        return found;
      }
    }
    return !found;
  }

  bool single(Text s, Text p, Text e) {
    step();
    if (s >= end_) return false;
    switch (*p) {
      case '.': return true;
      case '%': return in_class(byte(s), p[1]);
      case '[': return in_set(byte(s), p, e - 1);
      default: return *p == *s;
    }
  }

  Text balance(Text s, Text p) {
    if (p_end_ - p < 2) fail("malformed pattern (missing arguments to `%b`)");
    if (s >= end_ || *s != *p) return nullptr;
    const char open = p[0], close = p[1];
    int depth = 1;
    while (++s < end_) {
      step();
      if (*s == close) {
        if (--depth == 0) return s + 1;
      } else if (*s == open) {
        ++depth;
      }
    }
    return nullptr;
  }

  Text most(Text s, Text p, Text e) {
    ptrdiff_t i = 0;
    while (single(s + i, p, e)) ++i;
    for (; i >= 0; --i) {
      if (Text found = match(s + i, e + 1)) return found;
    }
    return nullptr;
  }

  Text least(Text s, Text p, Text e) {
    for (;;) {
      if (Text found = match(s, e + 1)) return found;
      if (!single(s, p, e)) return nullptr;
      ++s;
    }
  }

  Text start_capture(Text s, Text p, ptrdiff_t what) {
    if (level_ >= most_captures) fail("too many captures in the pattern");
    capture_[level_++] = {s, what};
    Text found = match(s, p);
    if (found == nullptr) --level_;
    return found;
  }

  Text end_capture(Text s, Text p) {
    int l = level_ - 1;
    while (l >= 0 && capture_[l].size != unfinished) --l;
    if (l < 0) fail("malformed pattern (unexpected `)`)");
    capture_[l].size = s - capture_[l].from;
    Text found = match(s, p);
    if (found == nullptr) capture_[l].size = unfinished;
    return found;
  }

  Text back_reference(Text s, char which) {
    const int l = which - '1';
    if (l < 0 || l >= level_ || capture_[l].size == unfinished) fail("invalid capture index in the pattern");
    const size_t size = capture_[l].size > 0 ? static_cast<size_t>(capture_[l].size) : 0;
    for (size_t i = 0; i < size; i += 64) step();
    if (static_cast<size_t>(end_ - s) < size || std::memcmp(capture_[l].from, s, size) != 0) return nullptr;
    return s + size;
  }

  Text match(Text s, Text p) {
    if (++nested_ > most_nested) fail("the pattern is too complex");
    Text found = match_here(s, p);
    --nested_;
    return found;
  }

  Text match_here(Text s, Text p) {
    for (;;) {
      step();
      if (p == p_end_) return s;
      switch (*p) {
        case '(':
          if (p + 1 < p_end_ && p[1] == ')') return start_capture(s, p + 2, position);
          return start_capture(s, p + 1, unfinished);
        case ')': return end_capture(s, p + 1);
        case '$':
          if (p + 1 == p_end_) return s == end_ ? s : nullptr;
          break;
        case '%':
          if (p + 1 < p_end_ && p[1] == 'b') {
            s = balance(s, p + 2);
            if (s == nullptr) return nullptr;
            p += 4;
            continue;
          }
          if (p + 1 < p_end_ && p[1] == 'f') {
            p += 2;
            if (p == p_end_ || *p != '[') fail("missing `[` after `%f` in the pattern");
            Text e = class_end(p);
            const unsigned char before = s == begin_ ? 0 : byte(s - 1);
            const unsigned char here = s < end_ ? byte(s) : 0;
            if (in_set(before, p, e - 1) || !in_set(here, p, e - 1)) return nullptr;
            p = e;
            continue;
          }
          if (p + 1 < p_end_ && p[1] >= '0' && p[1] <= '9') {
            s = back_reference(s, p[1]);
            if (s == nullptr) return nullptr;
            p += 2;
            continue;
          }
          break;
        default: break;
      }
      Text e = class_end(p);
      const char after = e < p_end_ ? *e : '\0';
      if (after == '?') {
        if (single(s, p, e)) {
          if (Text found = match(s + 1, e + 1)) return found;
        }
        p = e + 1;
      } else if (after == '*') {
        return most(s, p, e);
      } else if (after == '+') {
        return single(s, p, e) ? most(s + 1, p, e) : nullptr;
      } else if (after == '-') {
        return least(s, p, e);
      } else {
        if (!single(s, p, e)) return nullptr;
        ++s;
        p = e;
      }
    }
  }

  lua_State* L_;
  Text begin_, end_, p_end_;
  int level_ = 0, nested_ = 0;
  uint64_t steps_ = 0;
  Capture capture_[most_captures] = {};
};

std::string_view subject(lua_State* L, const Args& args, int i, const char* name) {
  if (lua_type(L, i) == LUA_TNUMBER) lua_tolstring(L, i, nullptr);
  return args.text(i, name);
}

bool special(std::string_view pattern) { return pattern.find_first_of("^$*+?.([%-") != std::string_view::npos; }

int find_or_match(lua_State* L, const Args& args, bool find) {
  const std::string_view text = subject(L, args, 1, "text"), pattern = subject(L, args, 2, "pattern");
  double from = args.given(3) ? args.number(3, "from") : 1;
  if (from < 0) from += static_cast<double>(text.size()) + 1;
  if (!(from >= 1)) from = 1;
  const size_t start = from > static_cast<double>(text.size()) ? text.size() : static_cast<size_t>(from) - 1;
  if (find && (lua_toboolean(L, 4) != 0 || !special(pattern))) {
    spend(L, (text.size() - start) / 64);
    const void* at = memmem(text.data() + start, text.size() - start, pattern.data(), pattern.size());
    if (at == nullptr) {
      lua_pushnil(L);
      return 1;
    }
    const ptrdiff_t place = static_cast<const char*>(at) - text.data();
    lua_pushnumber(L, static_cast<double>(place + 1));
    lua_pushnumber(L, static_cast<double>(place + static_cast<ptrdiff_t>(pattern.size())));
    return 2;
  }
  Matcher matcher(L, text, pattern);
  Text p = pattern.data();
  const bool anchored = !pattern.empty() && *p == '^';
  if (anchored) ++p;
  for (Text s = text.data() + start;; ++s) {
    if (Text e = matcher.run(s, p)) {
      if (!find) return matcher.push_captures(s, e);
      lua_pushnumber(L, static_cast<double>(s - text.data() + 1));
      lua_pushnumber(L, static_cast<double>(e - text.data()));
      return matcher.push_captures(nullptr, nullptr) + 2;
    }
    if (anchored || s >= text.data() + text.size()) break;
  }
  lua_pushnil(L);
  return 1;
}

int find(lua_State* L) { return find_or_match(L, Args(L, "string.find"), true); }
int match(lua_State* L) { return find_or_match(L, Args(L, "string.match"), false); }

// Upvalues: 1 text, 2 pattern, 3 where to go on.
int gmatch_next(lua_State* L) {
  size_t size = 0, pattern_size = 0;
  const char* text = lua_tolstring(L, lua_upvalueindex(1), &size);
  const char* pattern = lua_tolstring(L, lua_upvalueindex(2), &pattern_size);
  Matcher matcher(L, {text, size}, {pattern, pattern_size});
  for (auto at = static_cast<size_t>(lua_tonumber(L, lua_upvalueindex(3))); at <= size; ++at) {
    Text e = matcher.run(text + at, pattern);
    if (e == nullptr) continue;
    const size_t place = static_cast<size_t>(e - text);
    lua_pushnumber(L, static_cast<double>(place == at ? place + 1 : place));
    lua_replace(L, lua_upvalueindex(3));
    return matcher.push_captures(text + at, e);
  }
  lua_pushnumber(L, static_cast<double>(size + 1));
  lua_replace(L, lua_upvalueindex(3));
  lua_pushnil(L);
  return 1;
}

int gmatch(lua_State* L) {
  const Args args(L, "string.gmatch");
  subject(L, args, 1, "text");
  subject(L, args, 2, "pattern");
  args.end(2);
  lua_pushnumber(L, 0);
  lua_pushcclosure(L, guarded<gmatch_next>, 3);
  return 1;
}

void add_replacement(lua_State* L, Builder& out, Matcher& matcher, Text s, Text e) {
  const int kind = lua_type(L, 3);
  const int top = lua_gettop(L);
  if (kind == LUA_TSTRING) {
    size_t size = 0;
    const char* with = lua_tolstring(L, 3, &size);
    for (size_t i = 0; i < size; ++i) {
      if (with[i] != '%' || i + 1 >= size) {
        out.add(1, with[i]);
        continue;
      }
      const char c = with[++i];
      if (c == '0') {
        out.add({s, static_cast<size_t>(e - s)});
      } else if (c >= '1' && c <= '9') {
        matcher.push_capture(c - '1', s, e);
        size_t n = 0;
        const char* data = lua_tolstring(L, -1, &n);
        out.add({data, n});
        lua_settop(L, top);
      } else {
        out.add(1, c);
      }
    }
    spend(L, 1 + size / 32);
    return;
  }
  if (kind == LUA_TTABLE) {
    const Level level(L);
    matcher.push_capture(0, s, e);
    lua_gettable(L, 3);
  } else {
    const Level level(L);
    lua_pushvalue(L, 3);
    lua_call(L, matcher.push_captures(s, e), 1);
  }
  if (lua_toboolean(L, -1) == 0) {
    out.add({s, static_cast<size_t>(e - s)});
  } else if (lua_isstring(L, -1) != 0) {
    size_t n = 0;
    const char* data = lua_tolstring(L, -1, &n);
    out.add({data, n});
  } else {
    fail("string.gsub: the replacement is a " + kind_of(L, -1) + ", not a text");
  }
  lua_settop(L, top);
}

int gsub(lua_State* L) {
  const Args args(L, "string.gsub");
  const std::string_view text = subject(L, args, 1, "text"), pattern = subject(L, args, 2, "pattern");
  const int kind = lua_type(L, 3);
  if (kind == LUA_TNUMBER) lua_tolstring(L, 3, nullptr);
  else if (kind != LUA_TSTRING && kind != LUA_TTABLE && kind != LUA_TFUNCTION)
    args.expected(3, "with", "a text, table or function");
  const double most = args.given(4) ? args.number(4, "n") : static_cast<double>(text.size()) + 1;
  lua_settop(L, 3);
  Matcher matcher(L, text, pattern);
  Builder out(L);
  Text p = pattern.data();
  const bool anchored = !pattern.empty() && *p == '^';
  if (anchored) ++p;
  Text s = text.data();
  Text end = s + text.size();
  double count = 0;
  while (count < most) {
    Text e = matcher.run(s, p);
    if (e != nullptr) {
      ++count;
      add_replacement(L, out, matcher, s, e);
    }
    if (e != nullptr && e > s) s = e;
    else if (s < end) out.add(1, *s++);
    else break;
    if (anchored) break;
  }
  out.add({s, static_cast<size_t>(end - s)});
  out.push();
  lua_pushnumber(L, count);
  return 2;
}

}  // namespace

void open_patterns(lua_State* L) {
  const Entry entries[] = {{"find", guarded<find>}, {"match", guarded<match>}, {"gmatch", guarded<gmatch>},
                           {"gsub", guarded<gsub>}, {nullptr, nullptr}};
  set_functions(L, entries);
}

}  // namespace inquest::lua
