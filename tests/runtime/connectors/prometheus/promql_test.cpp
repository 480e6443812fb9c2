// PromQL as typed parts: what is printed is read back by a parser of its own, whatever the values are.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/promql.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <iostream>
#include <random>

#include "fake.h"
#include "runtime/connectors/prometheus/names.h"

using namespace inquest;
using namespace inquest::prometheus;

namespace {

Time at(const char* text) { return parse_time(text).value(); }

// Values that would like to leave their literal.
class Hostile {
 public:
  explicit Hostile(uint64_t seed) : random_(seed) {}
  std::string next() {
    static const char* const pieces[] = {"\"", "'", "`", "\\", "\\\\", "\\\"", "\n", "\r", "\t", "${", "}", "{", "$name", "$", "} or vector(1) #", "\"} or up{a=\"", "=~", "|",
                                         ".*", "^", "$", "[", "]", "(", ")", "+", "*", "?", "\\x", "\\u0041", "%22", "%", "&", "é", "日本", "😀", "\u202e", "\xff", "\xc3", "\xed\xa0\x80",
                                         "\xf4\x90\x80\x80", "\x7f", "\x01", " ", "a", "b", "Z", "0", "9", "_", ":", "/", ",", "--", "#"};
    std::string out;
    for (uint64_t n = random_() % 7; n > 0; --n) {
      const uint64_t kind = random_() % 4;
      if (kind == 0) out += static_cast<char>(random_() & 255);
      else out += pieces[random_() % std::size(pieces)];
    }
    return out;
  }

 private:
  std::mt19937_64 random_;
};

// Reads a selector byte by byte as Prometheus' lexer and strutil.Unquote do, and compares as it goes.
class Lexer {
 public:
  explicit Lexer(const std::string& text) : at_(text.data()), end_(text.data() + text.size()) {}
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && at_ == end_; }
  size_t nothing = 0;                                    // regular expressions that match no label

  void word(const char* text) {
    for (; *text; ++text)
      if (!ok_ || at_ == end_ || *at_++ != *text) ok_ = false;
  }
  void literal(std::string_view before, std::string_view value, std::string_view after) {
    open();
    for (const std::string_view part : {before, value, after})
      for (const char c : part)
        if (next() != static_cast<unsigned char>(c)) ok_ = false;
    if (next() != closed) ok_ = false;
  }
  // An alternation of these and nothing else, each letter taken literally; or what no label can be.
  void regex(std::string_view a, std::string_view b, bool both) {
    open();
    const char* const from = at_;
    const bool good = alternative(a) && (!both || (next() == '|' && alternative(b))) && next() == closed;
    if (good || !ok_) return;
    at_ = from;
    for (int got = next(); got != closed; got = next())  // as long as it is one literal: the matcher of nothing stands in it
      if (got == wrong) { ok_ = false; return; }
    const std::string_view all(from, static_cast<size_t>(at_ - from));
    if (all.find("[^\\\\x00-\\\\x{10FFFF}]") == all.npos) ok_ = false;
    else ++nothing;
  }

