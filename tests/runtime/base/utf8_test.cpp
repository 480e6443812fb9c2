// UTF-8 against the definition, over every code point and every beginning of two and three bytes.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/utf8.h"

#include <catch2/catch.hpp>

using namespace inquest;

TEST_CASE("every code point but surrogates is written, and read back whole") {
  size_t wrong = 0;
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, code);
    const size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    wrong += text.size() != size || utf8_sequence(text) != size || utf8_sequence(text.substr(0, size - 1)) != 0;
  }
  CHECK(wrong == 0);
}

TEST_CASE("of all beginnings of three bytes those of Unicode's table 3-7 are sequences") {
  size_t wrong = 0;
  for (unsigned first = 0x80; first < 0x100; ++first)
    for (unsigned second = 0; second < 0x100; ++second)
      for (const unsigned third : {0x00u, 0x7Fu, 0x80u, 0xBFu, 0xC0u, 0xFFu}) {
        const char text[] = {static_cast<char>(first), static_cast<char>(second), static_cast<char>(third), '\x80'};
        const bool tail = second >= 0x80 && second <= 0xBF, more = third >= 0x80 && third <= 0xBF;
        size_t size = 0;
        if (first >= 0xC2 && first <= 0xDF && tail) size = 2;
        else if (first == 0xE0 && second >= 0xA0 && tail && more) size = 3;
        else if (first == 0xED && second <= 0x9F && tail && more) size = 3;
        else if (first >= 0xE1 && first <= 0xEF && first != 0xED && tail && more) size = 3;
        else if (first == 0xF0 && second >= 0x90 && tail && more) size = 4;
        else if (first >= 0xF1 && first <= 0xF3 && tail && more) size = 4;
        else if (first == 0xF4 && second <= 0x8F && tail && more) size = 4;
        wrong += utf8_sequence(std::string_view(text, 4)) != size;
      }
  CHECK(wrong == 0);
}

TEST_CASE("bytes that are no UTF-8 are replaced one by one, and the rest stays") {
  CHECK(replace_invalid_utf8("a\xC3\xA4\xFF\xE2\x82z") == "a\xC3\xA4\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
  CHECK(is_utf8("a\xC3\xA4"));
  CHECK_FALSE(is_utf8("a\xC3"));
  CHECK(is_utf8(""));
  CHECK(utf8_sequence("", 0) == 0);
}
