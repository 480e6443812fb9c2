// The JSON form of values: types kept apart by tags, exact in both directions.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/model/value.h"

namespace inquest {
namespace {

constexpr int deepest_value = 128;
constexpr const char* tags[] = {"time", "duration", "int", "number", "map", "term"};

bool is_tag(std::string_view key) {
  for (const char* tag : tags)
    if (key == tag) return true;
  return false;
}

// An object that is a tagged value and not a map: one member with the name of a tag, or a term with args and fields.
bool tagged(const Json& json) {
  if (json.empty() || !is_tag(json.begin().key())) return false;
  if (json.size() == 1) return true;
  if (json.begin().key() != "term") return false;
  for (const auto& [key, item] : json.items())
    if (key != "term" && key != "args" && key != "fields") return false;
  return true;
}

Json map_json(const Map& map) {
  Json out = Json::object();
  for (const auto& [key, item] : map) out[key] = value_json(item);
  if (out.size() == map.size() && !tagged(out)) return out;
  Json pairs = Json::array();  // a map that would read as a tag, or with a key twice
  for (const auto& [key, item] : map) pairs.push_back(Json::array({key, value_json(item)}));
  return {{"map", std::move(pairs)}};
}

Error bad(const std::string& what) { return Error{Code::parse, "not a value: " + what}; }
Error bad(const std::string& what, const Json& json) { return bad(what + " " + printable(canonical(json), 60)); }

Result<Value> read(const Json& json, int depth);

Result<List> read_list(const Json& json, int depth) {
  if (!json.is_array()) return bad("a list is wanted, got", json);
  List out;
  out.reserve(json.size());
  for (const Json& item : json) {
    auto value = read(item, depth + 1);
    if (!value) return value.error();
    out.push_back(std::move(*value));
  }
  return out;
}

Result<Value> read_tagged(const Json& json, int depth) {
  const std::string& tag = json.begin().key();
  const Json& item = *json.begin();
  if (tag == "map") {
    if (!item.is_array()) return bad("`map` wants a list of pairs, got", item);
    Map out;
    for (const Json& pair : item) {
      if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string()) return bad("`map` wants pairs of a text and a value, got", pair);
      auto value = read(pair[1], depth + 1);
      if (!value) return value.error();
      out.emplace_back(pair[0].get<std::string>(), std::move(*value));
    }
    return Value(std::move(out));
  }
  if (!item.is_string()) return bad("`" + tag + "` wants a text, got", item);
  const auto& text = item.get_ref<const std::string&>();
  if (tag == "time") {
    const auto time = parse_time(text);
    return time ? Result<Value>(Value(*time)) : Result<Value>(time.error());
  }
  if (tag == "duration") {
    const auto duration = parse_duration(text);
    return duration ? Result<Value>(Value(*duration)) : Result<Value>(duration.error());
  }
  if (tag == "int") {
    const int64_t value = json_int64(item, 0);
    if (value == 0 && json_int64(item, 1) == 1) return bad("`int` wants an integer of 64 bits, got", item);
    return Value(value);
  }
  if (tag == "number") {
    if (text != "NaN" && text != "+Inf" && text != "-Inf") return bad("`number` wants NaN, +Inf or -Inf, got", item);
    return Value(json_number(item));
  }
  Term term;
  term.word = text;
  if (const Json* const args = member(json, "args")) {
    auto list = read_list(*args, depth + 1);
    if (!list) return list.error();
    term.args = std::move(*list);
  }
  if (const Json* const fields = member(json, "fields")) {
    auto value = read(*fields, depth + 1);
    if (!value) return value.error();
    auto* const map = value->get<Map>();
    if (!map) return bad("`fields` wants a map, got", *fields);
    term.fields = std::move(*map);
  }
  return Value(std::move(term));
}

Result<Value> read(const Json& json, int depth) {
  if (depth > deepest_value) return bad("nested deeper than 128 levels");
  switch (json.type()) {
    case Json::value_t::null: return Value();
    case Json::value_t::boolean: return Value(json.get<bool>());
    case Json::value_t::number_float: return Value(json.get<double>());
    case Json::value_t::string: return Value(json.get<std::string>());
    case Json::value_t::number_integer: return Value(json.get<int64_t>());
    case Json::value_t::number_unsigned: {
      const int64_t value = json_int64(json, -1);
      if (value < 0) return bad("an integer beyond 64 bits,", json);
      return Value(value);
    }
    case Json::value_t::array: {
      auto list = read_list(json, depth);
      if (!list) return list.error();
      return Value(std::move(*list));
    }
    case Json::value_t::object: {
      if (tagged(json)) return read_tagged(json, depth);
      Map out;
      out.reserve(json.size());
      for (const auto& [key, item] : json.items()) {
        auto value = read(item, depth + 1);
        if (!value) return value.error();
        out.emplace_back(key, std::move(*value));
      }
      return Value(std::move(out));
    }
    default: return bad("binary data");
  }
}

}  // namespace

Json value_json(const Value& value) {
  if (const auto* v = value.get<bool>()) return *v;
  if (const auto* v = value.get<int64_t>()) {
    Json number = int64_json(*v);
    return number.is_string() ? Json{{"int", std::move(number)}} : number;
  }
  if (const auto* v = value.get<double>()) return std::isfinite(*v) ? Json(*v) : Json{{"number", number_json(*v)}};
  if (const auto* v = value.get<Time>()) return {{"time", print_time(*v)}};
  if (const auto* v = value.get<Duration>()) return {{"duration", print_duration(*v)}};
  if (const auto* v = value.get<std::string>()) return *v;
  if (const auto* v = value.get<List>()) {
    Json out = Json::array();
    for (const Value& item : *v) out.push_back(value_json(item));
    return out;
  }
  if (const auto* v = value.get<Map>()) return map_json(*v);
  if (const auto* v = value.get<Term>()) {
    Json out = {{"term", v->word}};
    if (!v->args.empty()) out["args"] = value_json(Value(v->args));
    if (!v->fields.empty()) out["fields"] = map_json(v->fields);
    return out;
  }
  return nullptr;
}

Result<Value> json_value(const Json& json) { return read(json, 0); }

}  // namespace inquest