 private:
  static constexpr int closed = -1, wrong = -2;
  void open() {
    if (ok_ && at_ != end_ && (*at_ == '"' || *at_ == '\'')) quote_ = *at_++;
    else ok_ = false;
  }
  bool alternative(std::string_view text) {
    for (const char c : text) {
      int got = next();
      const bool special = std::strchr("\\.+*?()|[]{}^$", c) != nullptr && c != 0;
      if (special && got != '\\') return false;
      if (special) got = next();
      if (got != static_cast<unsigned char>(c)) return false;
    }
    return true;
  }
  int hex() {
    if (at_ == end_) return wrong;
    const char c = *at_++;
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : wrong;
  }
  // The next byte of the literal's value.
  int next() {
    if (!ok_ || at_ == end_) return wrong;
    const auto c = static_cast<unsigned char>(*at_++);
    if (more_ > 0) {                                     // inside a rune
      if ((c & 0xc0) != 0x80) return wrong;
      --more_;
      return c;
    }
    if (c == static_cast<unsigned char>(quote_)) return closed;
    if (c == '\n') return wrong;
    if (c >= 0x80) {
      more_ = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
      const auto second = at_ == end_ ? 0u : static_cast<unsigned char>(*at_);
      const bool rune = c >= 0xc2 && c <= 0xf4 && !(c == 0xe0 && second < 0xa0) && !(c == 0xed && second > 0x9f) && !(c == 0xf0 && second < 0x90) && !(c == 0xf4 && second > 0x8f);
      return rune ? c : wrong;
    }
    if (c != '\\') return c;
    if (at_ == end_) return wrong;
    switch (const char escaped = *at_++) {
      case 'n': return '\n';
      case '\\': return '\\';
      case '"': case '\'': return escaped == quote_ ? escaped : wrong;
      case 'x': {
        const int high = hex(), low = hex();
        return high < 0 || low < 0 ? wrong : high * 16 + low;
      }
      default: return wrong;                             // Go has more escapes; none of them is ever needed
    }
  }
  const char* at_;
  const char* end_;
  char quote_ = 0;
  int more_ = 0;
  bool ok_ = true;
};

}  // namespace

TEST_CASE("a selector holds its name and its matchers", "[prometheus]") {
  CHECK(selector({"up"}, {}) == "up");
  CHECK(selector({"up"}, {is("job", "a"), is_not("x", "")}) == R"(up{job="a",x!=""})");
  CHECK(selector({"a", "b.c"}, {one_of("job", {"x", "y.z"})}) == R"({__name__=~"a|b\\.c",job=~"x|y\\.z"})");
  CHECK(selector({"process.cpu.time"}, {is("service.name", "a")}) == R"({__name__="process.cpu.time","service.name"="a"})");
  CHECK(selector({"up"}, {one_of("job", {})}) == R"(up{job=~"[^\\x00-\\x{10FFFF}]"})");
}

TEST_CASE("a window is the whole milliseconds inside it", "[prometheus]") {
  const Span whole = span_of({at("2026-11-21T10:00:00Z"), at("2026-11-21T10:05:00Z")});
  CHECK(whole.length_ms() == 300'000);
  CHECK(range(whole) == "[300s]");
  CHECK(time_text(whole.last_ms) == "2026-11-21T10:04:59.999Z");
  const Span odd = span_of({Time{1'000'001}, Time{3'000'001}});
  CHECK(odd.first_ms == 2);
  CHECK(odd.last_ms == 3);
  CHECK(range(odd) == "[2ms]");
  CHECK(span_of({Time{1'000'001}, Time{1'999'999}}).empty());
}

TEST_CASE("native text takes its names as literals of their type", "[prometheus]") {
  const Map names = {{"service", Value("a\"b")}, {"limit", Value(0.5)}, {"n", Value(int64_t{3})}, {"d", Value(Duration{300 * ns_per_s})},
                     {"t", Value(at("2026-11-21T10:00:00.250Z"))}, {"list", Value(List{Value("a.b"), Value("c")})}};
  const auto bound = [&](const char* text) { return bind_native(text, names).value(); };
  CHECK(bound("up{service=$service}") == R"(up{service="a\"b"})");
  CHECK(bound("up > $limit") == "up > 0.5");
  CHECK(bound("topk($n, up)") == "topk(3, up)");
  CHECK(bound("rate(up[$d])") == "rate(up[300s])");
  CHECK(bound("up @ $t") == "up @ 1795255200.250");
  CHECK(bound("up{service=~$list}") == R"(up{service=~"a\\.b|c"})");
  CHECK(bound("up{service=~$service}") == R"(up{service=~"a\"b"})");
  CHECK(bound(R"(up{service="x-$service"})") == R"(up{service="x-a\"b"})");
  CHECK(bound("up{service='$service'}") == R"(up{service='a"b'})");
  CHECK(bound("up{service=~\"$list.*\"}") == R"(up{service=~"a\\.b|c.*"})");
  CHECK(bound("up{a=~\"x$\"} # $service is not here\n> 1") == "up{a=~\"x$\"} \n> 1");
}

