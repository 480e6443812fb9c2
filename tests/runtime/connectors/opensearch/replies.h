// Recorded replies of OpenSearch as a Send: from the files of replies/, by their requests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/client.h"

namespace replies {

using namespace inquest;

inline std::string folder() { return std::string(INQUEST_SOURCE_DIR) + "/tests/runtime/connectors/opensearch/replies/"; }

struct Reply {
  std::string name, content_type;
  int status = 0;
  Json response;                         // null: none
  http::Response as_response() const {
    http::Response out;
    out.status = status;
    out.content_type = content_type;
    out.body = response.is_string() ? response.get<std::string>() : response.is_null() ? "" : canonical(response);
    return out;
  }
};

inline Reply load(const std::string& version, const std::string& name) {
  const auto text = read_file(folder() + version + "/" + name + ".json");
  REQUIRE(text.ok());
  const auto json = parse_json(*text, name);
  REQUIRE(json.ok());
  Reply out;
  out.name = name;
  out.status = static_cast<int>(json_int64((*json)["status"]));
  out.content_type = member_text(*json, "response_content_type");
  out.content_type = out.content_type.substr(0, out.content_type.find(';'));
  out.response = (*json)["response"];
  return out;
}

inline const std::vector<std::string>& versions() {
  static const std::vector<std::string> all = {"2.19.1", "3.8.0"};
  return all;
}

// A server that answers what `answer` says, and remembers what it was asked.
struct Asked {
  http::Request request;
  std::string print() const { return request.print(); }
};
struct Server {
  std::vector<Asked> asked;
  std::function<http::Response(const http::Request&)> answer;
  opensearch::Send send() {
    return [this](const http::Request& request, const http::Judge& judge, const Deadline&, const Stop&) -> Outcome<http::Response> {
      asked.push_back({request});
      http::Response response = answer(request);
      const http::Judged judged = judge(response);
      if (judged.what != http::Judged::What::good) return judged.failure;
      return response;
    };
  }
};

inline http::Response json(const Json& body, int status = 200) {
  http::Response out;
  out.status = status;
  out.content_type = "application/json";
  out.body = canonical(body);
  return out;
}

inline Json parsed(const std::string& text) {
  auto json = parse_json(text, "test");
  REQUIRE(json.ok());
  return *json;
}

// The searches of the body of an _msearch: header and body of each.
inline std::vector<std::pair<Json, Json>> searches(const std::string& body) {
  std::vector<std::pair<Json, Json>> out;
  const auto lines = split(body, '\n');
  for (size_t i = 0; i + 1 < lines.size(); i += 2) out.emplace_back(parsed(lines[i]), parsed(lines[i + 1]));
  return out;
}

inline Json hits(int64_t total, const Json& list) {
  Json out = Json::object();
  out["took"] = 1;
  out["timed_out"] = false;
  out["_shards"] = Json::object({{"total", 1}, {"successful", 1}, {"skipped", 0}, {"failed", 0}});
  out["hits"] = Json::object({{"total", Json::object({{"value", total}, {"relation", "eq"}})}, {"max_score", nullptr}, {"hits", list}});
  return out;
}

inline const Stop& go() {
  static const std::atomic<bool> stop{false};
  return stop;
}

}  // namespace replies
