// The slower parts of Walk: indexing, passing over, escapes, numbers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp_decode_walk.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "runtime/base/utf8.h"

namespace inquest::otlp {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex4(const char* at, const char* end, uint32_t& out) {
  if (end - at < 4) return false;
  out = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(at[i]);
    if (digit < 0) return false;
    out = out << 4 | static_cast<uint32_t>(digit);
  }
  return true;
}

bool plain_number(std::string_view text) {  // from_chars also takes inf and nan, which JSON has not
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

bool to_double(std::string_view text, double& out) {
  if (!plain_number(text)) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (end != text.data() + text.size()) return false;
  if (error == std::errc::result_out_of_range) {  // 1e999: as JSON parsers read it
    out = text.find("e-") != text.npos || text.find("E-") != text.npos ? 0.0 : std::numeric_limits<double>::infinity();
    if (text.front() == '-') out = -out;
    return true;
  }
  return error == std::errc();
}

}  // namespace

const char* Walk::open(std::string_view text) {
  if (!parser_) {
    auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(1 << 16, deepest, parser_);
    if (error) return "out of memory";
  }
  if (parser_->capacity() < text.size()) {
    if (parser_->set_capacity(text.size() + text.size() / 4)) return "out of memory";
  }
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto error = parser_->stage1(bytes, text.size(), simdjson::stage1_mode::regular);
  wrong = too_deep = false;
  if (error == simdjson::UTF8_ERROR) return "not UTF-8";
  if (error == simdjson::UNCLOSED_STRING) return "cut or not JSON: a text that does not end";
  if (error == simdjson::UNESCAPED_CHARS) return "not JSON: a control character inside a text";
  if (error) return "not JSON";
  base_ = text.data();
  at_ = parser_->structural_indexes.get();
  end_ = at_ + parser_->n_structural_indexes;
  parser_->structural_indexes[parser_->n_structural_indexes] = static_cast<uint32_t>(text.size());
  return nullptr;
}

bool Walk::skip() {
  int depth = 0;
  do {
    switch (peek()) {
      case '{':
      case '[':
        if (++depth > deepest) return too_deep = true, false;
        break;
      case '}':
      case ']':
        if (--depth < 0) return false;
        break;
      case ',':
      case ':':
        if (depth == 0) return false;
        break;
      default:
        if (at_ == end_) return false;
    }
    ++at_;
  } while (depth > 0);
  return true;
}

bool Walk::text(std::string_view& out) {
  out = {};
  if (peek() != '"') return other();
  if (!raw(out)) return false;
  if (std::memchr(out.data(), '\\', out.size()) != nullptr) return unescape(out, out);
  return true;
}

bool Walk::unescape(std::string_view in, std::string_view& out) {
  scratch_.clear();
  const char* at = in.data();
  const char* end = at + in.size();
  while (at < end) {
    const auto* slash = static_cast<const char*>(std::memchr(at, '\\', static_cast<size_t>(end - at)));
    if (slash == nullptr) slash = end;
    scratch_.append(at, slash);
    if (slash == end) break;
    at = slash + 1;
    if (at == end) return false;
    switch (const char c = *at++) {
      case 'n': scratch_ += '\n'; break;
      case 't': scratch_ += '\t'; break;
      case 'r': scratch_ += '\r'; break;
      case 'b': scratch_ += '\b'; break;
      case 'f': scratch_ += '\f'; break;
      case '"': case '\\': case '/': scratch_ += c; break;
      case 'u': {
        uint32_t high, low;
        if (!hex4(at, end, high)) return false;
        at += 4;
        if (high >= 0xd800 && high < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u' && hex4(at + 2, end, low) &&
            low >= 0xdc00 && low < 0xe000) {
          at += 6;
          high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        } else if (high >= 0xd800 && high < 0xe000) {
          high = replacement_character;  // half of a pair
          half = true;
        }
        append_utf8(scratch_, high);
        break;
      }
      default: return false;
    }
  }
  out = scratch_;
  return true;
}

bool Walk::digits(std::string_view& out) {
  out = {};
  const char c = peek();
  if (c == '"') return raw(out);
  if (c == '-' || (c >= '0' && c <= '9')) return bare(out);
  return other();
}

bool Walk::integer(int64_t& out) {
  std::string_view text;
  if (!digits(text)) return false;
  const char* at = text.data();
  const char* end = at + text.size();
  if (at == end) return true;  // null, a wrong type (already marked), or ""
  if (end - at <= 19 && *at != '-') {
    uint64_t value = 0;
    for (; at < end; ++at) {
      const auto digit = static_cast<uint8_t>(*at - '0');
      if (digit > 9) break;
      value = value * 10 + digit;
    }
    if (at == end && value <= static_cast<uint64_t>(INT64_MAX)) return out = static_cast<int64_t>(value), true;
  } else {
    int64_t value = 0;
    const auto [stop, error] = std::from_chars(at, end, value);
    if (error == std::errc() && stop == end) return out = value, true;
  }
  double value;
  if (text.find_first_of(".eE") != text.npos && to_double(text, value) && std::abs(value) < 9.2e18 &&
      value == std::trunc(value)) {
    out = static_cast<int64_t>(value);
  } else {
    wrong = true;
  }
  return true;
}

bool Walk::number(double& out) {
  std::string_view text;
  if (!digits(text)) return false;
  if (text.empty() || to_double(text, out)) return true;
  if (text == "NaN") out = std::numeric_limits<double>::quiet_NaN();
  else if (text == "Infinity" || text == "+Infinity") out = std::numeric_limits<double>::infinity();
  else if (text == "-Infinity") out = -std::numeric_limits<double>::infinity();
  else wrong = true;
  return true;
}

bool Walk::boolean(bool& out) {
  const char c = peek();
  if (c != 't' && c != 'f') return other();
  std::string_view word;
  if (!bare(word)) return false;
  if (word != (c == 't' ? "true" : "false")) return false;
  out = c == 't';
  return true;
}

}  // namespace inquest::otlp