TEST_CASE("a name that has no value stays and is told", "[prometheus]") {
  std::vector<std::string> unbound;
  CHECK(bind_native("up{service=$service} > $limit", {{"service", Value("a")}}, &unbound).value() == R"(up{service="a"} > $limit)");
  CHECK(unbound == std::vector<std::string>{"limit"});
}

TEST_CASE("what is bound is never scanned again", "[prometheus]") {
  const Map names = {{"a", Value("$b")}, {"b", Value("no")}};
  CHECK(bind_native("up{x=$a}", names).value() == R"(up{x="$b"})");
}

TEST_CASE("a backtick cannot be put between backticks", "[prometheus]") {
  CHECK(bind_native("up{x=`$a`}", {{"a", Value("plain\\")}}).value() == "up{x=`plain\\`}");
  CHECK_FALSE(bind_native("up{x=`$a`}", {{"a", Value("a`} or up{x=`")}}).ok());
}

TEST_CASE("no value of a million changes what a query means", "[prometheus][injection]") {
  Hostile hostile(20261121);
  size_t failed = 0, nothing = 0;
  std::string before = "x", example;
  for (int i = 0; i < 1'000'000; ++i) {
    const std::string value = hostile.next();
    std::string text = selector({"m"}, {is("a", value), one_of("b", {before, value}), is_not("c", value), matches("d", regex_literal(value))});
    text.pop_back();
    text += bind_native(",e=$v,f=\"<$v>\",g='<$v>',h=~$v,i=~\"$v\"}", {{"v", Value(value)}}).value();
    Lexer read(text);
    read.word("m{a=");
    read.literal("", value, "");
    read.word(",b=~");
    read.regex(before, value, true);
    read.word(",c!=");
    read.literal("", value, "");
    read.word(",d=~");
    read.regex(value, "", false);
    read.word(",e=");
    read.literal("", value, "");
    read.word(",f=");
    read.literal("<", value, ">");
    read.word(",g=");
    read.literal("<", value, ">");
    read.word(",h=~");
    read.regex(value, "", false);
    read.word(",i=~");
    read.regex(value, "", false);
    read.word("}");
    nothing += read.nothing;
    if (!read.at_end() && failed++ == 0) example = text;
    before = value;
  }
  INFO("first: " << printable(example));
  CHECK(failed == 0);
  CHECK(nothing > 100'000);                              // bytes that no label can hold
  CHECK(nothing < 3'000'000);
}

TEST_CASE("the reader of these tests sees a value that leaves its literal", "[prometheus][injection]") {
  for (const char* text : {"\"a\" or up\"", "\"a", "\"a\n\"", "\"a\\q\"", "\"a\xff\""}) {
    const std::string all = text;
    Lexer read(all);
    read.literal("", "a", "");
    CHECK_FALSE(read.at_end());
  }
  const std::string loose = "\"a.b\"";
  Lexer read(loose);
  read.regex("a.b", "", false);
  CHECK_FALSE(read.ok());
}

// For tests against a real server: INQUEST_HOSTILE=1000 connectors_test "[.hostile]" prints JSON lines {value, selector}.
TEST_CASE("hostile values and the selectors that are made of them", "[.hostile]") {
  const char* n = std::getenv("INQUEST_HOSTILE");
  Hostile hostile(20261121);
  for (int64_t i = 0, all = n ? std::atoll(n) : 100; i < all; ++i) {
    const std::string value = hostile.next();
    Json line = {{"hex", ""}, {"selector", selector({"m"}, {is("value", value)})}, {"regex", selector({"m"}, {matches("value", regex_literal(value))})}};
    std::string hex;
    for (const char c : value) {
      static const char digits[] = "0123456789abcdef";
      (hex += digits[static_cast<unsigned char>(c) >> 4]) += digits[c & 15];
    }
    line["hex"] = hex;
    std::cout << canonical(line) << "\n";
  }
  SUCCEED();
}
