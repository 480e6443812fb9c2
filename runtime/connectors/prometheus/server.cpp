// The table of endpoints, and answers told apart.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/server.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "runtime/base/text.h"

namespace inquest::prometheus {
namespace {

using http::Judged;
using Class = Failure::Class;

constexpr size_t longest_get = 2000;
constexpr const char* smaller = "ask for a shorter window, fewer services, or a larger `every`";

// The first words of a body that is no JSON of Prometheus.
std::string first_words(const std::string& body) {
  const std::string text = trim(body.substr(0, 400));
  return text.empty() ? "nothing" : printable(text, 120);
}

// What the answer of an endpoint holds.
Reply::Data data_of(const std::string& path) {
  if (path == "/api/v1/query" || path == "/api/v1/query_range") return Reply::Data::result;
  return path == "/api/v1/status/buildinfo" || path == "/api/v1/metadata" ? Reply::Data::object : Reply::Data::list;
}

Failure not_prometheus(const http::Response& response) {
  const bool html = response.content_type.find("html") != std::string::npos;
  return {Class::malformed, "the server answered " + (response.content_type.empty() ? "without a content type" : response.content_type) + ": " + first_words(response.body),
          html ? "this looks like a page for people (a login, a proxy): give credentials, or the URL of the API itself"
               : "is `url` that of a Prometheus, with its base path?"};
}

}  // namespace

const std::vector<http::Endpoint>& endpoints() {
  using http::Method;
  static const std::vector<http::Endpoint> all = {
      {Method::get, "/api/v1/status/buildinfo", "which version it is"},
      {Method::get, "/api/v1/labels", "names of labels"},
      {Method::get, "/api/v1/label/*/values", "names of metrics and services"},
      {Method::get, "/api/v1/series", "what target_info says of resources"},
      {Method::post, "/api/v1/series", "the same, as a form"},
      {Method::get, "/api/v1/metadata", "types of metrics"},
      {Method::get, "/api/v1/query", "samples of a window"},
      {Method::post, "/api/v1/query", "the same, as a form"},
      {Method::get, "/api/v1/query_range", "expressions over a window"},
      {Method::post, "/api/v1/query_range", "the same, as a form"},
      {Method::get, "/api/v1/query_exemplars", "traces that points name"},
      {Method::post, "/api/v1/query_exemplars", "the same, as a form"},
  };
  return all;
}

http::Request get(const std::string& path, std::vector<http::Param> params) {
  http::Request request;
  request.path = path;
  size_t length = 0;
  for (const http::Param& one : params) length += one.name.size() + one.value.size() * 3 / 2;
  const bool form_taken = path == "/api/v1/series" || path == "/api/v1/query" || path == "/api/v1/query_range" || path == "/api/v1/query_exemplars";
  if (length > longest_get && form_taken) {
    request.method = http::Method::post;
    request.body = http::form(params);
    request.content_type = "application/x-www-form-urlencoded";
  } else {
    request.query = std::move(params);
  }
  return request;
}

Judged judge(const http::Response& response) {
  if (response.status >= 200 && response.status < 300) return {};
  if (response.status == 401 || response.status == 403) return http::usual(response);
  const auto reply = read_reply(response.body);
  if (!reply || reply->status != "error") {
    if (response.status == 404)
      return {Judged::What::bad, {Class::rejected, "the server knows no such path (404): " + first_words(response.body),
                                  "is `url` that of a Prometheus, with its base path?"}};
    if (response.status == 503)
      return {Judged::What::again, {Class::overloaded, "the server is not ready (503): " + first_words(response.body), "try again when it has started"}};
    return http::usual(response);
  }
  const std::string said = (reply->error_type.empty() ? "" : reply->error_type + ": ") + printable(reply->error, 400);
  if (reply->error_type == "timeout" || reply->error_type == "canceled" || response.status == 499)
    return {Judged::What::again, {Class::timeout, "the server ended the query (" + said + ")", smaller}};
  if (response.status == 422) {
    const bool large = reply->error.find("too many samples") != std::string::npos || reply->error.find("exceeded") != std::string::npos;
    return {Judged::What::bad, {large ? Class::too_large : Class::rejected, "the server cannot carry the query out (" + said + ")", large ? smaller : ""}};
  }
  if (response.status == 429) return {Judged::What::again, {Class::overloaded, said, smaller}};
  if (response.status < 500) return {Judged::What::bad, {Class::rejected, "the server rejects the query (" + said + ")", ""}};
  return {Judged::What::again, {Class::overloaded, "the server failed (" + std::to_string(response.status) + ", " + said + ")", ""}};
}

Outcome<Answered> Server::ask(const http::Request& request, const Deadline& deadline, const Stop& stop) const {
  Outcome<http::Response> sent = send_(request, judge, deadline, stop);
  if (auto* failure = std::get_if<Failure>(&sent)) return std::move(*failure);
  if (auto* later = std::get_if<RetryLater>(&sent)) return std::move(*later);
  const http::Response& response = std::get<http::Response>(sent);
  const bool json = response.content_type == "application/json" || response.content_type.empty();
  if (!json) return not_prometheus(response);
  if (trim(response.body.substr(0, 64)).empty()) return Failure{Class::malformed, "the server answered " + std::to_string(response.status) + " with an empty body", ""};
  auto reply = read_reply(response.body);
  if (!reply) return Failure{Class::malformed, "the answer is no JSON of Prometheus: " + reply.error().message, ""};
  if (reply->status != "success") {
    if (reply->status.empty()) return not_prometheus(response);
    return Failure{Class::rejected, "the server answered " + std::to_string(response.status) + " with status `" + printable(reply->status, 40) + "`: " +
                                        printable(reply->error_type + (reply->error.empty() ? "" : ": " + reply->error), 400), ""};
  }
  if (reply->data != data_of(request.path))
    return Failure{Class::malformed, "the answer to " + request.path + " has not the data of one", "is `url` that of a Prometheus, with its base path?"};
  for (const std::string& one : response.warnings) reply->warnings.push_back(one);
  return Answered{std::move(*reply), response.skew};
}

std::vector<Outcome<Answered>> Server::ask_all(const std::vector<http::Request>& requests, size_t at_once, const Deadline& deadline,
                                               const Stop& stop) const {
  std::vector<Outcome<Answered>> out(requests.size(), Failure{});
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < requests.size(); i = next++) out[i] = ask(requests[i], deadline, stop);
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < std::min(at_once, requests.size()); ++i) others.emplace_back(work);
  work();
  for (std::thread& one : others) one.join();
  return out;
}

}  // namespace inquest::prometheus
