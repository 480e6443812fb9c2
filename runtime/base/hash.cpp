// SHA-256 through Poco.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/hash.h"

#include <Poco/SHA2Engine.h>

namespace inquest {

std::string sha256_hex(std::string_view bytes) {
  Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
  while (!bytes.empty()) {  // Poco takes unsigned lengths
    const size_t part = bytes.size() < (1u << 30) ? bytes.size() : (1u << 30);
    engine.update(bytes.data(), static_cast<unsigned>(part));
    bytes.remove_prefix(part);
  }
  return Poco::DigestEngine::digestToHex(engine.digest());
}

}  // namespace inquest
