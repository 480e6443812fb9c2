// Secrets: `env:NAME`, `file:PATH` and *_file fields turned into values, in this one place.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/connectors/settings. No error says a value; a file's white space at both ends is not part of it, as
// in Prometheus. A secret with a line break or another control character, or an empty one, is refused.
#pragma once

#include <string>

#include "runtime/connectors/http/config.h"
#include "runtime/connectors/settings/settings.h"

namespace inquest::settings {

struct Resolver {
  const Environment& environment;
  std::string folder;                                                   // relative paths are relative to it
  Result<http::Secret> value(const std::string& written) const;         // given, env:NAME, file:PATH
  Result<http::Secret> file(const std::string& path) const;
  std::string path(const std::string& written) const;                   // absolute, or relative to `folder`
};
bool is_reference(const std::string& written);                          // env: or file:

}  // namespace inquest::settings
