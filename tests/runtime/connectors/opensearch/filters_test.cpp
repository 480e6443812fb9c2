// What asks mean as trees of queries; and that no value ever leaves its leaf.
// SPDX-License-Identifier: Apache-2.0
#include <random>

#include "runtime/base/text.h"
#include "tests/runtime/connectors/opensearch/mapped.h"

using namespace inquest;
using namespace inquest::opensearch;

namespace {

const Window ten_minutes{Time{1'700'000'000 * ns_per_s}, Time{1'700'000'600 * ns_per_s}};
const otlp::Aliases none;

std::string query(const Layout& layout, const Ask& ask) { return canonical(scope_filter(layout, ask, Window{}, none).query); }

// Random texts that would break out of most languages.
std::string hostile(std::mt19937& random) {
  static const std::vector<std::string> pieces = {"\"", "\\", "'", "`", "}", "{", "]", "[", ",", ":", "*", "?", "\n", "\t", "\0x", "$", "$service", "\u2028", "é", "\xF0\x9F\x98\x80",
                                                  "OR", " AND ", "script", "match_all", "--", "/*", ";", "|", "a", "Z", "0", " "};
  std::string out;
  for (size_t n = random() % 12; n > 0; --n) out += pieces[random() % pieces.size()];
  return out;
}

void texts_in(const Json& json, std::vector<std::string>& out) {
  if (json.is_string()) out.push_back(json.get<std::string>());
  else if (json.is_structured())
    for (const Json& one : json) texts_in(one, out);
}

}  // namespace

TEST_CASE("service, namespace and operation are terms", "[opensearch]") {
  CHECK(query(mapped::otel_v1(), mapped::ask({{"service", "a"}, {"operation", "GET /"}})) ==
        R"({"bool":{"filter":[{"term":{"name":"GET /"}},{"term":{"serviceName":"a"}}]}})");
  CHECK(query(mapped::ss4o(), mapped::ask({{"service", "a"}})) == R"({"term":{"resource.service.name.keyword":"a"}})");
}

TEST_CASE("a service is asked by every name that it has there", "[opensearch]") {
  const otlp::Aliases aliases = {{"a-old", "a"}, {"a-older", "a"}, {"b", "c"}};
  const Filter filter = scope_filter(mapped::otel_v1(), mapped::ask({{"service", "a"}}), Window{}, aliases);
  CHECK(canonical(filter.query) == R"({"terms":{"serviceName":["a","a-old","a-older"]}})");
  CHECK(canonical(scope_filter(mapped::otel_v1(), mapped::ask({{"service", "b"}}), Window{}, aliases).query) == R"({"match_none":{}})");
}

TEST_CASE("a window is a range of what the field can tell apart", "[opensearch]") {
  const Window odd{Time{ten_minutes.from.ns + 1}, Time{ten_minutes.to.ns + 1}};
  CHECK(canonical(window_filter(mapped::otel_v1(), odd)) ==
        R"({"range":{"startTime":{"gte":"2023-11-14T22:13:20.000000001Z","lt":"2023-11-14T22:23:20.000000001Z","format":"strict_date_optional_time_nanos"}}})");
  CHECK(window_exact(mapped::otel_v1(), odd));
  CHECK_FALSE(window_exact(mapped::ss4o(), odd));
  CHECK(canonical(window_filter(mapped::ss4o(), odd)).find("22:23:20.001Z") != std::string::npos);
  CHECK(canonical(window_filter(mapped::jaeger(), ten_minutes)) == R"({"range":{"startTime":{"gte":1700000000000000,"lt":1700000600000000}}})");
}

TEST_CASE("records without a time of their own count when they were observed", "[opensearch]") {
  const std::string both = canonical(window_filter(mapped::logs(), ten_minutes));
  CHECK(both.find("observedTimestamp") != std::string::npos);
  Layout timed = mapped::logs();
  timed.timeless = false;
  CHECK(canonical(window_filter(timed, ten_minutes)).find("observedTimestamp") == std::string::npos);
}

