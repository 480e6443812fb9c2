// Depth-capped parsing and deterministic printing of JSON.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/json.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace inquest {

Result<Json> parse_json(std::string_view text, const std::string& where) {
  int depth = 0;
  for (size_t i = 0, in_text = 0; i < text.size(); ++i) {  // nlohmann recurses when it destroys and prints
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      else if (c == '"') in_text = 0;
    } else if (c == '"') {
      in_text = 1;
    } else if (c == '[' || c == '{') {
      if (++depth > 128) return Error{Code::parse, "JSON nested deeper than 128 levels", where};
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  try {
    return Json::parse(text);
  } catch (const Json::out_of_range&) {
    return Error{Code::parse, "a number in the JSON is too large for a double", where};
  } catch (const Json::parse_error& e) {
    size_t line = 1, column = 1;
    for (size_t i = 0; i + 1 < e.byte && i < text.size(); ++i) {
      if (text[i] == '\n') { ++line; column = 1; } else { ++column; }
    }
    return Error{Code::parse, "not valid JSON at column " + std::to_string(column),
                 where + ":" + std::to_string(line)};
  }
}

std::string canonical(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string pretty(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json number_json(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return value;
}

double json_number(const Json& json) {
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (text == "+Inf") return std::numeric_limits<double>::infinity();
    if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  }
  return std::numeric_limits<double>::quiet_NaN();
}

Json int64_json(int64_t value) {
  constexpr int64_t exact = int64_t{1} << 53;
  if (value > exact || value < -exact) return std::to_string(value);
  return value;
}

int64_t json_int64(const Json& json, int64_t otherwise) {
  if (json.is_number_unsigned()) {
    const auto value = json.get<uint64_t>();
    return value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) ? otherwise : static_cast<int64_t>(value);
  }
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return value;
  }
  return otherwise;
}

const Json* member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

std::string member_text(const Json& object, std::string_view key, std::string_view otherwise) {
  const Json* const found = member(object, key);
  return found && found->is_string() ? found->get_ref<const std::string&>() : std::string(otherwise);
}

}  // namespace inquest
