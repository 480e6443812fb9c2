// UTF-8: where sequences end, and code points as bytes (utf8proc).
// SPDX-License-Identifier: Apache-2.0
//
// Pure functions. Well-formed is what Unicode's table 3-7 says: nothing overlong, no surrogate, nothing above U+10FFFF.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace inquest {

inline constexpr char32_t replacement_character = 0xFFFD;

// Bytes of a well-formed sequence of more than one byte at `at`; 0 where there is none.
size_t long_utf8_sequence(std::string_view text, size_t at);
// Bytes of the well-formed sequence at `at`, 1 to 4; 0 where there is none, and behind the end.
inline size_t utf8_sequence(std::string_view text, size_t at = 0) {
  if (at >= text.size()) return 0;
  return static_cast<unsigned char>(text[at]) < 0x80 ? 1 : long_utf8_sequence(text, at);
}
bool is_utf8(std::string_view text);
// Each byte that is no part of a well-formed sequence becomes U+FFFD.
std::string replace_invalid_utf8(std::string_view text);
// `code`: up to U+10FFFF and no surrogate.
void append_utf8(std::string& out, char32_t code);

}  // namespace inquest
