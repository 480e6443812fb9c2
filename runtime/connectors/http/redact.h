// What of a configuration must never be shown, in every form in which it could come back.
// SPDX-License-Identifier: Apache-2.0
//
// Forms: as it stands; base64 (also URL-safe, and inside of a longer text at any of its three alignments); percent-encoded
// (upper and lower hexadecimal, blank as +); escaped as JSON or HTML writes it. A secret or form under 8 bytes stays: cutting
// it would ruin texts without hiding anything.
// Thread rule: immutable once made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/connectors/http/config.h"

namespace inquest::http {

class Redactor final {
 public:
  explicit Redactor(const Config& config);
  std::string cut(std::string text) const;   // each form found becomes ***
  bool idle() const { return forms_.empty(); }

 private:
  std::vector<std::string> forms_;           // longest first
};

std::string base64(std::string_view bytes);
// Percent-encoded but for letters, digits, - . _ ~ and what `also` names.
std::string percent(std::string_view text, std::string_view also = {}, bool upper = true);

}  // namespace inquest::http
