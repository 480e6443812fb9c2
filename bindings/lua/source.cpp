// The lexer that decides whether a chunk may reach LuaJIT's parser; it splits where LuaJIT's lj_lex.c splits.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/lua/source.h"

#include <fmt/format.h>

#include <cstring>

namespace inquest::lua {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || digit(c) || static_cast<unsigned char>(c) > 0x7f;
}
bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool line_end(char c) { return c == '\n' || c == '\r'; }

enum class Token { end, name, constant, number, text, other };

class Lexer final {
 public:
  explicit Lexer(std::string_view text) : text_(text) {
    if (text_.compare(0, 3, "\xef\xbb\xbf") == 0) at_ = 3;
    if (peek() == '#') {
      while (at_ < text_.size() && !line_end(text_[at_])) ++at_;
    }
  }

  int line() const { return line_; }
  std::string_view word() const { return text_.substr(begin_, at_ - begin_); }

  Token next() {
    for (;;) {
      if (at_ >= text_.size()) return begin_ = at_, Token::end;
      const char c = text_[at_];
      if (line_end(c)) {
        take_line_end();
      } else if (space(c)) {
        ++at_;
      } else if (c == '-' && peek(1) == '-') {
        at_ += 2;
        if (peek() == '[') {
          if (const size_t level = bracket(); level != 0) {
            long_text(level);
            continue;
          }
        }
        while (at_ < text_.size() && !line_end(text_[at_])) ++at_;
      } else {
        break;
      }
    }
    begin_ = at_;
    const char c = text_[at_];
    if (digit(c) || (c == '.' && digit(peek(1)))) return number();
    if (name_byte(c)) {
      while (at_ < text_.size() && name_byte(text_[at_])) ++at_;
      const std::string_view w = word();
      return w == "nil" || w == "true" || w == "false" ? Token::constant : Token::name;
    }
    if (c == '"' || c == '\'') return quoted(c);
    if (c == '[') {
      if (const size_t level = bracket(); level != 0) {
        long_text(level);
        return Token::text;
      }
      at_ = begin_ + 1;
      return Token::other;
    }
    ++at_;
    return Token::other;
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void take_line_end() {
    const char first = text_[at_++];
    if (at_ < text_.size() && line_end(text_[at_]) && text_[at_] != first) ++at_;
    ++line_;
  }

  // At '[': the length of "[==[", or 0. Moves behind it only when it is one.
  size_t bracket() {
    size_t level = 1;
    while (peek(level) == '=') ++level;
    if (peek(level) != '[') return 0;
    at_ += level + 1;
    return level + 1;
  }

  void long_text(size_t level) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (line_end(c)) {
        take_line_end();
      } else if (c == ']') {
        size_t n = 1;
        while (peek(n) == '=') ++n;
        if (n + 1 == level && peek(n) == ']') {
          at_ += level;
          return;
        }
        at_ += n;                          // the last ']' may begin the end
      } else {
        ++at_;
      }
    }
  }

  Token quoted(char quote) {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == quote) {
        ++at_;
        break;
      }
      if (line_end(c)) break;              // unfinished: the parser says so, nothing runs
      if (c != '\\') {
        ++at_;
        continue;
      }
      ++at_;
      if (at_ >= text_.size()) break;
      if (line_end(text_[at_])) {
        take_line_end();
      } else if (text_[at_] == 'z') {
        ++at_;
        while (at_ < text_.size() && space(text_[at_])) {
          if (line_end(text_[at_])) take_line_end();
          else ++at_;
        }
      } else {
        ++at_;
      }
    }
    return Token::text;
  }

  Token number() {
    char exponent = 'e';
    if (text_[at_] == '0' && (peek(1) | 0x20) == 'x') exponent = 'p';
    char before = '\0';
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (!name_byte(c) && c != '.' && !((c == '-' || c == '+') && (before | 0x20) == exponent)) break;
      before = c;
      ++at_;
    }
    return Token::number;
  }

  std::string_view text_;
  size_t at_ = 0, begin_ = 0;
  int line_ = 1;
};

// Numerals that LuaJIT reads as cdata end in i, LL or ULL; no digit of any base is i, l or u.
bool makes_cdata(std::string_view numeral) {
  const char last = static_cast<char>(numeral.back() | 0x20);
  return last == 'i' || last == 'l';
}

Error refuse(Cause cause, const std::string& name, int line, std::string message, std::string cure) {
  return Error{Code::script, std::move(message), fmt::format("{}:{}", name, line), std::move(cure), cause_name(cause)};
}

}  // namespace

Status check_source(std::string_view text, const std::string& name, const Budget& budget) {
  if (text.size() > budget.source)
    return Error{Code::script, fmt::format("{} bytes of Lua, at most {} are read", text.size(), budget.source), name,
                 "split the file; tables of data belong in a file of their own", cause_name(Cause::too_large)};
  if (const size_t zero = text.find('\0'); zero != std::string_view::npos || text.find('\x1b') == 0) {
    int line = 1;
    for (size_t i = 0; i < zero && i < text.size() && zero != std::string_view::npos; ++i) line += text[i] == '\n';
    return refuse(Cause::syntax, name, line, "not Lua text but bytes (compiled Lua is not read)", "give the source text");
  }
  Lexer lexer(text);
  int elseifs = 0;
  bool after_in = false;
  int open = 0;              // > 0: inside `in (`, with constants only so far
  bool nil = false;          // one of them nil: folded to nil, it leaves no instruction of its own and the parser trips
  for (;;) {
    const Token token = lexer.next();
    if (token == Token::end) return {};
    const std::string_view word = lexer.word();
    if (token == Token::number && makes_cdata(word))
      return refuse(Cause::forbidden_literal, name, lexer.line(), fmt::format("the number `{}` would be C data", word),
                    "write it without LL, ULL or i; whole numbers beyond 2^53 come from frames and parse as text");
    if (token == Token::name && word == "elseif" && ++elseifs > budget.elseifs)
      return refuse(Cause::syntax, name, lexer.line(), fmt::format("more than {} `elseif`", budget.elseifs),
                    "use a table keyed by the value");
    if (open > 0) {
      if (token == Token::other && word == "(") ++open;
      else if (token == Token::other && word == ")") --open;
      else if (token == Token::name && word != "and" && word != "or" && word != "not") open = 0;
      else if (token == Token::other && (word == "{" || word == ",")) open = 0;
      else if (token == Token::other && word == "." ) open = 0;       // `...`
      nil = nil || word == "nil";
      if (open == 0 && nil && token == Token::other && word == ")")
        return refuse(Cause::syntax, name, lexer.line(), "`for … in` goes over nil",
                      "go over a table: for key, value in pairs(t) do");
    } else if (after_in && token == Token::other && word == "(") {
      open = 1;
      nil = false;
    }
    after_in = token == Token::name && word == "in";
  }
}

}  // namespace inquest::lua
