// YAML: text → Json with the position of every node. The only door to yaml-cpp; for configuration files.
// SPDX-License-Identifier: Apache-2.0
//
// One document of YAML 1.2 core: plain `true`, `false`, `null`, `~`, decimal integers (no leading zero) and decimal
// fractions are what they look like; everything else, and whatever is quoted, is text (`yes`, `0777`, `1.2.3`, dates).
// Keys are text. Refused, with line: a key twice in one map, a tag of one's own, an alias that makes the document larger
// than 100 000 nodes, nesting deeper than 64, more than one document, more than 1 MB. Anchors, aliases and `<<: *base`
// (what the map says itself wins) are resolved.
// Errors: parse, `where` is "FILE:LINE". Thread rule: pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "runtime/base/json.h"

namespace inquest {

struct YamlMark {
  int line = 0, column = 0;              // from 1; of a member of a map: of its key
  std::string text = {};                 // of a scalar: as it was written (`007`, `1e3`), without quotes
};
struct Yaml {
  Json value;
  std::map<std::string, YamlMark> marks; // by JSON pointer: "" (the document), "/sources/0/name"
  std::string file;                      // the `where` that was given
  std::string where(const std::string& pointer) const;  // FILE:LINE of that node, or of the nearest one around it
};
Result<Yaml> parse_yaml(std::string_view text, const std::string& where);

// One more step of a JSON pointer: ~ and / of the key escaped.
std::string pointer_to(const std::string& pointer, std::string_view key);
std::string pointer_to(const std::string& pointer, size_t index);

}  // namespace inquest
