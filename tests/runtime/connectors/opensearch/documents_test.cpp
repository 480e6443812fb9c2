// Documents of each writer back as OTLP: what they keep comes out as it went in.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/answer.h"
#include "tests/runtime/connectors/opensearch/mapped.h"
#include "tests/runtime/connectors/opensearch/replies.h"

using namespace inquest;
using namespace inquest::opensearch;

namespace {

Json hit(const std::string& source) {
  Json out = Json::object();
  out["_index"] = "i";
  out["_source"] = replies::parsed(source);
  return out;
}

std::shared_ptr<const otlp::Spans> spans(const Layout& layout, const std::vector<std::string>& sources, size_t bad = 0) {
  Rows rows(layout);
  for (const std::string& source : sources) rows.add(hit(source));
  CHECK(rows.bad() == bad);
  const auto decoded = otlp::decode_text(otlp::Signal::spans, rows.finish());
  CHECK(decoded.bad_lines == 0);
  CHECK(decoded.bad_records == 0);
  return decoded.spans();
}

std::shared_ptr<const otlp::Logs> logs(const Layout& layout, const std::vector<std::string>& sources, size_t bad = 0) {
  Rows rows(layout);
  for (const std::string& source : sources) rows.add(hit(source));
  CHECK(rows.bad() == bad);
  const auto decoded = otlp::decode_text(otlp::Signal::logs, rows.finish());
  CHECK(decoded.bad_records == 0);
  return decoded.logs();
}

std::string attributes(const otlp::Table& table, size_t row) {
  return otlp::attributes_json(table.texts, table.attributes.data() + table.attr_from[row], table.attributes.data() + table.attr_from[row + 1]);
}

}  // namespace

TEST_CASE("a span of the typed layout keeps its nanoseconds, types and exception", "[opensearch]") {
  const auto table = spans(mapped::otel_v1(), {R"({"traceId":"0445513cb262fb0fdb349515ae242d73","spanId":"a869fb40d9b90a9b","parentSpanId":"956e1e8410e1e7c3","name":"GET","kind":"Client",
    "startTime":"2026-11-21T10:29:00.274488774Z","endTime":"2026-11-21T10:29:00.285342533Z","durationInNanos":10853759,"status":{"code":2},"serviceName":"a",
    "resource":{"attributes":{"service.name":"a","service.instance.id":"i-1"}},
    "attributes":{"http.status_code":200,"cost":3,"user":"u","hit":true,"list":["x",1],"map":{"k":1}},
    "events":[{"name":"other","attributes":{"exception.type":"no"}},{"name":"exception","attributes":{"exception.type":"T","exception.message":"m"}}]})"});
  REQUIRE(table->rows() == 1);
  CHECK(table->start[0] == 1'795'256'940'274'488'774);
  CHECK(table->duration[0] == 10'853'759);
  CHECK(table->kind[0] == 3);
  CHECK(table->status[0] == 2);
  CHECK(otlp::hex(table->parent[0]) == "956e1e8410e1e7c3");
  // `cost` is mapped as a fraction, so that 3 was sent as 3.0.
  CHECK(attributes(*table, 0) == R"({"cost":3.0,"exception.message":"m","exception.type":"T","hit":true,"http.status_code":200,"list":["x",1],"map":{"k":1},"user":"u"})");
  CHECK(table->texts[table->resources[table->resource[0]].instance] == "i-1");
}

TEST_CASE("a span of Data Prepper's older layout has its dots back", "[opensearch]") {
  const auto table = spans(mapped::data_prepper(), {R"({"traceId":"0445513cb262fb0fdb349515ae242d73","spanId":"a869fb40d9b90a9b","parentSpanId":"","name":"n","kind":"SPAN_KIND_SERVER","startTime":"2026-11-21T10:29:00Z",
    "endTime":"2026-11-21T10:29:00.000000005Z","status.code":2,"serviceName":"a","resource.attributes.service@name":"a","resource.attributes.host@name":"h",
    "span.attributes.http@status_code":"500","events":[{"name":"exception","attributes":{"exception@type":"T"}}]})"});
  REQUIRE(table->rows() == 1);
  CHECK(table->kind[0] == 2);
  CHECK(table->status[0] == 2);
  CHECK(table->parent[0] == 0);
  CHECK(table->duration[0] == 5);
  CHECK(attributes(*table, 0) == R"({"exception.type":"T","http.status_code":"500"})");
}

