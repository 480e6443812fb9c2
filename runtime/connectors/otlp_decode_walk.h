// Walk: one forward pass over a JSON text by means of simdjson's index of its structure. Internal to otlp_decode.
// SPDX-License-Identifier: Apache-2.0
//
// The index holds the offset of every bracket, colon, comma, opening quote and first byte of any other value; one entry
// past its end points behind the text, at a byte that is no part of JSON (a line end), so that a look ahead needs no
// bounds check. The end of a string or number is found backwards from the next entry.
// Every call returns false on text that is not well-formed; `wrong` is set where a value has another type than asked for
// (it is then passed over, null without a word). Views of texts live until the next call that reads one.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace inquest::otlp {

constexpr int deepest = 128;

class Walk final {
 public:
  // Indexes `text`; it is followed by a line end and simdjson's padding. Null when done, else the reason.
  const char* open(std::string_view text);

  bool wrong = false;    // a value of another type was passed over; the caller resets it
  bool half = false;     // half a surrogate pair stood in a text and became U+FFFD; the caller resets it
  bool too_deep = false;

  char peek() const { return base_[*at_]; }
  bool at_end() const { return at_ == end_; }
  const uint32_t* mark() const { return at_; }   // a place to come back to
  void back(const uint32_t* mark) { at_ = mark; }
  const char* position() const { return base_ + *at_; }
  std::string_view since(const char* from) const { return {from, static_cast<size_t>(base_ + *at_ - from)}; }

  // Calls field(key) for each member; it must take the value. Keys are as written, not unescaped.
  template <class F>
  bool object(F&& field) {
    if (peek() != '{') return other();
    ++at_;
    if (peek() == '}') return ++at_, true;
    for (;;) {
      std::string_view key;
      if (peek() != '"' || !raw(key) || peek() != ':') return false;
      ++at_;
      if (!field(key)) return false;
      const char next = peek();
      if (next == '}') return ++at_, true;
      if (next != ',') return false;
      ++at_;
    }
  }
  // Calls element() for each; it must take the value.
  template <class F>
  bool array(F&& element) {
    if (peek() != '[') return other();
    ++at_;
    if (peek() == ']') return ++at_, true;
    for (;;) {
      if (!element()) return false;
      const char next = peek();
      if (next == ']') return ++at_, true;
      if (next != ',') return false;
      ++at_;
    }
  }

  bool skip();                          // any value
  bool text(std::string_view& out);     // a string, unescaped; empty for null and wrong types
  bool digits(std::string_view& out);   // what stands in a string or is a bare number, untouched
  bool integer(int64_t& out);           // string or number; also 5.0 and 1e3
  bool number(double& out);             // string or number; "NaN", "Infinity", "-Infinity"
  bool boolean(bool& out);
  bool bare(std::string_view& out) {    // at a value without quotes: what stands there, whatever it is
    const char* from = base_ + *at_;
    const char* to = base_ + *++at_ - 1;
    while (blank(*to)) --to;
    out = {from, static_cast<size_t>(to - from) + 1};
    return true;
  }
  bool is_null() const { return peek() == 'n'; }

  // Passes over a value of another type than the one wanted; anything but null sets `wrong`.
  bool other() {
    if (peek() != 'n') wrong = true;
    return skip();
  }

 private:
  static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  bool raw(std::string_view& out) {     // at a quote; what stands between it and the closing one
    const char* from = base_ + *at_ + 1;
    const char* to = base_ + *++at_ - 1;
    while (blank(*to)) --to;
    if (to < from || *to != '"') return false;
    out = {from, static_cast<size_t>(to - from)};
    return true;
  }
  bool unescape(std::string_view in, std::string_view& out);

  const char* base_ = nullptr;
  const uint32_t* at_ = nullptr;
  const uint32_t* end_ = nullptr;
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser_;
  std::string scratch_;
};

}  // namespace inquest::otlp
