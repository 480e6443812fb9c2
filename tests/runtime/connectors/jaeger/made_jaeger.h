// Made Jaeger: traces in memory behind the two generations of Jaeger's interface, as its memory store searches them.
// SPDX-License-Identifier: Apache-2.0
//
// A search finds traces with a span of the service (and operation) that starts in the window, and lasts as long as asked,
// the newest first, up to the limit. Answers have the forms of the recorded ones.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "runtime/connectors/jaeger/connector.h"
#include "tests/runtime/connectors/jaeger/rows.h"

namespace made {

struct Spans {                                           // of one service in one trace
  std::string service;
  std::vector<Span> spans;
};

class Jaeger final {
 public:
  bool v1 = true, v3 = true;
  std::string prefix = "";
  size_t most = 100'000;                                 // traces that the store may hold
  std::function<std::optional<Outcome<http::Response>>(const http::Request&)> fault;

  void add(const std::vector<Spans>& trace) {
    for (const Spans& one : trace)
      for (const Span& span : one.spans) traces_[span.trace].push_back({one.service, span});
  }
  void forget() { traces_.clear(); }                     // started again, with a store in memory
  std::string lines() const {                            // as files of OTLP-JSON
    std::string out;
    for (const auto& [id, spans] : traces_)
      for (const auto& [service, span] : spans) out += span_line(resource(service), {span});
    return out;
  }
  jaeger::Send send() {
    return [this](const http::Request& request, const http::Judge& judge, const Deadline&, const Stop& stop) -> Outcome<http::Response> {
      if (stop) return Failure{Failure::Class::cancelled, "cancelled"};
      {
        std::lock_guard lock(mutex_);
        sent_.push_back(request.print());
      }
      if (fault)
        if (auto answer = fault(request)) {
          const auto* response = std::get_if<http::Response>(&*answer);
          return response ? judged(*response, judge) : *answer;
        }
      return judged(respond(request), judge);
    };
  }
  std::vector<std::string> sent() const {
    std::lock_guard lock(mutex_);
    return sent_;
  }
  size_t searches() const {                              // but for those that only look whether a trace is still there
    const auto all = sent();
    return static_cast<size_t>(std::count_if(all.begin(), all.end(), [](const std::string& s) {
      if (s.find("num_traces=16&") != std::string::npos || s.find("&limit=16&") != std::string::npos) return false;
      return s.find("traces?service=") != std::string::npos || s.find("traces?query.service_name=") != std::string::npos;
    }));
  }
  static http::Response response(int status, const std::string& body, const std::string& type = "application/json") {
    http::Response out;
    out.status = status;
    out.content_type = type;
    out.body = body;
    return out;
  }

 private:
  struct Row { std::string service; Span span; };

  static Outcome<http::Response> judged(const http::Response& response, const http::Judge& judge) {
    const http::Judged verdict = judge(response);
    if (verdict.what == http::Judged::What::good) return response;
    return verdict.failure;
  }
  static std::string param(const http::Request& request, const std::string& one, const std::string& other) {
    for (const http::Param& p : request.query)
      if (p.name == one || p.name == other) return p.value;
    return {};
  }
  static std::string names(const char* key, const std::set<std::string>& all) {
    Json out = Json::object();
    out[key] = all;
    return canonical(out);
  }
  http::Response error(bool three, int status, const std::string& words) const {
    Json out = Json::object();
    if (three) out["error"] = {{"httpCode", status}, {"message", words}};
    else out = {{"data", nullptr}, {"errors", Json::array({{{"code", status}, {"msg", words}}})}};
    return response(status, canonical(out), "text/plain");
  }

