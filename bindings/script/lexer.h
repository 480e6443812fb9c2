// Lexer: the tokens of a Lua text with positions and comments; what SOPs, reviews and data files are read through.
// SPDX-License-Identifier: Apache-2.0
//
// Knows the whole lexical grammar of Lua 5.1 and LuaJIT's escapes (\x41, \u{1F600}, \z), so that the code of a review can be
// skipped safely. A text is at most 256 KB of UTF-8 without NUL bytes. Columns count code points, from 1. Pure; no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/machine/check.h"

namespace inquest::script {

constexpr size_t source_limit = size_t{256} << 10;

struct Comment {
  std::string text;                // with its dashes, without the line end
  Position at;
  bool own_line = true;            // nothing but white space before it on its line
  bool operator==(const Comment& other) const { return text == other.text && own_line == other.own_line; }
};

struct Token {
  enum class Kind { end, name, keyword, text, number, symbol };
  Kind kind = Kind::end;
  std::string text = {};           // the value of a text; else as written
  bool long_text = false;          // [[…]]
  bool bytes = false;              // has escapes for bytes that are no text: fine in code, refused in a value
  Position at = {}, end = {};      // `end` is one past the last character
  std::vector<Comment> comments = {};  // between the token before and this one
  bool is(std::string_view symbol_or_keyword) const {
    return (kind == Kind::symbol || kind == Kind::keyword) && text == symbol_or_keyword;
  }
};

struct Tokens {
  std::vector<Token> tokens;       // ends with one of kind `end`; after a problem only the tokens before it
  std::vector<Diagnostic> problems;
};
Tokens lex(std::string_view text, const std::string& file);

}  // namespace inquest::script
