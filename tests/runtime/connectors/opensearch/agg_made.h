// Made spans of three services, the same on every machine, and recorded answers of a real server that held them.
// SPDX-License-Identifier: Apache-2.0
//
// The recordings (agg/*.json) were taken from OpenSearch 2.19.1 that had been loaded with made_lines() in the layout that
// the name begins with; each holds the ask, and round by round what was searched (without `query`, which is the filters' affair) and
// what was replied (without `took`). Those named ten_ hold the same spans ten times over, with new ids; those that end in
// _paged were told that there are 600 000 spans.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/text.h"
#include "runtime/base/json.h"
#include "runtime/connectors/opensearch/works.h"
#include "runtime/connectors/otlp/answer.h"

namespace agg_made {

using namespace inquest;
using namespace inquest::opensearch;

constexpr int64_t t0 = 1'700'000'000 * ns_per_s;
constexpr int64_t minutes = 40;

// A small generator of our own, so that libraries do not matter.
struct Random {
  uint64_t state = 42;
  uint64_t operator()(uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
  }
};

inline Json value(const Json& plain) {
  Json out = Json::object();
  if (plain.is_string()) out["stringValue"] = plain;
  else if (plain.is_boolean()) out["boolValue"] = plain;
  else if (plain.is_number_integer()) out["intValue"] = std::to_string(plain.get<int64_t>());
  else out["doubleValue"] = plain;
  return out;
}

inline Json attributes(const Json& object) {
  Json out = Json::array();
  for (const auto& [key, plain] : object.items()) {
    Json one = Json::object();
    one["key"] = key;
    one["value"] = value(plain);
    out.push_back(std::move(one));
  }
  return out;
}

inline std::string id(uint64_t n, size_t digits) {
  static const char hex[] = "0123456789abcdef";
  std::string out(digits, '0');
  uint64_t h = (n + 1) * 0x9e3779b97f4a7c15u;
  for (size_t i = 0; i < digits; ++i) {
    if (i % 12 == 0) h = (h ^ h >> 31) * 0xbf58476d1ce4e5b9u + n;
    out[i] = hex[h >> (i % 12 * 5) & 15];
  }
  return out;
}

// 800 traces: a request of web to shop, which asks stock, or its cache when `cached`; and 30 runs of a nightly job without
// server spans. Requests without the cache are slow, so are a few others; everything slows after the twentieth minute.
inline std::vector<std::string> made_lines() {
  Random random;
  Json by_resource[5] = {Json::array(), Json::array(), Json::array(), Json::array(), Json::array()};
  uint64_t spans = 0;
  const auto add = [&](size_t resource, const std::string& trace, const std::string& parent, const char* name, int kind, int64_t start,
                       int64_t duration, bool failed, const Json& more) {
    Json span = Json::object();
    const std::string own = id(1000 + spans++, 16);
    span["traceId"] = trace;
    span["spanId"] = own;
    if (!parent.empty()) span["parentSpanId"] = parent;
    span["name"] = name;
    span["kind"] = kind;
    span["startTimeUnixNano"] = std::to_string(start);
    span["endTimeUnixNano"] = std::to_string(start + duration);
    span["attributes"] = attributes(more);
    span["status"] = Json::object();
    if (failed) span["status"]["code"] = 2;
    by_resource[resource].push_back(std::move(span));
    return own;
  };
  constexpr int64_t steps[] = {3'000'017, 5'000'029, 8'000'051, 13'000'003};
  for (uint64_t n = 0; n < 800; ++n) {
    const std::string trace = id(n, 32);
    const int64_t at = t0 + static_cast<int64_t>(n) * minutes * 60 * ns_per_s / 800 + 1'234'567;
    const bool late = n >= 400, cached = random(10) < 7, failed = random(40) == 0;
    const int64_t took = (cached && random(8) != 0 ? 1 : 4) * steps[random(4)] * (late ? 3 : 1);
    const std::string web = add(0, trace, "", "GET /", 3, at, took + 2'000'003, failed, {{"http.method", "GET"}});
    const std::string shop =
        add(1 + n % 2, trace, web, "POST /cart", 2, at + 1'000'001, took, failed,
            {{"cached", cached}, {"tier", random(4) == 0 ? "gold" : "basic"}, {"items", static_cast<int64_t>(late ? n : n % 40)},
             {"price", static_cast<double>(random(64)) / 4 + 0.25}, {"request.id", id(n + 7, 12)}});
    if (cached) add(1 + n % 2, trace, shop, "lookup", 3, at + 1'100'001, took / 3, false, {{"db.system", "redis"}});
    else add(3, trace, shop, "GET /stock", 2, at + 1'100'001, took / 2, failed, {{"shelf", static_cast<int64_t>(random(5))}});
  }
  for (uint64_t n = 0; n < 30; ++n)
    add(4, id(5000 + n, 32), "", n % 3 ? "sweep" : "count", 1, t0 + static_cast<int64_t>(n) * 80 * ns_per_s + 17,
        n == 11 ? -5'000 : static_cast<int64_t>(10'000'019 * (1 + n % 4)), n % 10 == 3, {{"room", n % 2 ? "north" : "south"}, {"boxes", static_cast<int64_t>(n * n)}});
  const Json resources[5] = {{{"service.name", "web"}},
                             {{"service.name", "shop"}, {"service.namespace", "mall"}, {"service.instance.id", "shop-1"}, {"service.version", "1.4"}},
                             {{"service.name", "shop"}, {"service.namespace", "mall"}, {"service.instance.id", "shop-2"}, {"service.version", "1.5"}},
                             {{"service.name", "stock"}, {"service.namespace", "mall"}},
                             {{"service.name", "nightly"}}};
  std::vector<std::string> lines;
  for (size_t i = 0; i < 5; ++i) {
    Json group = Json::object(), scope = Json::object(), line = Json::object();
    scope["scope"]["name"] = "made";
    scope["spans"] = std::move(by_resource[i]);
    group["resource"]["attributes"] = attributes(resources[i]);
    group["scopeSpans"] = Json::array();
    group["scopeSpans"].push_back(std::move(scope));
    line["resourceSpans"] = Json::array();
    line["resourceSpans"].push_back(std::move(group));
    lines.push_back(canonical(line));
  }
  return lines;
}

// What files of these spans answer.
inline FramePtr from_files(const Ask& ask) {
  static const std::shared_ptr<const otlp::Spans> spans = [] {
    std::string text;
    for (const std::string& line : made_lines()) text += line + "\n";
    return otlp::decode_text(otlp::Signal::spans, text).spans();
  }();
  static const otlp::Aliases aliases;
  static const Stop stop{false};
  const Deadline deadline;
  const otlp::SpanView view(spans, aliases);
  otlp::Answer answer = otlp::answer_spans({ask, aliases, deadline, stop}, view);
  if (const Failure* failure = std::get_if<Failure>(&answer)) FAIL(failure->cause);
  return std::get<FramePtr>(answer);
}

inline Json load(const std::string& name) {
  const auto text = read_file("tests/runtime/connectors/opensearch/agg/" + name + ".json");
  if (!text) FAIL(text.error().print());
  auto json = parse_json(*text, name);
  if (!json) FAIL(json.error().print());
  return *json;
}

inline Layout layout(const std::string& of) {
  const Json fields = load(of);
  auto made = make_layout(otlp::Signal::spans, fields["index"], read_field_caps(fields["field_caps"]));
  if (!made) FAIL(made.error().print());
  made->painless = true;
  made->entry_services = {"shop", "stock"};
  return *made;
}

struct Played {
  Ask ask;
  FramePtr frame;
  size_t rounds = 0, searches = 0, bytes = 0;
};

// Plays a recording: what the Work asks to be counted must be what was asked then, to the letter.
// `rows`: how many documents the indices were said to hold.
inline Played play(const std::string& name, const Layout& given, int64_t rows = 2430) {
  const Json recorded = load(name);
  Layout layout = given;
  layout.rows = rows;
  layout.index = recorded["rounds"][0]["searches"][0]["index"];
  auto ask = json_ask(recorded["ask"]);
  if (!ask) FAIL(ask.error().print());
  static const otlp::Aliases aliases;
  static const Stop stop{false};
  const Deadline deadline;
  Played played{*ask, nullptr, 0, 0, 0};
  const std::unique_ptr<Work> work = aggregation_work(*ask, layout, aliases);
  REQUIRE(work);
  for (const Json& round : recorded["rounds"]) {
    const std::vector<Search> searches = work->round();
    REQUIRE(searches.size() == round["searches"].size());
    std::vector<Reply> replies;
    for (size_t i = 0; i < searches.size(); ++i) {
      Json body = searches[i].body;
      body.erase("query");
      REQUIRE(canonical(body) == canonical(round["searches"][i]["body"]));
      CHECK(searches[i].index == round["searches"][i]["index"]);
      CHECK(searches[i].rows == round["searches"][i]["rows"]);
      Reply reply;
      reply.body = round["replies"][i];
      played.bytes += canonical(reply.body).size();
      replies.push_back(std::move(reply));
    }
    ++played.rounds;
    played.searches += searches.size();
    const auto failure = work->take(std::move(replies));
    if (failure) FAIL(failure->cause);
  }
  REQUIRE(work->round().empty());
  otlp::Answer answer = work->answer({played.ask, aliases, deadline, stop});
  if (const Failure* failure = std::get_if<Failure>(&answer)) FAIL(failure->cause);
  played.frame = std::get<FramePtr>(answer);
  CHECK_FALSE(outside_scope(*played.frame, played.ask).has_value());
  return played;
}

// The rows as texts, so that a difference can be read.
inline std::vector<std::string> told(const Frame& frame, const std::vector<std::string>& without = {}) {
  std::vector<std::string> rows(frame.rows);
  for (const Column& column : frame.columns) {
    if (std::find(without.begin(), without.end(), column.name) != without.end()) continue;
    for (size_t row = 0; row < frame.rows; ++row)
      rows[row] += column.name + "=" + (column.absent(row) ? "-" : print_value(column.value(row))) + " ";
  }
  return rows;
}

}  // namespace agg_made
