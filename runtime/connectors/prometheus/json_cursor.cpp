// Texts, numbers and what is skipped of a JSON document.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/json_cursor.h"

#include <cmath>

#include "runtime/base/utf8.h"

namespace inquest::prometheus {

bool JsonCursor::hex4(unsigned& out) {
  if (at_ + 4 > text_.size()) return fail("a cut escape");
  const char* from = text_.data() + at_;
  const auto [to, error] = std::from_chars(from, from + 4, out, 16);
  if (error != std::errc() || to != from + 4) return fail("a wrong escape");
  at_ += 4;
  return true;
}

bool JsonCursor::escape(std::string& out) {
  if (at_ >= text_.size()) return fail("a cut text");
  switch (const char c = text_[at_++]) {
    case '"': case '\\': case '/': out += c; return true;
    case 'b': out += '\b'; return true;
    case 'f': out += '\f'; return true;
    case 'n': out += '\n'; return true;
    case 'r': out += '\r'; return true;
    case 't': out += '\t'; return true;
    case 'u': break;
    default: return fail("a wrong escape");
  }
  unsigned code = 0;
  if (!hex4(code)) return false;
  if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_, 2) == "\\u") {
    const size_t back = at_;
    unsigned low = 0;
    at_ += 2;
    if (!hex4(low)) return false;
    if (low >= 0xdc00 && low < 0xe000) code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    else at_ = back;
  }
  if (code >= 0xd800 && code < 0xe000) append_utf8(out, replacement_character), ++replaced_;
  else append_utf8(out, code);
  return true;
}

bool JsonCursor::text(std::string& out) {
  out.clear();
  if (!ok()) return false;
  if (peek() != '"') return fail("no text");
  ++at_;
  while (at_ < text_.size()) {
    size_t end = at_;                                    // plain bytes in one go
    while (end < text_.size() && text_[end] != '"' && text_[end] != '\\' && static_cast<unsigned char>(text_[end]) >= 0x20 &&
           static_cast<unsigned char>(text_[end]) < 0x80)
      ++end;
    out.append(text_, at_, end - at_);
    at_ = end;
    if (at_ >= text_.size()) break;
    const char c = text_[at_];
    if (c == '"') return ++at_, true;
    if (c == '\\') {
      ++at_;
      if (!escape(out)) return false;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return fail("a control character in a text");
    } else if (const size_t length = utf8_sequence(text_, at_); length > 0) {
      out.append(text_, at_, length);
      at_ += length;
    } else {
      append_utf8(out, replacement_character);
      ++replaced_;
      ++at_;
    }
  }
  return fail("a text without end");
}

bool JsonCursor::number_text(std::string_view& out) {
  if (!ok()) return false;
  peek();
  size_t i = at_;
  const auto digits = [&] {
    const size_t from = i;
    while (i < text_.size() && text_[i] >= '0' && text_[i] <= '9') ++i;
    return i - from;
  };
  if (i < text_.size() && text_[i] == '-') ++i;
  const size_t whole = i;
  const size_t n = digits();
  if (n == 0) return fail("no number");
  if (n > 1 && text_[whole] == '0') return fail("a number with a leading zero");
  if (i < text_.size() && text_[i] == '.') {
    ++i;
    if (digits() == 0) return fail("a number without digits behind its point");
  }
  if (i < text_.size() && (text_[i] == 'e' || text_[i] == 'E')) {
    ++i;
    if (i < text_.size() && (text_[i] == '+' || text_[i] == '-')) ++i;
    if (digits() == 0) return fail("a number without exponent");
  }
  out = text_.substr(at_, i - at_);
  at_ = i;
  return true;
}

bool JsonCursor::number(double& out) {
  std::string_view text;
  if (!number_text(text)) return false;
  const auto [to, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || to != text.data() + text.size() || !std::isfinite(out)) return fail("a number beyond a double");
  return true;
}

bool JsonCursor::milliseconds(int64_t& out) {
  std::string_view text;
  if (!number_text(text)) return false;
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point), rest = point == text.npos ? std::string_view() : text.substr(point + 1);
  if (text.find_first_of("eE") == text.npos && whole.size() <= 12) {
    int64_t seconds = 0, ms = 0;
    std::from_chars(whole.data(), whole.data() + whole.size(), seconds);
    for (size_t i = 0; i < 3; ++i) ms = ms * 10 + (i < rest.size() ? rest[i] - '0' : 0);
    if (rest.size() > 3 && rest[3] >= '5') ++ms;
    out = seconds * 1000 + (whole.front() == '-' ? -ms : ms);
    return true;
  }
  double seconds = 0;
  const auto [to, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || !(std::fabs(seconds) < 9e15)) return fail("a time that is none");
  out = std::llround(seconds * 1000);
  return true;
}

bool JsonCursor::skip() {
  std::string text;
  switch (peek()) {
    case '{': return object([&](const std::string&) { return skip(); });
    case '[': return array([&] { return skip(); });
    case '"': return this->text(text);
    case 't': case 'f': case 'n':
      for (const std::string_view word : {"true", "false", "null"})
        if (text_.substr(at_, word.size()) == word) return at_ += word.size(), true;
      return fail("an unknown word");
    default: {
      double number = 0;
      return this->number(number);
    }
  }
}

}  // namespace inquest::prometheus
