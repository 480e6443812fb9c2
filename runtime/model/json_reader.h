// Reads members of a JSON object one by one and keeps the first mistake, so that a reader is a list of members.
// SPDX-License-Identifier: Apache-2.0
//
// An absent member leaves the default, a member of the wrong type is an error that names it. Private to runtime/model.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/json.h"
#include "runtime/base/time.h"
#include "runtime/model/value.h"

namespace inquest {

class JsonReader final {
 public:
  JsonReader(const Json& json, std::string what);
  std::string text(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  std::map<std::string, std::string> text_map(std::string_view key);
  std::map<std::string, double> number_map(std::string_view key);
  std::map<std::string, std::vector<std::string>> texts_map(std::string_view key);
  double number(std::string_view key);
  bool flag(std::string_view key);
  std::optional<Time> time(std::string_view key);
  Map values(std::string_view key);
  const Json* object(std::string_view key);  // null when absent
  const Json* array(std::string_view key);
  void required(std::string_view key);
  void fail(const Error& error);             // an error of a part
  bool ok() const { return !error_; }
  const Error& error() const { return *error_; }

 private:
  const Json* get(std::string_view key, bool (Json::*is)() const noexcept, const char* wanted);
  void wrong(std::string_view key, const char* wanted, const Json& got);

  const Json& json_;
  std::string what_;  // "ask", "finding"
  std::optional<Error> error_;
};

}  // namespace inquest