  http::Response respond(const http::Request& request) const {
    const http::Response page = response(200, "<!DOCTYPE html><title>Jaeger UI</title>", "text/html");
    if (request.path.compare(0, prefix.size(), prefix) != 0) return page;
    std::string path = request.path.substr(prefix.size());
    const bool three = path.compare(0, 8, "/api/v3/") == 0;
    if (path.compare(0, 5, "/api/") != 0 || (three ? !v3 : !v1)) return page;
    path = path.substr(three ? 7 : 4);
    std::set<std::string> services, operations;
    for (const auto& [id, spans] : traces_)
      for (const Row& row : spans) {
        services.insert(row.service);
        if (row.service == param(request, "service", "service") || path == "/services/" + http::segment(row.service) + "/operations")
          operations.insert(row.span.name);
      }
    if (path == "/services") return response(200, names(three ? "services" : "data", services));
    if (path == "/operations" || path.find("/services/") == 0) {
      Json list = Json::array();
      for (const std::string& name : operations) list.push_back({{"name", name}});
      return response(200, three ? canonical(Json{{"operations", list}}) : names("data", operations));
    }
    std::vector<int> found;
    if (path.find("/traces/") == 0) {
      const int id = std::atoi(path.substr(8).c_str());
      if (traces_.count(id) == 0) return error(three, 404, three ? "No traces found" : "trace not found");
      found.push_back(id);
    } else {
      bool by_id = false;                                // those that are not there are left out
      for (const http::Param& p : request.query) {
        by_id = by_id || p.name == "traceID";
        if (p.name == "traceID" && traces_.count(std::atoi(p.value.c_str()))) found.push_back(std::atoi(p.value.c_str()));
      }
      if (!by_id) return search(request, three);
    }
    return answer(found, three);
  }

  http::Response search(const http::Request& request, bool three) const {
    const std::string service = param(request, "service", "query.service_name");
    const std::string operation = param(request, "operation", "query.operation_name");
    const std::string limit_text = param(request, "limit", "query.num_traces");
    const size_t limit = limit_text.empty() ? 0 : std::stoul(limit_text);
    if (service.empty()) return error(three, 400, "parameter 'service' is required");
    if (limit == 0 || limit > most) return error(three, 500, "search depth must be greater than 0 and less than max traces");
    const auto time = [&](const char* one, const char* other) {
      const std::string text = param(request, one, other);
      return three ? parse_time(text)->ns : std::stoll(text) * 1000;
    };
    const int64_t from = time("start", "query.start_time_min"), to = time("end", "query.start_time_max");
    const std::string least = param(request, "minDuration", "query.duration_min");
    const int64_t shortest = least.empty() ? 0 : parse_duration(least)->ns;
    const std::string tags = param(request, "tags", "query.attributes");
    std::vector<std::pair<int64_t, int>> found;
    for (const auto& [id, spans] : traces_) {
      bool any = false;
      int64_t start = INT64_MAX;
      for (const Row& row : spans) {
        start = std::min(start, at(row.span.start));
        bool fits = row.service == service && (operation.empty() || row.span.name == operation) && at(row.span.start) >= from &&
                    at(row.span.start) <= to && row.span.ms * 1e6 >= static_cast<double>(shortest);
        if (fits && !tags.empty()) {
          const Json wanted = *parse_json(tags, "tags");
          for (const auto& [key, value] : wanted.items())
            if (key == "error" && value == "true") fits = fits && row.span.status == 2;  // as Jaeger's stores do
            else fits = fits && row.span.attrs.contains(key) && value == (row.span.attrs[key].is_string() ? row.span.attrs[key].get<std::string>() : canonical(row.span.attrs[key]));
        }
        any = any || fits;
      }
      if (any) found.emplace_back(-start, id);
    }
    std::sort(found.begin(), found.end());
    std::vector<int> ids;
    for (const auto& [start, id] : found)
      if (ids.size() < limit) ids.push_back(id);
    if (ids.empty() && three) return error(true, 404, "No traces found");
    return answer(ids, three);
  }

