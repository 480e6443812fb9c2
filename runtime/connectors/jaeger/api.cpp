// Requests of both generations, and the reading of their answers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/api.h"

#include <algorithm>
#include <set>

#include "runtime/base/text.h"
#include "runtime/connectors/jaeger/convert.h"
#include "runtime/connectors/otlp/asking.h"

namespace inquest::jaeger {

namespace {

using http::Endpoint;
using http::Method;
using http::Request;
using http::Response;

constexpr const char* not_json = "text/html";
constexpr const char* base_of(Generation generation) { return generation == Generation::v3 ? "/api/v3" : "/api"; }

Failure malformed(const Response& response, const std::string& what) {
  return Failure{Failure::Class::malformed, "Jaeger answered " + what,
                 response.content_type == not_json ? "`url` is the address of the query service with its base path, as http://host:16686/jaeger/ui" : ""};
}

int64_t floor_us(int64_t ns) { return ns / 1000 - (ns % 1000 < 0); }
int64_t ceil_us(int64_t ns) { return -floor_us(-ns); }

std::string go_duration(Duration duration) {               // Go reads ns, us, ms, s, m, h
  const int64_t ns = duration.ns;
  if (ns % 1'000'000 == 0) return std::to_string(ns / 1'000'000) + "ms";
  return ns % 1000 == 0 ? std::to_string(ns / 1000) + "us" : std::to_string(ns) + "ns";
}

std::string tags_json(const std::map<std::string, std::string>& tags) {
  Json out = Json::object();
  for (const auto& [key, value] : tags) out[key] = value;
  return canonical(out);
}

// The answers are sent as text/plain by v3 and by errors of both.
Outcome<Json> json_in(const Response& response, const http::Config& config, std::vector<std::string>* notes = nullptr) {
  return http::json_of(response, config, notes, {"text/plain"});
}

// `errors` of a v1 answer that has data too. Traces that were asked for by id and are not there are no error: who asked
// sees that they are missing.
std::string errors_of(const Json& body) {
  const Json* errors = member(body, "errors");
  if (!errors || !errors->is_array()) return {};
  std::string first;
  int64_t n = 0;
  for (const Json& error : *errors) {
    const Json* code = member(error, "code");
    if (code && json_int64(*code) == 404) continue;
    if (++n == 1) first = "Jaeger says: " + printable(member_text(error, "msg", "an error without words"), 200);
  }
  return n > 1 ? first + " and " + count(n - 1) + " more" : first;
}

void list_ids(Traces& traces) {
  std::set<std::pair<uint64_t, uint64_t>> seen;
  for (const otlp::Spans::Id& id : traces.part.spans.trace) {
    if (!traces.ids.empty() && traces.ids.back() == id) continue;
    if (seen.emplace(id.high, id.low).second) traces.ids.push_back(id);
  }
}

// Decodes lines. `text` is followed by a line end and 64 readable bytes.
void decode(std::string_view text, Decoders& decoders, otlp::Part& part) {
  part.clear();
  decoders.lend()->decode(text, false, part);
}

constexpr size_t padding = 65;
void pad(std::string& text) {
  text += '\n';
  text.append(padding - 1, ' ');
}

// {"result":{…}} → {…} in place. Older gateways stream several of them, a line each. False: not that form.
bool unwrap(std::string& body) {
  constexpr std::string_view space = " \t\r\n";
  size_t at = 0;
  bool any = false;
  while ((at = body.find_first_not_of(space, at)) != std::string::npos) {
    size_t here = at;
    for (const std::string_view token : {std::string_view("{"), std::string_view("\"result\""), std::string_view(":")}) {
      here = body.find_first_not_of(space, here);
      if (here == std::string::npos || body.compare(here, token.size(), token) != 0) return false;
      here += token.size();
    }
    size_t next = body.find("\n{\"result\":", here);
    const size_t end = body.find_last_not_of(space, next == std::string::npos ? body.size() - 1 : next);
    if (end == std::string::npos || end <= here || body[end] != '}') return false;
    std::fill(body.begin() + static_cast<std::ptrdiff_t>(at), body.begin() + static_cast<std::ptrdiff_t>(here), ' ');
    body[end] = ' ';
    // Lines of one document become one line: bare line ends stand between tokens only.
    for (size_t line = body.find('\n', at); line < end; line = body.find('\n', line)) body[line] = ' ';
    any = true;
    if (next == std::string::npos) break;
    at = next;
  }
  return any;
}

void tell_bad(const Response& response, Traces& out) {
  const size_t bad = out.part.odd[static_cast<size_t>(otlp::Oddity::bad_record)], all = out.part.spans.rows() + bad;
  for (size_t i = 0; i < out.part.odd.size(); ++i) {
    const auto oddity = static_cast<otlp::Oddity>(i);
    if (out.part.odd[i] == 0) continue;
    if (oddity == otlp::Oddity::bad_record && bad * 1000 > all)
      out.partial = count(static_cast<int64_t>(bad)) + " of " + count(static_cast<int64_t>(all)) + " spans could not be read";
    else out.notes.push_back(otlp::sentence(oddity, out.part.odd[i]));
  }
  for (const std::string& warning : response.warnings) out.notes.push_back(printable(warning, 200));
}

Outcome<Traces> traces_of_v3(Response response, Decoders& decoders) {
  Traces out;
  out.bytes = response.body.size();
  if (response.content_type != "application/json" && response.content_type != "text/plain")
    return malformed(response, "`" + printable(response.content_type, 60) + "` where JSON was asked for");
  if (!unwrap(response.body)) return malformed(response, "something else than traces: " + printable(response.body, 60));
  const size_t size = response.body.size();
  pad(response.body);
  decode(std::string_view(response.body).substr(0, size), decoders, out.part);
  if (out.part.bad_lines > 0)
    return malformed(response, "traces that are no whole JSON" +
                                   (out.part.bad.empty() ? std::string() : ": " + std::string(out.part.bad.front().second)));
  tell_bad(response, out);
  list_ids(out);
  return out;
}

Outcome<Traces> traces_of_v1(Response response, const http::Config& config, Decoders& decoders) {
  Traces out;
  out.bytes = response.body.size();
  if (response.content_type == "application/json" || response.content_type == "text/plain") {
    otlp::JaegerTold told;
    const size_t size = response.body.size();
    pad(response.body);
    if (decoders.lend()->jaeger(std::string_view(response.body).substr(0, size), out.part, told)) {
      out.notes = Converter::notes(told.warned, told.warning, 0);
      tell_bad(response, out);
      list_ids(out);
      return out;
    }
    response.body.resize(size);
  }
  auto parsed = json_in(response, config, &out.notes);
  if (auto* failure = std::get_if<Failure>(&parsed)) return *failure;
  if (auto* later = std::get_if<RetryLater>(&parsed)) return *later;
  const Json& body = std::get<Json>(parsed);
  const Json* data = member(body, "data");
  if (!data || (!data->is_array() && !data->is_null())) return malformed(response, "JSON without a list `data`");
  Converter converter;
  if (data->is_array())
    for (const Json& trace : *data) converter.trace(trace);
  std::string lines = converter.take();
  const size_t size = lines.size();
  pad(lines);
  decode(std::string_view(lines).substr(0, size), decoders, out.part);
  for (std::string& note : converter.notes()) out.notes.push_back(std::move(note));
  tell_bad(response, out);
  if (std::string errors = errors_of(body); !errors.empty())
    out.partial = out.partial.empty() ? std::move(errors) : out.partial + "; " + errors;
  list_ids(out);
  return out;
}

}  // namespace

const std::vector<std::string>& prefixes() {
  static const std::vector<std::string> all = {"", "/jaeger/ui", "/jaeger"};
  return all;
}

// Below each prefix the same: nothing but GET of these.
const std::vector<Endpoint>& endpoints() {
  struct Row { const char* base; const char* path; const char* why; };
  static constexpr Row rows[] = {
      {base_of(Generation::v1), "/services", "the services, v1"},
      {base_of(Generation::v1), "/services/*/operations", "operations of a service, v1"},
      {base_of(Generation::v1), "/traces", "search of traces, v1"},
      {base_of(Generation::v1), "/traces/*", "one trace, v1"},
      {base_of(Generation::v3), "/services", "the services, v3"},
      {base_of(Generation::v3), "/operations", "operations of a service, v3"},
      {base_of(Generation::v3), "/traces", "search of traces, v3"},
      {base_of(Generation::v3), "/traces/*", "one trace, v3"},
      {"", "/search", "the page of the interface, which tells the version"},
  };
  static const std::vector<std::string> paths = [] {
    std::vector<std::string> out;
    for (const std::string& prefix : prefixes())
      for (const Row& row : rows) out.push_back(prefix + row.base + row.path);
    return out;
  }();
  static const std::vector<Endpoint> all = [] {
    std::vector<Endpoint> out;
    for (size_t i = 0; i < paths.size(); ++i) out.push_back({Method::get, paths[i].c_str(), rows[i % std::size(rows)].why});
    return out;
  }();
  return all;
}

Generation generation_for(const Api& api, const Search& search) {
  if (!api.v3) return Generation::v1;
  return !search.tags.empty() && api.v1 ? Generation::v1 : Generation::v3;
}

Request search_request(const Api& api, const Search& search) {
  Request out;
  const bool v3 = generation_for(api, search) == Generation::v3;
  out.path = api.prefix + base_of(generation_for(api, search)) + "/traces";
  const auto add = [&](const char* v1_name, const char* v3_name, std::string value) {
    out.query.push_back({v3 ? v3_name : v1_name, std::move(value)});
  };
  add("service", "query.service_name", search.service);
  if (!search.operation.empty()) add("operation", "query.operation_name", search.operation);
  const int64_t from = floor_us(search.window.from.ns), to = ceil_us(search.window.to.ns);
  add("start", "query.start_time_min", v3 ? print_time(Time{from * 1000}) : std::to_string(from));
  add("end", "query.start_time_max", v3 ? print_time(Time{to * 1000}) : std::to_string(to));
  if (search.shortest) add("minDuration", "query.duration_min", go_duration(*search.shortest));
  if (search.longest) add("maxDuration", "query.duration_max", go_duration(*search.longest));
  if (!search.tags.empty()) add("tags", "query.attributes", tags_json(search.tags));
  add("limit", "query.num_traces", std::to_string(search.limit));
  add("raw", "query.raw_traces", "true");
  return out;
}

Request trace_request(const Api& api, Generation generation, const std::vector<std::string>& ids) {
  Request out;
  if (generation == Generation::v3 || ids.size() == 1) {
    out.path = api.prefix + base_of(generation) + "/traces/" + http::segment(ids.at(0));
  } else {
    out.path = api.prefix + base_of(generation) + "/traces";
    for (const std::string& id : ids) out.query.push_back({"traceID", id});
  }
  out.query.push_back({generation == Generation::v3 ? "raw_traces" : "raw", "true"});
  return out;
}

Request services_request(const Api& api, Generation generation) {
  Request out;
  out.path = api.prefix + base_of(generation) + "/services";
  return out;
}

Request operations_request(const Api& api, Generation generation, const std::string& service) {
  Request out;
  if (generation == Generation::v3) {
    out.path = api.prefix + base_of(generation) + "/operations";
    out.query.push_back({"service", service});
  } else {
    out.path = api.prefix + base_of(generation) + "/services/" + http::segment(service) + "/operations";
  }
  return out;
}

std::string words_of(const Response& response) {
  if (response.body.size() > 65536 || response.content_type == not_json) return {};
  const auto body = parse_json(response.body, "answer");
  if (!body) return {};
  if (const Json* error = member(*body, "error")) return printable(member_text(*error, "message"), 300);
  const Json* errors = member(*body, "errors");
  if (errors && errors->is_array() && !errors->empty()) return printable(member_text((*errors)[0], "msg"), 300);
  return {};
}

bool depth_refused(const Response& response) {
  return response.status >= 400 && response.body.find("search depth must be") != std::string::npos;
}

http::Judged judge(const Response& response) {
  if (response.status == 200 && response.content_type == not_json)
    return {http::Judged::What::bad, malformed(response, "a page for people (text/html) where data was asked for")};
  if (response.status / 100 == 2 || depth_refused(response)) return {};
  const std::string words = words_of(response);
  if (response.status == 404 && !words.empty()) return {};
  http::Judged out = http::usual(response);
  if (out.what != http::Judged::What::good && !words.empty())
    out.failure.cause = "Jaeger (HTTP " + std::to_string(response.status) + "): " + words;
  return out;
}

Outcome<std::vector<std::string>> names_in(const Response& response, const http::Config& config) {
  auto parsed = json_in(response, config);
  if (auto* failure = std::get_if<Failure>(&parsed)) return *failure;
  if (auto* later = std::get_if<RetryLater>(&parsed)) return *later;
  const Json& body = std::get<Json>(parsed);
  const Json* list = nullptr;
  for (const char* key : {"data", "services", "operations"})
    if (!list) list = member(body, key);
  if (!list || !(list->is_array() || list->is_null())) return malformed(response, "JSON without a list of names");
  std::set<std::string> names;
  if (list->is_array())
    for (const Json& one : *list) {
      const std::string name = one.is_string() ? one.get<std::string>() : member_text(one, "name");
      if (!name.empty()) names.insert(name);
    }
  return std::vector<std::string>(names.begin(), names.end());
}

Outcome<Traces> traces_in(Response response, Generation generation, const http::Config& config, Decoders& decoders) {
  if (response.status == 404) return Traces{};
  return generation == Generation::v3 ? traces_of_v3(std::move(response), decoders) : traces_of_v1(std::move(response), config, decoders);
}

std::string version_in(const Response& page) {
  const std::string_view key = "\"gitVersion\":\"";
  const size_t at = page.body.find(key);
  if (at == std::string::npos) return {};
  const size_t from = at + key.size(), to = page.body.find('"', from);
  if (to == std::string::npos || to - from > 80) return {};
  std::string text = page.body.substr(from, to - from);      // v1.76.0/v2.13.0
  if (const size_t slash = text.rfind('/'); slash != std::string::npos) text.erase(0, slash + 1);
  if (!text.empty() && text[0] == 'v') text.erase(0, 1);
  return printable(text, 40);
}

}  // namespace inquest::jaeger
