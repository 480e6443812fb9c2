// Leaves of the tree of queries that the filters are made of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/connectors/opensearch/layout.h"

namespace inquest::opensearch::leaf {

inline Json object(std::string key, Json value) {
  Json out = Json::object();
  out[std::move(key)] = std::move(value);
  return out;
}

inline Json term(const std::string& path, Json value) { return object("term", object(path, std::move(value))); }

inline Json terms(const std::string& path, std::vector<Json> values) {
  if (values.size() == 1) return term(path, std::move(values[0]));
  return object("terms", object(path, Json(std::move(values))));
}

inline Json nested(const std::string& path, Json query) {
  Json inside = Json::object();
  inside["path"] = path;
  inside["query"] = std::move(query);
  inside["ignore_unmapped"] = true;
  return object("nested", std::move(inside));
}

// A tag of Jaeger's, as a nested document of `where` (tags or process.tags).
inline Json tag(const std::string& where, std::string_view key, std::optional<Json> value_query) {
  std::vector<Json> both = {term(where + ".key", std::string(key))};
  if (value_query) both.push_back(std::move(*value_query));
  return nested(where, all_of(std::move(both)));
}

inline Json tag_is(const std::string& where, std::string_view key, const std::vector<std::string>& values) {
  std::vector<Json> each(values.begin(), values.end());
  if (each.empty()) return none_of_it();
  return tag(where, key, terms(where + ".value", std::move(each)));
}

inline Json everything() { return object("match_all", Json::object()); }

// Absent or empty.
inline Json lacks(const Layout& layout, const Field& field) {
  std::vector<Json> either = {not_any({exists(field)})};
  if (!field.doc.empty() && (field.type == "keyword" || field.text())) either.push_back(equals(layout, field, {""}));
  return any_of(std::move(either));
}

}  // namespace inquest::opensearch::leaf
