// Requests as text: encoding, printing, and the table of what may be sent.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/http/request.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/connectors/http/redact.h"

namespace inquest::http {
namespace {

// Left readable in a query; ; + & = # and brackets are not (Go's servers refuse a bare ;).
constexpr const char* plain_in_query = "/:,()*@!$";

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A value inside a path: encoded bytes only, and nothing that a server could take for a way up or a second path.
bool sound_value(const std::string& part) {
  std::string plain;
  for (size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    if (c == '%') {
      if (i + 2 >= part.size() || hex(part[i + 1]) < 0 || hex(part[i + 2]) < 0) return false;
      plain += static_cast<char>(hex(part[i + 1]) * 16 + hex(part[i + 2]));
      i += 2;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("-._~*,:@!$()").find(c) != std::string_view::npos) {
      plain += c;
    } else {
      return false;
    }
  }
  return !plain.empty() && plain != "." && plain != ".." && plain.find('\0') == std::string::npos;
}

}  // namespace

const char* method_name(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::post: return "POST";
    case Method::del: return "DELETE";
    case Method::head: return "HEAD";
  }
  return "GET";
}

std::string segment(std::string_view text) {
  if (text == ".") return "%2E";
  if (text == "..") return "%2E%2E";
  return percent(text);
}

std::string form(const std::vector<Param>& params) {
  std::string out;
  for (const Param& param : params) {
    if (!out.empty()) out += '&';
    out += percent(param.name, plain_in_query) + "=" + percent(param.value, plain_in_query);
  }
  return out;
}

std::string target(const Request& request) {
  return request.query.empty() ? request.path : request.path + "?" + form(request.query);
}

std::string Request::print() const {
  std::string out = std::string(method_name(method)) + " " + target(*this);
  if (!body.empty()) out += "\n" + body;
  return out;
}

const Endpoint* allowed_by(const std::vector<Endpoint>& table, const Request& request) {
  const std::vector<std::string> parts = split(request.path, '/');
  if (parts.size() < 2 || !parts[0].empty()) return nullptr;
  for (const Endpoint& row : table) {
    if (row.method != request.method) continue;
    const std::vector<std::string> wanted = split(row.path, '/');
    if (wanted.size() != parts.size()) continue;
    bool fits = true;
    for (size_t i = 1; i < parts.size() && fits; ++i) fits = wanted[i] == "*" ? sound_value(parts[i]) : wanted[i] == parts[i];
    if (fits) return &row;
  }
  return nullptr;
}

}  // namespace inquest::http
