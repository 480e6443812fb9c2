// Sequences by utf8proc.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/utf8.h"

#include <utf8proc.h>

namespace inquest {

size_t long_utf8_sequence(std::string_view text, size_t at) {
  utf8proc_int32_t code = -1;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                     static_cast<utf8proc_ssize_t>(text.size() - at), &code);
  return size > 1 ? static_cast<size_t>(size) : 0;
}

bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t size = utf8_sequence(text, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 64);
  for (size_t at = 0; at < text.size();) {
    const size_t size = utf8_sequence(text, at);
    if (size == 0) append_utf8(out, replacement_character);
    else out.append(text, at, size);
    at += size == 0 ? 1 : size;
  }
  return out;
}

void append_utf8(std::string& out, char32_t code) {
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

}  // namespace inquest
