// Fields: the table of everything that may stand in inquest.yaml, and the check of a file against it.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/connectors/settings, read by its tests and by the test of docs/sources.md.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/yaml.h"

namespace inquest::settings {

enum class Kind : uint8_t {
  text,      // also a number, as it was written
  secret,    // a text that is never shown: given, env:NAME or file:PATH
  path,      // of a file, relative to the configuration
  flag,      // true or false
  whole,     // an integer from 1
  size,      // bytes: 33554432, 32MB, 32MiB
  duration,  // 30s, 1m30s
  texts,     // a list of texts; one text alone stands for a list of one
  table,     // NAME: text
  either,    // a text, or NAME: text
  group,     // a map of the fields below it
  groups,    // a list of such maps
  anything,  // read by whom it concerns
  refused,   // known from elsewhere and not done here: `doc` is the way out
};

struct Field {
  const char* path;  // "sources.basic_auth.username"
  Kind kind;
  const char* doc;
};
const std::vector<Field>& fields();
const char* kind_doc(Kind kind);  // "true or false"

// Every node against the table. The first mistake, with its line, the nearest field and the way out.
Status check_fields(const Yaml& yaml);

Result<int64_t> parse_size(const std::string& text);  // 32MB, 1.5GiB, 1024

}  // namespace inquest::settings
