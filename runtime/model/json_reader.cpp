// Checked reading of the members of a JSON object.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/json_reader.h"

#include "runtime/base/text.h"

namespace inquest {
namespace {

bool is_number(const Json& json) {
  return json.is_number() || (json.is_string() && (json == "NaN" || json == "+Inf" || json == "-Inf"));
}

}  // namespace

JsonReader::JsonReader(const Json& json, std::string what) : json_(json), what_(std::move(what)) {
  if (!json.is_object()) error_ = Error{Code::parse, what_ + ": an object is wanted, got " + printable(canonical(json), 60)};
}

void JsonReader::fail(const Error& error) {
  if (error_) return;
  error_ = error;
  error_->message = what_ + ": " + error.message;
}

void JsonReader::wrong(std::string_view key, const char* wanted, const Json& got) {
  fail(Error{Code::parse, "`" + std::string(key) + "` wants " + wanted + ", got " + printable(canonical(got), 60)});
}

void JsonReader::required(std::string_view key) {
  if (ok() && !member(json_, key)) fail(Error{Code::parse, "`" + std::string(key) + "` is missing"});
}

const Json* JsonReader::get(std::string_view key, bool (Json::*is)() const noexcept, const char* wanted) {
  const Json* const found = ok() ? member(json_, key) : nullptr;
  if (!found || (found->*is)()) return found;
  wrong(key, wanted, *found);
  return nullptr;
}

const Json* JsonReader::object(std::string_view key) { return get(key, &Json::is_object, "an object"); }
const Json* JsonReader::array(std::string_view key) { return get(key, &Json::is_array, "a list"); }

std::string JsonReader::text(std::string_view key) {
  const Json* const found = get(key, &Json::is_string, "a text");
  return found ? found->get<std::string>() : "";
}

bool JsonReader::flag(std::string_view key) {
  const Json* const found = get(key, &Json::is_boolean, "true or false");
  return found && found->get<bool>();
}

double JsonReader::number(std::string_view key) {
  const Json* const found = ok() ? member(json_, key) : nullptr;
  if (!found) return 0;
  if (is_number(*found)) return json_number(*found);
  wrong(key, "a number", *found);
  return 0;
}

std::optional<Time> JsonReader::time(std::string_view key) {
  const Json* const found = get(key, &Json::is_string, "a time");
  if (!found) return std::nullopt;
  const auto read = parse_time(found->get_ref<const std::string&>());
  if (read) return *read;
  fail(read.error());
  return std::nullopt;
}

std::vector<std::string> JsonReader::texts(std::string_view key) {
  std::vector<std::string> out;
  const Json* const list = array(key);
  if (!list) return out;
  for (const Json& item : *list) {
    if (!item.is_string()) { wrong(key, "a list of texts", item); return {}; }
    out.push_back(item.get<std::string>());
  }
  return out;
}

std::map<std::string, std::string> JsonReader::text_map(std::string_view key) {
  std::map<std::string, std::string> out;
  const Json* const map = object(key);
  if (!map) return out;
  for (const auto& [name, item] : map->items()) {
    if (!item.is_string()) { wrong(key, "texts by name", item); return {}; }
    out[name] = item.get<std::string>();
  }
  return out;
}

std::map<std::string, double> JsonReader::number_map(std::string_view key) {
  std::map<std::string, double> out;
  const Json* const map = object(key);
  if (!map) return out;
  for (const auto& [name, item] : map->items()) {
    if (!is_number(item)) { wrong(key, "numbers by name", item); return {}; }
    out[name] = json_number(item);
  }
  return out;
}

std::map<std::string, std::vector<std::string>> JsonReader::texts_map(std::string_view key) {
  std::map<std::string, std::vector<std::string>> out;
  const Json* const map = object(key);
  if (!map) return out;
  JsonReader lists(*map, std::string(key));
  for (const auto& [name, item] : map->items()) out[name] = lists.texts(name);
  if (!lists.ok()) { fail(lists.error()); return {}; }
  return out;
}

Map JsonReader::values(std::string_view key) {
  const Json* const found = object(key);
  if (!found) return {};
  auto value = json_value(*found);
  if (!value) { fail(value.error()); return {}; }
  auto* const map = value->get<Map>();
  if (!map) { wrong(key, "a map", *found); return {}; }
  return std::move(*map);
}

}  // namespace inquest
