// SHA-256 of bytes, as lower-case hex.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace inquest {

std::string sha256_hex(std::string_view bytes);  // 64 hex digits; by the processor's SHA instructions where it has them
std::string sha256_hex_portable(std::string_view bytes);  // the same on any processor, several times slower

}  // namespace inquest
