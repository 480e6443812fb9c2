// JSON cursor: a strict walk over one document, value by value, without a tree.
// SPDX-License-Identifier: Apache-2.0
//
// Each call reads one value at the cursor and returns false once anything is wrong: `error()` then says what and where,
// and every later call is false too. Depth at most 128. Texts are UTF-8: what is none becomes U+FFFD and is counted.
// Thread rule: one thread; the text must outlive the cursor.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

namespace inquest::prometheus {

class JsonCursor final {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}
  bool ok() const { return error_.empty(); }
  const std::string& error() const { return error_; }
  size_t replaced() const { return replaced_; }

  // The first byte of the next value: { [ " t f n or of a number; 0 at the end.
  char peek() {
    blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool fail(const std::string& what) {
    if (error_.empty()) error_ = what + " at byte " + std::to_string(at_);
    return false;
  }

  // member(key) reads the value of each member.
  template <class Member>
  bool object(Member&& member) {
    if (!open('{')) return false;
    if (peek() == '}') return close();
    std::string key;
    while (true) {
      if (!text(key)) return false;
      if (peek() != ':') return fail("a member without `:`");
      ++at_;
      if (!member(static_cast<const std::string&>(key)) || !ok()) return fail("a value of another type than expected");
      if (!next('}')) return false;
      if (closed_) return close();
    }
  }
  template <class Item>
  bool array(Item&& item) {
    if (!open('[')) return false;
    if (peek() == ']') return close();
    while (true) {
      if (!item() || !ok()) return fail("a value of another type than expected");
      if (!next(']')) return false;
      if (closed_) return close();
    }
  }
  bool text(std::string& out);
  bool number(double& out);
  // A number of seconds as whole milliseconds, exactly where its text is; halves are rounded up.
  bool milliseconds(int64_t& out);
  bool skip();
  bool end() { return peek() == '\0' && at_ >= text_.size() ? ok() : fail("text behind the end"); }

 private:
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  }
  bool open(char bracket) {
    if (!ok()) return false;
    if (peek() != bracket) return fail(bracket == '{' ? "no object" : "no list");
    if (++depth_ > 128) return fail("nested deeper than 128");
    ++at_;
    return true;
  }
  bool close() {
    ++at_;
    --depth_;
    closed_ = false;
    return true;
  }
  bool next(char bracket) {
    const char c = peek();
    closed_ = c == bracket;
    if (closed_) return true;
    if (c != ',') return fail("neither `,` nor the end of a list or object");
    ++at_;
    return true;
  }
  bool number_text(std::string_view& out);
  bool escape(std::string& out);
  bool hex4(unsigned& out);

  std::string_view text_;
  size_t at_ = 0, replaced_ = 0;
  int depth_ = 0;
  bool closed_ = false;
  std::string error_;
};

}  // namespace inquest::prometheus
