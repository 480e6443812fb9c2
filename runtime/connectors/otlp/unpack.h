// Unpack: the bytes of a file, whatever it is packed with.
// SPDX-License-Identifier: Apache-2.0
//
// Several gzip members or zstd frames behind each other read as one text. Thread rule: one thread at a time.
#pragma once

#include <memory>
#include <string>

#include "runtime/connectors/otlp/files.h"

namespace inquest::otlp {

class Unpack {
 public:
  virtual ~Unpack() = default;
  // Fills `to` with up to `size` bytes (at least one); 0 at the end or when no more can be read: then see problem().
  virtual size_t read(char* to, size_t size) = 0;
  const std::string& problem() const { return problem_; }  // empty at a clean end

 protected:
  std::string problem_;
};
std::unique_ptr<Unpack> open_unpack(const File& file);

}  // namespace inquest::otlp