TEST_CASE("a span of SS4O loses what its writer added", "[opensearch]") {
  const auto table = spans(mapped::ss4o(), {R"({"@timestamp":"0001-01-01T00:00:00Z","traceId":"0445513cb262fb0fdb349515ae242d73","spanId":"a869fb40d9b90a9b","name":"n","kind":"Server","startTime":"2026-11-21T10:29:00.1Z",
    "endTime":"2026-11-21T10:29:00.2Z","status":{"code":"Error","message":""},"resource":{"service.name":"a","process.pid":"7"},
    "attributes":{"user":"u","data_stream":{"dataset":"default","namespace":"namespace","type":"span"}}})"});
  REQUIRE(table->rows() == 1);
  CHECK(table->kind[0] == 2);
  CHECK(table->status[0] == 2);
  CHECK(table->duration[0] == 100'000'000);
  CHECK(attributes(*table, 0) == R"({"user":"u"})");
  CHECK(table->texts[table->resources[table->resource[0]].service] == "a");
}

TEST_CASE("documents that are no spans are counted and left out", "[opensearch]") {
  const auto table = spans(mapped::otel_v1(), {"{}", R"({"traceId":"0445513cb262fb0fdb349515ae242d73","spanId":"a869fb40d9b90a9b"})", R"({"traceId":5,"spanId":"a869fb40d9b90a9b","startTime":"2026-11-21T10:29:00Z"})",
                                               R"({"traceId":"0445513cb262fb0fdb349515ae242d73","spanId":"a869fb40d9b90a9b","startTime":"yesterday"})",
                                               R"({"traceId":"0445513cb262fb0fdb349515ae242d73","spanId":"a869fb40d9b90a9b","name":"n","startTime":"2026-11-21T10:29:00Z","durationInNanos":4})"}, 4);
  REQUIRE(table->rows() == 1);
  CHECK(table->duration[0] == 4);
}

TEST_CASE("a record without a time of its own counts when it was observed", "[opensearch]") {
  const auto table = logs(mapped::logs(), {R"({"@timestamp":"1970-01-01T00:00:00Z","observedTimestamp":"2026-11-21T10:29:00.5Z","body":"b","severity":{"text":"Warn","number":13},"resource":{"service.name":"a"}})",
                                           R"({"@timestamp":"2026-11-21T10:28:43.717235537Z","observedTimestamp":"2026-11-21T10:28:44Z","body":{"k":"v"},"traceId":"0445513cb262fb0fdb349515ae242d73","spanId":"a869fb40d9b90a9b","eventName":"e"})"});
  REQUIRE(table->rows() == 2);
  CHECK(print_time(Time{table->time[0]}) == "2026-11-21T10:29:00.5Z");
  CHECK(table->severity[0] == 13);
  CHECK(print_time(Time{table->time[1]}) == "2026-11-21T10:28:43.717235537Z");
  CHECK(table->texts[table->body[1]] == R"({"k":"v"})");
  CHECK(attributes(*table, 1) == R"({"event.name":"e"})");
}

TEST_CASE("texts with quotes, control characters and anything else come back as they were", "[opensearch]") {
  const std::string odd = "a\"b\\c\n\t\x01\x1f/é\xF0\x9F\x98\x80</script>";
  Json source = replies::parsed(R"({"@timestamp":"2026-11-21T10:28:43Z"})");
  source["body"] = odd;
  source["attributes"] = Json::object({{odd, odd}});
  const auto table = logs(mapped::logs(), {canonical(source)});
  REQUIRE(table->rows() == 1);
  CHECK(table->texts[table->body[0]] == odd);
  CHECK(attributes(*table, 0) == canonical(Json::object({{odd, odd}})));
}
