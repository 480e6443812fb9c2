// Ids of traces and spans: hex as OTLP-JSON says, base64 as generic protobuf writers make of bytes.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp_decode_work.h"

namespace inquest::otlp {
namespace {

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

// count × 8 bytes as base64, padded or not, either alphabet; no other length is taken.
bool base64(std::string_view text, uint64_t* words, size_t count) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() != (count * 64 + 5) / 6) return false;
  uint64_t made[2] = {0, 0};
  size_t bits = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return false;
    for (int b = 5; b >= 0; --b, ++bits) {
      const auto bit = static_cast<uint64_t>(digit >> b & 1);
      if (bits < count * 64) made[bits / 64] = made[bits / 64] << 1 | bit;
      else if (bit != 0) return false;
    }
  }
  for (size_t w = 0; w < count; ++w) words[w] = made[w];
  return true;
}

// Value of a hex digit, 0xff for anything else.
constexpr struct HexTable {
  uint8_t of[256];
  constexpr HexTable() : of() {
    for (int c = 0; c < 256; ++c) {
      of[c] = c >= '0' && c <= '9' ? static_cast<uint8_t>(c - '0')
              : c >= 'a' && c <= 'f' ? static_cast<uint8_t>(c - 'a' + 10)
              : c >= 'A' && c <= 'F' ? static_cast<uint8_t>(c - 'A' + 10) : uint8_t{0xff};
    }
  }
} hex_table;

bool hex_word(std::string_view text, uint64_t& word) {
  uint64_t made = 0;
  for (const char c : text) {
    const uint8_t digit = hex_table.of[static_cast<uint8_t>(c)];
    if (digit == 0xff) return false;
    made = made << 4 | digit;
  }
  return word = made, true;
}

}  // namespace

bool Decoder::Work::hex(uint64_t* words, size_t count, bool& present) {
  std::string_view text;
  if (!walk.text(text)) return false;
  present = !text.empty();
  if (!present) return true;
  if (text.size() != count * 16) {
    if (count == 2 && text.size() == 16) return words[0] = 0, hex_word(text, words[1]) || (walk.wrong = true);
    return base64(text, words, count) || (walk.wrong = true);
  }
  uint8_t wrong = 0;
  for (size_t w = 0; w < count; ++w) {
    uint64_t word = 0;
    for (size_t i = 0; i < 16; ++i) {
      const uint8_t digit = hex_table.of[static_cast<uint8_t>(text[w * 16 + i])];
      wrong |= digit;
      word = word << 4 | (digit & 15);
    }
    words[w] = word;
  }
  if (wrong & 0xf0) walk.wrong = true;
  return true;
}

}  // namespace inquest::otlp
