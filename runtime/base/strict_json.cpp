// An iterative JSON reader without leniency.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/strict_json.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

#include "runtime/base/utf8.h"

namespace inquest {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

class Reader final {
 public:
  Reader(std::string_view text, JsonEvents& events, const JsonLimits& limits)
      : begin_(text.data()), p_(text.data()), end_(text.data() + text.size()), events_(events), limits_(limits) {}

  Status run() {
    if (end_ - p_ >= 3 && std::memcmp(p_, "\xEF\xBB\xBF", 3) == 0) p_ += 3;
    if (!document()) return handler_ ? events_.why() : error_;
    return {};
  }
  size_t replaced() const { return replaced_; }

 private:
  bool fail(const std::string& message) {
    error_ = {Code::parse, "not valid JSON at byte " + std::to_string(p_ - begin_ + 1) + ": " + message, "", "", "malformed"};
    return false;
  }
  bool give(bool taken) {
    if (!taken) handler_ = true;
    return taken;
  }
  void blanks() {
    while (p_ < end_ && (*p_ == ' ' || *p_ == '\n' || *p_ == '\r' || *p_ == '\t')) ++p_;
  }
  bool ended() { return p_ == end_; }

  bool document() {
    for (;;) {
      blanks();
      bool opened = false;
      if (!value(opened)) return false;
      if (opened) continue;  // a value or a first member stands next
      for (;;) {  // behind a value
        blanks();
        if (open_.empty()) return ended() || fail("more behind the end");
        if (ended()) return fail("it ends inside " + inside());
        if (*p_ == ',') {
          ++p_;
          blanks();
          if (open_.back() == '{' && !member()) return false;
          break;
        }
        if (*p_ != (open_.back() == '{' ? '}' : ']')) return fail(std::string("expected , or ") + (open_.back() == '{' ? "}" : "]"));
        ++p_;
        if (!close()) return false;
      }
    }
  }
  std::string inside() const { return open_.back() == '{' ? "an object" : "an array"; }
  bool close() {
    const char kind = open_.back();
    open_.pop_back();
    return give(kind == '{' ? events_.end_object() : events_.end_array());
  }
  bool member() {
    if (ended()) return fail("it ends inside an object");
    if (*p_ != '"') return fail("expected a key");
    std::string_view name;
    if (!text(name) || !give(events_.key(name))) return false;
    blanks();
    if (ended()) return fail("it ends inside an object");
    if (*p_ != ':') return fail("expected :");
    ++p_;
    return true;
  }
  // `opened`: a container was entered and its first value stands next.
  bool value(bool& opened) {
    if (ended()) return fail(open_.empty() ? "nothing stands there" : "it ends inside " + inside());
    switch (*p_) {
      case '{':
      case '[': {
        const char kind = *p_;
        if (open_.size() >= limits_.depth) return fail("nested deeper than " + std::to_string(limits_.depth) + " levels");
        ++p_;
        open_ += kind;
        if (!give(kind == '{' ? events_.begin_object() : events_.begin_array())) return false;
        blanks();
        if (!ended() && *p_ == (kind == '{' ? '}' : ']')) {
          ++p_;
          return close();
        }
        opened = true;
        return kind == '[' || member();
      }
      case '"': {
        std::string_view found;
        return text(found) && give(events_.string(found));
      }
      case 't': return word("true") && give(events_.boolean(true));
      case 'f': return word("false") && give(events_.boolean(false));
      case 'n': return word("null") && give(events_.null());
      default: return number();
    }
  }
  bool word(const char* expected) {
    const size_t length = std::strlen(expected);
    if (static_cast<size_t>(end_ - p_) < length || std::memcmp(p_, expected, length) != 0) return fail("no such value");
    p_ += length;
    return true;
  }
  bool number() {
    const char* const start = p_;
    const char* q = p_;
    const auto digits = [&] {
      const char* const from = q;
      while (q < end_ && digit(*q)) ++q;
      return q > from;
    };
    const bool negative = q < end_ && *q == '-';
    if (negative) ++q;
    const char* const whole = q;
    if (!digits()) return fail(negative ? "no number behind -" : "no such value");
    if (*whole == '0' && q > whole + 1) return fail("a number with a leading zero");
    bool integer = true;
    if (q < end_ && *q == '.') {
      integer = false;
      ++q;
      if (!digits()) return fail("a number that ends with its point");
    }
    long exponent = 0;
    if (q < end_ && (*q == 'e' || *q == 'E')) {
      integer = false;
      ++q;
      const bool minus = q < end_ && *q == '-';
      if (q < end_ && (*q == '-' || *q == '+')) ++q;
      const char* const from = q;
      if (!digits()) return fail("a number without its exponent");
      for (const char* d = from; d < q; ++d) exponent = std::min(exponent * 10 + (*d - '0'), 1'000'000'000L);
      if (minus) exponent = -exponent;
    }
    p_ = q;
    if (integer) {
      if (negative && q == whole + 1 && *whole == '0') return give(events_.number(-0.0));
      int64_t value = 0;
      if (std::from_chars(start, q, value).ec == std::errc()) return give(events_.integer(value));
      uint64_t large = 0;
      if (!negative && std::from_chars(start, q, large).ec == std::errc()) return give(events_.unsigned_integer(large));
      p_ = start;
      return fail("an integer beyond 64 bits");
    }
    double value = 0;
    if (std::from_chars(start, q, value).ec == std::errc()) return give(events_.number(value));
    if (large(whole, q, exponent)) {
      p_ = start;
      return fail("a number beyond a double");
    }
    return give(events_.number(negative ? -0.0 : 0.0));
  }
  // Whether a number out of a double's range is too large rather than too small: where its first digit stands.
  static bool large(const char* p, const char* end, long exponent) {
    long before = 0;
    bool point = false, found = false;
    for (; p < end && *p != 'e' && *p != 'E'; ++p) {
      if (*p == '.') { point = true; continue; }
      if (*p != '0') found = true;
      if (!point && found) ++before;
      if (point && !found) --before;
      if (point && found) break;
    }
    return before + exponent > 0;
  }
  // The text at p_, which is a quote. Without escapes and foreign bytes it is a view of the input.
  bool text(std::string_view& out) {
    const char* const start = ++p_;
    while (p_ < end_ && *p_ != '"' && *p_ != '\\' && static_cast<unsigned char>(*p_) >= 0x20) {
      if (static_cast<signed char>(*p_) > 0) {
        ++p_;
        continue;
      }
      const size_t n = utf8_sequence({p_, static_cast<size_t>(end_ - p_)});
      if (n == 0) break;
      p_ += n;
    }
    if (p_ < end_ && *p_ == '"') {
      out = {start, static_cast<size_t>(p_++ - start)};
      return true;
    }
    scratch_.assign(start, p_);
    bool replaced = false;
    for (;;) {
      if (ended()) return fail("it ends inside a text");
      const auto c = static_cast<unsigned char>(*p_);
      if (c == '"') break;
      if (c < 0x20) return fail("a raw control character in a text");
      if (c == '\\') {
        if (!escape(replaced)) return false;
        continue;
      }
      const size_t n = utf8_sequence({p_, static_cast<size_t>(end_ - p_)});
      if (n == 0) {
        append_utf8(scratch_, replacement_character);
        replaced = true;
        ++p_;
      } else {
        scratch_.append(p_, n);
        p_ += n;
      }
    }
    ++p_;
    if (replaced) ++replaced_;
    out = scratch_;
    return true;
  }
  bool unit(uint32_t& code) {  // the four digits of \uXXXX, p_ at the first
    if (end_ - p_ < 4) return fail("it ends inside a text");
    code = 0;
    const auto read = std::from_chars(p_, p_ + 4, code, 16);
    if (read.ec != std::errc() || read.ptr != p_ + 4) return fail("\\u without four hexadecimal digits");
    p_ += 4;
    return true;
  }
  bool escape(bool& replaced) {
    if (++p_ >= end_) return fail("it ends inside a text");
    const char c = *p_++;
    switch (c) {
      case '"': case '\\': case '/': scratch_ += c; return true;
      case 'b': scratch_ += '\b'; return true;
      case 'f': scratch_ += '\f'; return true;
      case 'n': scratch_ += '\n'; return true;
      case 'r': scratch_ += '\r'; return true;
      case 't': scratch_ += '\t'; return true;
      case 'u': break;
      default: --p_; return fail("an unknown escape");
    }
    uint32_t code = 0;
    if (!unit(code)) return false;
    if (code >= 0xD800 && code <= 0xDFFF) {
      const bool pair = code < 0xDC00 && end_ - p_ >= 6 && p_[0] == '\\' && p_[1] == 'u';
      uint32_t second = 0;
      const char* const back = p_;
      if (pair) {
        p_ += 2;
        if (!unit(second)) return false;
      }
      if (pair && second >= 0xDC00 && second <= 0xDFFF) {
        code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
      } else {
        p_ = back;
        code = replacement_character;
        replaced = true;
      }
    }
    append_utf8(scratch_, code);
    return true;
  }

  const char* const begin_;
  const char* p_;
  const char* const end_;
  JsonEvents& events_;
  const JsonLimits limits_;
  std::string open_;  // { and [ that are not closed
  std::string scratch_;
  size_t replaced_ = 0;
  Error error_;
  bool handler_ = false;
};

}  // namespace

Status read_strict_json(std::string_view text, JsonEvents& events, const JsonLimits& limits, size_t* replaced) {
  Reader reader(text, events, limits);
  Status status = reader.run();
  if (replaced) *replaced = reader.replaced();
  return status;
}

}  // namespace inquest
