// SHA-256 of bytes, as lower-case hex.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace inquest {

std::string sha256_hex(std::string_view bytes);  // 64 hex digits

}  // namespace inquest
