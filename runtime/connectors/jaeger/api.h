// Api: what is sent to Jaeger's query service and what its answers say, in both generations of its HTTP interface.
// SPDX-License-Identifier: Apache-2.0
//
// v1 (`/api/traces` …, up to 2.20) answers its own JSON, v3 (`/api/v3/traces` …) OTLP. v3 is preferred: it keeps
// nanoseconds and lists, and needs no conversion; tags are searched by v1 where there is one, because v3 before 2.19
// ignores them. What both share and is told here once:
//   - a path that the server does not know answers 200 with an HTML page: the content type is tested;
//   - errors are JSON, sent as text/plain: v1 {"errors":[{code,msg}]}, v3 {"error":{httpCode,message}};
//   - a search without a hit is 404 in v3, an empty list in v1; an unknown trace is 404 in both;
//   - v3 wants a number of traces and both times, by their snake_case names (2.13 knows no others, later ones read both);
//     more traces than the store may hold is "search depth must be …", status 500;
//   - traces are asked for raw, as they were sent: without Jaeger's own shifting of clocks.
// Pure but for the bodies it is handed. Source: jaeger cmd/jaeger/internal/extension/jaegerquery/internal
// (http_handler.go, query_parser.go, apiv3/http_gateway.go).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/connectors/http/http.h"
#include "runtime/connectors/jaeger/decoders.h"
#include "runtime/connectors/otlp_decode.h"

namespace inquest::jaeger {

enum class Generation : uint8_t { v1, v3 };

// Where a server has its interface: one of the paths that people serve it under, and which generations it speaks.
struct Api {
  std::string prefix = {};                 // "", "/jaeger/ui", "/jaeger": behind the path of the configured URL
  bool v1 = false, v3 = false;
};
const std::vector<std::string>& prefixes();
// What may be sent at all: GET of services, operations, traces, one trace, dependencies and the page that tells the version.
const std::vector<http::Endpoint>& endpoints();

struct Search {
  std::string service = {}, operation = {};
  Window window = {};                      // of the starts of the service's spans; sent in whole microseconds around it
  std::optional<Duration> longest = {}, shortest = {};  // maxDuration, minDuration
  std::map<std::string, std::string> tags = {};
  size_t limit = 0;
};

Generation generation_for(const Api& api, const Search& search);
http::Request search_request(const Api& api, const Search& search);
http::Request trace_request(const Api& api, Generation generation, const std::vector<std::string>& ids);  // v3: the first only
http::Request services_request(const Api& api, Generation generation);
http::Request operations_request(const Api& api, Generation generation, const std::string& service);

// Good: 200 with JSON; 404 of traces; "search depth must be …" (depth_refused tells). All else as http::usual, with the
// server's own words.
http::Judged judge(const http::Response& response);
bool depth_refused(const http::Response& response);
std::string words_of(const http::Response& response);      // of an error, one line; empty when none are there

Outcome<std::vector<std::string>> names_in(const http::Response& response, const http::Config& config);  // services, operations; sorted

// Spans of one answer.
struct Traces {
  otlp::Part part;
  std::vector<otlp::Spans::Id> ids;        // each once, in order of appearance
  uint64_t bytes = 0;
  std::vector<std::string> notes;
  std::string partial;                     // errors beside data, records that could not be read
};
Outcome<Traces> traces_in(http::Response response, Generation generation, const http::Config& config, Decoders& decoders);

std::string version_in(const http::Response& page);        // "2.13.0" out of the page of the user interface; or empty

}  // namespace inquest::jaeger
