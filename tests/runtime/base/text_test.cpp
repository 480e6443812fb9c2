// Nearest names, printing of hostile text, widths and small helpers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text.h"

#include <catch2/catch.hpp>
#include <utf8proc.h>

#include <array>
#include <random>

using namespace inquest;

namespace {

std::vector<int32_t> points(const std::string& text) {  // empty when it is not UTF-8
  std::vector<int32_t> out;
  for (size_t at = 0; at < text.size();) {
    utf8proc_int32_t cp;
    const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                    static_cast<utf8proc_ssize_t>(text.size() - at), &cp);
    if (n <= 0) return {};
    out.push_back(cp);
    at += static_cast<size_t>(n);
  }
  return out;
}

}  // namespace

TEST_CASE("the nearest name is found through a slip of the finger") {
  const std::vector<std::string> known = {"context", "query", "review", "suggest"};
  CHECK(nearest("contxt", known) == "context");
  CHECK(nearest("qurey", known) == "query");
  CHECK(nearest("REVIEW", known) == "review");
  CHECK(nearest("banana", known).empty());
}

TEST_CASE("equally near names are taken in the order of the known ones") {
  CHECK(nearest("cat", {"bat", "hat"}) == "bat");
  CHECK(nearest("cat", {"hat", "bat"}) == "hat");
}

TEST_CASE("a name that shares nothing is not near, however short") {
  CHECK(nearest("x", {"on"}).empty());
  CHECK(nearest("", {"on", "a"}).empty());
  CHECK(nearest(std::string(1000000, 'a'), {"aaa"}).empty());
}

TEST_CASE("did_you_mean names the nearest, else the known ones and how many more") {
  CHECK(did_you_mean("cpuu", {"memory", "cpu"}) == "did you mean `cpu`?");
  CHECK(did_you_mean("zzzzzz", {"a", "b", "c"}, 2) == "known: a, b and 1 more");
  CHECK(did_you_mean("x", {}).empty());
}

TEST_CASE("controls, ESC and DEL are printed as escapes") {
  CHECK(printable("a\x1b[31mb\n\t\x7f") == "a\\u{1b}[31mb\\u{a}\\u{9}\\u{7f}");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\u{0}b");
  CHECK(printable("\xc2\x9b") == "\\u{9b}");
}

TEST_CASE("text that reorders or hides itself is printed as escapes") {
  for (const int32_t cp : {0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0x200e, 0x200f, 0x061c,
                           0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0x00ad, 0x2028, 0x2029, 0xe0041, 0x3164, 0x034f, 0xe0100}) {
    utf8proc_uint8_t bytes[4];
    const auto n = utf8proc_encode_char(cp, bytes);
    const std::string text(reinterpret_cast<char*>(bytes), static_cast<size_t>(n));
    INFO(std::hex << cp);
    const std::string shown = printable("a" + text + "b");
    CHECK(shown.substr(0, 4) == "a\\u{");
    CHECK(shown.substr(shown.size() - 2) == "}b");
  }
}

TEST_CASE("bytes that are not UTF-8 are printed as escapes") {
  CHECK(printable("a\xff" "b") == "a\\u{ff}b");
  CHECK(printable("\xe2\x82") == "\\u{e2}\\u{82}");
  CHECK(printable("\xed\xa0\x80") == "\\u{ed}\\u{a0}\\u{80}");  // a surrogate
}

TEST_CASE("letters of every script pass unchanged") {
  for (const char* text : {"plain", "größe", "日本語", "Ελλάδα", "é", "x² ≤ 4 …", "C:\\u"}) CHECK(printable(text) == text);
}

TEST_CASE("a tower of combining marks ends after four") {
  std::string tower = "a";
  for (int i = 0; i < 6; ++i) tower += "\u0301";
  CHECK(printable(tower) == "a\u0301\u0301\u0301\u0301\\u{301}\\u{301}");
}

TEST_CASE("a cut text has at most the wanted code points and ends with the sign of the cut") {
  CHECK(printable("abcdef", 4) == "abc…");
  CHECK(printable("abcd", 4) == "abcd");
  CHECK(printable("ab\x1b", 4) == "ab…");  // an escape is never cut in two
  CHECK(printable("日本語テキスト", 3) == "日本…");
}

TEST_CASE("whatever the bytes, printable gives safe UTF-8 within the limit") {
  std::mt19937_64 random(4);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (size_t n = random() % 40; n > 0; --n) {
      if (random() % 2) text += static_cast<char>(random());
      else text += std::array{"\u202e", "é", "\u200d", "日", "\x1b", "\u0301", "a", "\xe2"}[random() % 8];
    }
    const size_t limit = random() % 30;
    const std::string shown = printable(text, limit);
    const auto all = points(shown);
    REQUIRE(all.empty() == shown.empty());
    if (limit) REQUIRE(all.size() <= limit);
    for (const int32_t cp : all) {
      const auto category = utf8proc_category(cp);
      REQUIRE(category != UTF8PROC_CATEGORY_CC);
      REQUIRE(category != UTF8PROC_CATEGORY_CF);
    }
  }
}

TEST_CASE("html is escaped in every place where it could begin something") {
  CHECK(escape_html("<a href=\"x\" b='y'>&") == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
  CHECK(escape_html("a\n\tb\x01") == "a\n\tb\\u{1}");
  CHECK(escape_html("\u202e<") == "\\u{202e}&lt;");
}

TEST_CASE("width counts columns, not bytes or code points") {
  CHECK(width("abc") == 3);
  CHECK(width("größe") == 5);
  CHECK(width("日本") == 4);
  CHECK(width("e\u0301") == 1);
}

TEST_CASE("padding gives exactly the wanted columns") {
  CHECK(pad("ab", 4) == "ab  ");
  CHECK(pad("ab", 4, true) == "  ab");
  CHECK(pad("abcdef", 4) == "abc…");
  CHECK(pad("日本語", 4) == "日… ");
  CHECK(pad("abc", 0).empty());
  for (size_t columns = 1; columns < 12; ++columns) CHECK(width(pad("a日b本c語", columns)) == columns);
}

TEST_CASE("split and join are inverse") {
  CHECK(split("a,b,", ',') == std::vector<std::string>{"a", "b", ""});
  for (const char* text : {"", ",", "a", "a,,b", ",a,"}) CHECK(join(split(text, ','), ",") == text);
}

TEST_CASE("trim drops blanks at both ends") {
  CHECK(trim(" \ta b\r\n") == "a b");
  CHECK(trim(" \n").empty());
}

TEST_CASE("names of SOPs and files are short, lower-case and cannot leave a folder") {
  for (const char* name : {"memory_leak", "a", "9.1-x"}) CHECK(valid_name(name));
  for (const char* name : {"", ".", "..", "../x", "a/b", "A", "_a", "a b", "a\n"}) CHECK_FALSE(valid_name(name));
  CHECK(valid_name(std::string(80, 'a')));
  CHECK_FALSE(valid_name(std::string(81, 'a')));
}