  http::Response answer(const std::vector<int>& ids, bool three) const {
    Json list = Json::array();
    for (const int id : ids) {
      if (three) {
        for (const auto& [service, span] : traces_.at(id)) {
          const Json line = *parse_json(span_line(resource(service), {span}), "line");
          list.push_back(line.at("resourceSpans").at(0));
        }
        continue;
      }
      Json spans = Json::array(), processes = Json::object();
      for (const auto& [service, span] : traces_.at(id)) {
        processes["p" + service] = {{"serviceName", service}, {"tags", Json::array()}};
        constexpr const char* kinds[] = {"", "internal", "server", "client", "producer", "consumer"};
        Json tags = Json::array({{{"key", "otel.scope.name"}, {"type", "string"}, {"value", "made"}}});
        if (span.kind) tags.push_back({{"key", "span.kind"}, {"type", "string"}, {"value", kinds[span.kind]}});
        if (span.status == 2) {
          tags.push_back({{"key", "otel.status_code"}, {"type", "string"}, {"value", "ERROR"}});
          tags.push_back({{"key", "error"}, {"type", "bool"}, {"value", true}});
        }
        for (const auto& [key, value] : span.attrs.items())
          tags.push_back({{"key", key}, {"type", value.is_string() ? "string" : value.is_boolean() ? "bool" : value.is_number_integer() ? "int64" : "float64"}, {"value", value}});
        Json one = {{"traceID", digits(id, 32)}, {"spanID", digits(span.id, 16)}, {"operationName", span.name}, {"references", Json::array()},
                    {"startTime", at(span.start) / 1000}, {"duration", static_cast<int64_t>(span.ms * 1e3)}, {"tags", tags}, {"processID", "p" + service}};
        if (span.parent) one["references"].push_back({{"refType", "CHILD_OF"}, {"traceID", digits(id, 32)}, {"spanID", digits(span.parent, 16)}});
        spans.push_back(one);
      }
      list.push_back({{"traceID", digits(id, 32)}, {"spans", spans}, {"processes", processes}});
    }
    Json body = Json::object();
    if (three) body["result"]["resourceSpans"] = list;
    else body = {{"data", list}, {"total", 0}, {"limit", 0}, {"offset", 0}, {"errors", nullptr}};
    return response(200, canonical(body), three ? "text/plain" : "application/json");
  }

  std::map<int, std::vector<Row>> traces_;
  mutable std::mutex mutex_;
  std::vector<std::string> sent_;
};

inline SourceConfig jaeger_config(Map options = {}) {
  SourceConfig config;
  config.name = "traces";
  config.kind = "jaeger";
  config.at = "http://jaeger.test:16686";
  config.options = std::move(options);
  return config;
}
inline std::unique_ptr<Connector> open(Jaeger& server, Map options = {}, std::map<std::string, std::string> aliases = {},
                                       size_t body_bytes = 0) {
  SourceConfig config = jaeger_config(std::move(options));
  if (body_bytes > 0) {
    auto http = std::make_shared<http::Config>();
    http->body_bytes = body_bytes;
    config.http = http;
  }
  config.aliases = std::move(aliases);
  auto made = jaeger::make_over(config, server.send());
  if (!made) FAIL(made.error().print());
  return std::move(*made);
}

// A shop of three services: each trace is front → shop → db, every second one db only by itself; `n` traces, one a second.
inline void fill_shop(Jaeger& server, int n) {
  for (int i = 0; i < n; ++i) {
    const int id = i + 1;
    const double start = i, ms = 20 + (i * 37) % 101;
    std::vector<Spans> trace = {
        {"front", {{id, 1, 0, "GET /", 2, start, ms + 10, {{"n", i}}, i % 17 == 0 ? 2 : 0}, {id, 2, 1, "call shop", 3, start + 1.0 / 64, ms + 5}}},
        {"shop", {{id, 3, 2, i % 3 ? "list" : "buy", 2, start + 2.0 / 64, ms, {{"hit", i % 2 == 0}, {"size", i}}}}},
        {"db", {{id, 4, 3, "query", 2, start + 3.0 / 64, ms / 2}}}};
    server.add(trace);
  }
  for (int i = 0; i < n / 10; ++i)                       // the database's own work, which nobody calls
    server.add({{"db", {{n + 1 + i, 1, 0, "vacuum", 1, i * 10 + 0.5, 3}}}});
}

}  // namespace made