TEST_CASE("numbers in texts are not compared there: the filter says that it is loose", "[opensearch]") {
  const Map above = {{"http.status_code", Term{"above", {Value(499)}, {}}}};
  const Filter flat = scope_filter(mapped::data_prepper(), mapped::ask({}, above), Window{}, none);
  CHECK(flat.loose == std::vector<std::string>{"http.status_code"});
  CHECK(canonical(flat.query) == R"({"exists":{"field":"span.attributes.http@status_code"}})");
  const Filter typed = scope_filter(mapped::otel_v1(), mapped::ask({}, above), Window{}, none);
  CHECK(typed.exact());
  CHECK(canonical(typed.query) == R"({"range":{"attributes.http.status_code":{"gt":499.0}}})");
}

TEST_CASE("a value is asked in the type of its field", "[opensearch]") {
  CHECK(query(mapped::otel_v1(), mapped::ask({}, {{"http.status_code", 500}})) == R"({"term":{"attributes.http.status_code":500}})");
  CHECK(query(mapped::otel_v1(), mapped::ask({}, {{"cost", 0.5}})) == R"({"term":{"attributes.cost":0.5}})");
  CHECK(query(mapped::otel_v1(), mapped::ask({}, {{"hit", false}})) == R"({"term":{"attributes.hit":false}})");
  CHECK(query(mapped::otel_v1(), mapped::ask({}, {{"http.status_code", "many"}})) == R"({"match_none":{}})");
  CHECK(query(mapped::data_prepper(), mapped::ask({}, {{"http.status_code", 500}})) == R"({"term":{"span.attributes.http@status_code":"500"}})");
}

TEST_CASE("an attribute that is not mapped matches nothing and is told", "[opensearch]") {
  const Filter filter = scope_filter(mapped::otel_v1(), mapped::ask({}, {{"nothing", "x"}}), Window{}, none);
  CHECK(canonical(filter.query) == R"({"match_none":{}})");
  CHECK(filter.notes == std::vector<std::string>{"no attribute `nothing` is mapped in otel-v1-apm-span-*"});
}

TEST_CASE("an attribute that both span and resource may have is the span's where it has one", "[opensearch]") {
  Layout layout = mapped::otel_v1();
  layout.fields["attributes.host.name"] = layout.fields["attributes.user"];
  layout.fields["attributes.host.name"].path = layout.fields["attributes.host.name"].doc = "attributes.host.name";
  CHECK(query(layout, mapped::ask({}, {{"host.name", "h"}})) ==
        R"({"bool":{"should":[{"term":{"attributes.host.name":"h"}},{"bool":{"filter":[{"term":{"resource.attributes.host.name":"h"}},{"bool":{"must_not":[{"exists":{"field":"attributes.host.name"}}]}}]}}],"minimum_should_match":1}})");
}

TEST_CASE("entry spans are server, consumer, and roots of services that send neither", "[opensearch]") {
  Layout layout = mapped::otel_v1();
  layout.entry_services = {"a", "b"};
  const std::string text = canonical(entry_filter(layout));
  CHECK(text.find(R"({"terms":{"kind":["server","Server","SERVER","SPAN_KIND_SERVER","consumer","Consumer","CONSUMER","SPAN_KIND_CONSUMER"]}})") != std::string::npos);
  CHECK(text.find(R"({"terms":{"serviceName":["a","b"]}})") != std::string::npos);
  CHECK(text.find(R"({"terms":{"parentSpanId":["","0000000000000000"]}})") != std::string::npos);
}

TEST_CASE("tags of Jaeger are asked as nested documents", "[opensearch]") {
  CHECK(canonical(kind_filter(mapped::jaeger(), {"server"})) ==
        R"({"nested":{"path":"tags","query":{"bool":{"filter":[{"term":{"tags.key":"span.kind"}},{"terms":{"tags.value":["server","Server","SERVER","SPAN_KIND_SERVER"]}}]}},"ignore_unmapped":true}})");
}

