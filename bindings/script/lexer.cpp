// The lexical grammar of Lua, read in one pass.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/lexer.h"

#include <algorithm>
#include <array>

#include "runtime/base/text.h"
#include "runtime/base/utf8.h"

namespace inquest::script {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
int hex(char c) {
  if (digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::array<std::string_view, 22> keywords = {
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if",
    "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"};
constexpr std::array<std::string_view, 7> long_symbols = {"...", "..", "==", "~=", "<=", ">=", "::"};
constexpr std::string_view short_symbols = "+-*/%^#<>=(){}[];:,.";

class Lexer final {
 public:
  Lexer(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Tokens run() {
    if (text_.size() > source_limit)
      problem({1, 1}, "a file of " + human(static_cast<double>(text_.size()), "By") + " is too large", "256 KB is the limit; split it");
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
    if (text_.substr(at_, 2) == "#!")
      while (at_ < text_.size() && text_[at_] != '\n' && !stopped_) step();
    while (!stopped_) {
      blanks();
      if (stopped_ || at_ >= text_.size()) break;
      token();
    }
    Token end;
    end.at = end.end = here();
    end.comments = std::move(comments_);
    out_.tokens.push_back(std::move(end));
    return std::move(out_);
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool at(std::string_view s) const { return text_.substr(at_, s.size()) == s; }
  Position here() const { return {line_, column_}; }

  void step() {
    const char c = text_[at_];
    if (c == '\0') return problem(here(), "a NUL byte in the text", "save the file as plain UTF-8 text");
    const size_t length = utf8_sequence(text_, at_);
    if (length == 0) return problem(here(), "bytes that are not UTF-8", "save the file as UTF-8");
    at_ += length;
    if (c == '\n') { ++line_; column_ = 1; fresh_ = true; } else { ++column_; }
  }
  void steps(size_t n) { while (n-- > 0 && !stopped_) step(); }

  void problem(Position where, std::string message, std::string cure) {
    if (stopped_) return;
    out_.problems.push_back({file_, where, "syntax", std::move(message), std::move(cure)});
    stopped_ = true;
  }

  // The level of a long bracket that opens here, -1 when none does.
  int bracket() const {
    if (peek() != '[') return -1;
    size_t n = 1;
    while (peek(n) == '=') ++n;
    return peek(n) == '[' ? static_cast<int>(n) - 1 : -1;
  }
  std::string long_bracket(int level, Position opened) {
    const std::string close = "]" + std::string(static_cast<size_t>(level), '=') + "]";
    steps(static_cast<size_t>(level) + 2);
    if (peek() == '\r') step();
    if (peek() == '\n') step();
    std::string value;
    while (!stopped_) {
      if (at_ >= text_.size()) { problem(opened, "a long text that is never closed", "close it with " + close); break; }
      if (at(close)) { steps(close.size()); break; }
      const size_t from = at_;
      step();
      if (!stopped_ && text_[from] != '\r') value += text_.substr(from, at_ - from);
    }
    return value;
  }

  void blanks() {
    while (at_ < text_.size() && !stopped_) {
      const char c = peek();
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f') { step(); continue; }
      if (!at("--")) return;
      Comment comment;
      comment.at = here();
      comment.own_line = fresh_;
      const size_t from = at_;
      steps(2);
      if (const int level = bracket(); level >= 0) long_bracket(level, comment.at);
      else while (at_ < text_.size() && peek() != '\n' && !stopped_) step();
      comment.text = trim(text_.substr(from, at_ - from));
      comments_.push_back(std::move(comment));
    }
  }

  void token() {
    Token token;
    token.at = here();
    token.comments = std::move(comments_);
    comments_.clear();
    fresh_ = false;
    const size_t from = at_;
    const char c = peek();
    if (letter(c)) {
      while (letter(peek()) || digit(peek())) step();
      token.text = text_.substr(from, at_ - from);
      token.kind = std::find(keywords.begin(), keywords.end(), token.text) != keywords.end() ? Token::Kind::keyword : Token::Kind::name;
    } else if (digit(c) || (c == '.' && digit(peek(1)))) {
      number();
      token.kind = Token::Kind::number;
      token.text = text_.substr(from, at_ - from);
    } else if (c == '"' || c == '\'') {
      token.kind = Token::Kind::text;
      bytes_ = false;
      token.text = quoted(c, token.at);
      token.bytes = bytes_;
    } else if (const int level = bracket(); level >= 0) {
      token.kind = Token::Kind::text;
      token.long_text = true;
      token.text = long_bracket(level, token.at);
    } else {
      token.kind = Token::Kind::symbol;
      for (const auto symbol : long_symbols)
        if (at(symbol)) { steps(symbol.size()); break; }
      if (at_ == from && short_symbols.find(c) != std::string_view::npos && c != '\0') step();
      if (at_ == from) {
        const size_t length = std::max<size_t>(1, utf8_sequence(text_, at_));
        problem(token.at, c == '\0' ? "a NUL byte in the text" : "`" + printable(text_.substr(at_, length)) + "` is no part of the language",
                "remove it");
      }
      token.text = text_.substr(from, at_ - from);
    }
    token.end = here();
    if (!stopped_) out_.tokens.push_back(std::move(token));
  }

  void number() {
    const Position begin = here();
    const bool is_hex = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
    if (is_hex) steps(2);
    bool dot = false;
    while (!stopped_) {
      const char c = peek();
      const bool exponent = is_hex ? c == 'p' || c == 'P' : c == 'e' || c == 'E';
      if (is_hex ? hex(c) >= 0 : digit(c)) step();
      else if (c == '.' && !dot && peek(1) != '.') { dot = true; step(); }
      else if (exponent && (digit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && digit(peek(2))))) {
        steps(2);
        while (digit(peek())) step();
        break;
      } else break;
    }
    if (letter(peek()) || digit(peek()))
      problem(begin, "a number with `" + std::string(1, peek()) + "` behind it", "write plain numbers: 100, 0.5, 1e6; durations are texts: \"5m\"");
  }

  std::string quoted(char quote, Position opened) {
    std::string value;
    step();
    while (!stopped_) {
      if (at_ >= text_.size() || peek() == '\n') { problem(opened, "a text that is not closed on its line", std::string("close it with ") + quote); break; }
      if (peek() == quote) { step(); break; }
      if (peek() == '\\') { escape(value); continue; }
      const size_t from = at_;
      step();
      value += text_.substr(from, at_ - from);
    }
    return value;
  }

  void escape(std::string& value) {
    const Position begin = here();
    step();
    const char c = peek();
    static constexpr std::string_view names = "abfnrtv\\\"'\n", values = "\a\b\f\n\r\t\v\\\"'\n";
    if (const size_t i = names.find(c); i != std::string_view::npos && at_ < text_.size()) { value += values[i]; return step(); }
    int code = -1;
    if (digit(c)) {
      code = 0;
      for (int i = 0; i < 3 && digit(peek()); ++i) { code = code * 10 + (peek() - '0'); step(); }
    } else if (c == 'x' && hex(peek(1)) >= 0 && hex(peek(2)) >= 0) {
      code = hex(peek(1)) * 16 + hex(peek(2));
      steps(3);
    } else if (c == 'u' && peek(1) == '{') {
      steps(2);
      code = 0;
      int digits = 0;
      while (hex(peek()) >= 0 && digits++ < 6) { code = code * 16 + hex(peek()); step(); }
      if (peek() != '}' || digits == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) || code == 0)
        return problem(begin, "an escape that is no character", "write \\u{1F600} with a code point");
      step();
      return append_utf8(value, static_cast<char32_t>(code));
    } else if (c == 'z') {
      step();
      while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') step();
      return;
    }
    if (code < 0 || code > 255) return problem(begin, "`\\" + printable(std::string(1, c)) + "` is no escape", "write \\\\ for a backslash, or the text as [[…]]");
    bytes_ = bytes_ || code == 0 || code > 127;
    value += static_cast<char>(code);
  }

  std::string_view text_;
  const std::string& file_;
  size_t at_ = 0;
  int line_ = 1, column_ = 1;
  bool fresh_ = true, stopped_ = false, bytes_ = false;
  std::vector<Comment> comments_;
  Tokens out_;
};

}  // namespace

Tokens lex(std::string_view text, const std::string& file) { return Lexer(text, file).run(); }

}  // namespace inquest::script