TEST_CASE("severity is asked without case and by number", "[opensearch]") {
  const std::string text = query(mapped::logs(), mapped::ask({}, {{"severity", "WARN"}}, "logs"));
  CHECK(text.find(R"({"term":{"severity.text.keyword":{"value":"warn","case_insensitive":true}}})") != std::string::npos);
  CHECK(text.find(R"({"range":{"severity.number":{"gte":13,"lte":16}}})") != std::string::npos);
}

TEST_CASE("a part of a text narrows by the words that must be whole in it", "[opensearch]") {
  const Field body = mapped::logs().body;
  CHECK(canonical(words_filter(body, "he cannot allocate memo", false)) == R"({"match":{"body":{"query":"cannot allocate","operator":"and","lenient":true}}})");
  CHECK(canonical(words_filter(body, "alloc", false)) == R"({"wildcard":{"body":{"value":"*alloc*","case_insensitive":true}}})");
  CHECK(words_filter(body, "*:*", false).is_null());
  CHECK(words_filter(body, "is \"x\" y", false).is_null());
}

TEST_CASE("trace ids are asked in every spelling, and what is none is left out", "[opensearch]") {
  CHECK(canonical(trace_filter(mapped::otel_v1(), {"ABCDEF", "no id"})) ==
        R"({"terms":{"traceId":["00000000000000000000000000abcdef","0000000000abcdef","ABCDEF"]}})");
  CHECK(canonical(trace_filter(mapped::otel_v1(), {"no id"})) == R"({"match_none":{}})");
}

TEST_CASE("a million hostile values come back from the trees as they went in", "[opensearch][injection]") {
  std::mt19937 random(20261121);
  const Layout layouts[] = {mapped::otel_v1(), mapped::ss4o(), mapped::data_prepper(), mapped::jaeger(), mapped::logs()};
  size_t values = 0;
  for (int round = 0; round < 2000; ++round) {           // many at once
    std::vector<std::string> wanted;
    for (int i = 0; i < 500; ++i) wanted.push_back(hostile(random));
    const Layout& layout = layouts[round % 5];
    const Json built = equals(layout, layout.service, wanted);
    const auto back = parse_json(canonical(built), "built");
    REQUIRE(back.ok());
    REQUIRE(*back == built);
    const Json& leaf = back->begin().value();
    REQUIRE(back->begin().key() == "terms");
    REQUIRE(leaf.size() == 1);
    REQUIRE(leaf.begin().value() == Json(wanted));
    values += wanted.size();
  }
  CHECK(values == 1'000'000);
}

TEST_CASE("a hostile value in any part of an ask changes leaves only, never the shape of the tree", "[opensearch][injection]") {
  std::mt19937 random(7);
  const Layout layouts[] = {mapped::otel_v1(), mapped::ss4o(), mapped::data_prepper(), mapped::jaeger(), mapped::logs()};
  const auto shape = [](const Json& json) {
    std::string out;
    const std::function<void(const Json&)> walk = [&](const Json& one) {
      if (one.is_object())
        for (const auto& [key, inner] : one.items()) out += key + "{", walk(inner), out += "}";
      else if (one.is_array())
        for (const Json& inner : one) walk(inner);
    };
    walk(json);
    return out;
  };
  for (const Layout& layout : layouts) {
    const bool spans = layout.signal == otlp::Signal::spans;
    const auto built = [&](const std::string& value) {
      std::map<std::string, std::string> scope = {{"service", value}, {"namespace", value}, {"instance", value}, {"version", value}};
      if (spans) scope["operation"] = value;
      Ask ask = mapped::ask(scope, {{"user", value}}, spans ? "spans" : "logs");
      return scope_filter(layout, ask, ten_minutes, none).query;
    };
    const std::string plain = shape(built("plain"));
    for (int i = 0; i < 400; ++i) {
      const std::string value = hostile(random);
      const Json query = built(value);
      const auto back = parse_json(canonical(query), "built");
      REQUIRE(back.ok());
      INFO(printable(value));
      CHECK(shape(*back) == plain);
      std::vector<std::string> texts;
      texts_in(*back, texts);
      CHECK(std::count(texts.begin(), texts.end(), value) > 0);
    }
  }
}
