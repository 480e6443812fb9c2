// What an exporter may write, and how it comes out as columns.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cmath>

#include "tests/runtime/connectors/otlp/written.h"

using namespace written;

namespace {

std::string_view text(const Texts& texts, TextId id) { return id == no_text ? std::string_view("(none)") : texts[id]; }

std::shared_ptr<const Spans> spans_of(const std::string& content) {
  const Folder folder;
  folder.write("x.jsonl", content);
  return read_spans(folder.path()).table;
}
std::shared_ptr<const Metrics> metrics_of(const std::string& content, Reading* reading = nullptr) {
  const Folder folder;
  folder.write("x.jsonl", content);
  auto reader = value_of(Reader::open(folder.path()));
  auto table = value_of(reader->metrics(go));
  if (reading != nullptr) *reading = reader->reading(Signal::metrics);
  return table;
}
std::shared_ptr<const Logs> logs_of(const std::string& content) {
  const Folder folder;
  folder.write("x.jsonl", content);
  return value_of(value_of(Reader::open(folder.path()))->logs(go));
}
std::string attribute(const Table& table, size_t row, std::string_view key) {
  for (uint64_t i = table.attr_from[row]; i < table.attr_from[row + 1]; ++i) {
    const Cell& cell = table.attributes[i];
    if (table.texts[cell.key] != key) continue;
    switch (cell.kind) {
      case Cell::Kind::text: return "text " + std::string(table.texts[cell.text]);
      case Cell::Kind::json: return "json " + std::string(table.texts[cell.text]);
      case Cell::Kind::boolean: return cell.integer != 0 ? "true" : "false";
      case Cell::Kind::int64: return "int " + std::to_string(cell.integer);
      case Cell::Kind::float64: return "double " + std::to_string(cell.number);
    }
  }
  return "absent";
}
std::string one_attribute(const std::string& value) {
  const auto spans = spans_of(span_line(span(R"("name":"n","attributes":[{"key":"k","value":)" + value + "}]")));
  return attribute(*spans, 0, "k");
}

}  // namespace

TEST_CASE("otlp spans: every column of a span as written") {
  const auto spans = spans_of(span_line(
      R"({"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","parentSpanId":"EEE19B7EC3C1B173",)"
      R"("name":"work","kind":2,"startTimeUnixNano":"1544712660000000000","endTimeUnixNano":1544712661000000001,"status":{"code":2}})"));
  REQUIRE(spans->rows() == 1);
  CHECK(spans->trace[0] == Spans::Id{0x5b8efff798038103, 0xd269b633813fc60c});
  CHECK(spans->span[0] == 0xeee19b7ec3c1b174);
  CHECK(spans->parent[0] == 0xeee19b7ec3c1b173);
  CHECK(text(spans->texts, spans->name[0]) == "work");
  CHECK(text(spans->texts, spans->scope[0]) == "lib");
  CHECK(text(spans->texts, spans->resources[spans->resource[0]].service) == "a");
  CHECK(spans->kind[0] == 2);
  CHECK(spans->status[0] == 2);
  CHECK(spans->start[0] == 1544712660000000000);
  CHECK(spans->duration[0] == 1000000001);
}

TEST_CASE("otlp spans: a parent that is absent, empty or null is a root") {
  const auto spans = spans_of(span_line(span() + "," + span(R"("parentSpanId":"")") + "," + span(R"("parentSpanId":null)")));
  CHECK(spans->parent == std::vector<uint64_t>{0, 0, 0});
}

TEST_CASE("otlp spans: resource and scope may stand behind the spans") {
  const auto spans = spans_of(R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + span() + R"(],"scope":{"name":"late"}}],)" +
                              resource_text("behind") + "}]}\n");
  CHECK(text(spans->texts, spans->resources[spans->resource[0]].service) == "behind");
  CHECK(text(spans->texts, spans->scope[0]) == "late");
}

TEST_CASE("otlp spans: the names of before 0.19 are read") {
  const auto spans = spans_of(R"({"resourceSpans":[{)" + resource_text("old") +
                              R"(,"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"il"},"spans":[)" + span() + "]}]}]}\n");
  REQUIRE(spans->rows() == 1);
  CHECK(text(spans->texts, spans->scope[0]) == "il");
}

TEST_CASE("otlp spans: enums by name") {
  const auto spans = spans_of(span_line(span(R"("name":"n","kind":"SPAN_KIND_CONSUMER","status":{"code":"STATUS_CODE_ERROR"})")));
  CHECK(spans->kind[0] == 5);
  CHECK(spans->status[0] == 2);
}

TEST_CASE("otlp spans: a span that ends before it starts is kept, counted") {
  const Folder folder;
  folder.write("x", span_line(R"({"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"1112131415161718","name":"n",)"
                              R"("startTimeUnixNano":"2000","endTimeUnixNano":"1000"})"));
  const ReadSpans read = read_spans(folder.path());
  CHECK(read.table->duration[0] == -1000);
  CHECK(read.reading.notes == std::vector<std::string>{"1 spans end before they start (kept)"});
}

TEST_CASE("otlp values: every type of an attribute") {
  CHECK(one_attribute(R"({"stringValue":"x"})") == "text x");
  CHECK(one_attribute(R"({"stringValue":""})") == "text ");
  CHECK(one_attribute(R"({"intValue":"-9223372036854775808"})") == "int -9223372036854775808");
  CHECK(one_attribute(R"({"intValue":5})") == "int 5");
  CHECK(one_attribute(R"({"doubleValue":1.5})") == "double 1.500000");
  CHECK(one_attribute(R"({"doubleValue":"Infinity"})") == "double inf");
  CHECK(one_attribute(R"({"boolValue":true})") == "true");
  CHECK(one_attribute(R"({"bytesValue":"AQI="})") == R"(json "AQI=")");
  CHECK(one_attribute(R"({"arrayValue":{"values":[{"stringValue":"a\"b"},{"intValue":"2"},{}]}})") == R"(json ["a\"b",2,null])");
  CHECK(one_attribute(R"({"kvlistValue":{"values":[{"key":"k","value":{"arrayValue":{"values":[{"boolValue":false}]}}}]}})") ==
        R"(json {"k":[false]})");
}

TEST_CASE("otlp values: an attribute without a value is left out") {
  CHECK(one_attribute("{}") == "absent");
  CHECK(one_attribute("null") == "absent");
  CHECK(one_attribute(R"({"stringValue":null})") == "absent");
}

TEST_CASE("otlp values: escapes, pairs of surrogates and half ones") {
  CHECK(one_attribute(R"({"stringValue":"a\n\t\"\\\/\u00e9\ud83d\ude00"})") == "text a\n\t\"\\/\xc3\xa9\xf0\x9f\x98\x80");
  CHECK(one_attribute(R"({"stringValue":"\ud83dx"})") == "text \xef\xbf\xbdx");
}

TEST_CASE("otlp values: bytes that are not UTF-8 are replaced, not fatal") {
  const Folder folder;
  folder.write("x", span_line(span("\"name\":\"a\xff\xc3(b\"")));
  const ReadSpans read = read_spans(folder.path());
  REQUIRE(read.table->rows() == 1);
  CHECK(text(read.table->texts, read.table->name[0]) == "a\xef\xbf\xbd\xef\xbf\xbd(b");
  CHECK(read.reading.bad_lines == 0);
}

TEST_CASE("otlp values: half a surrogate pair is replaced and told") {
  const Folder folder;
  folder.write("x", span_line(span(R"("name":"a\ud800b")")));
  const ReadSpans read = read_spans(folder.path());
  REQUIRE(read.table->rows() == 1);
  CHECK(text(read.table->texts, read.table->name[0]) == "a\xef\xbf\xbd" "b");
  REQUIRE(read.reading.notes.size() == 1);
  CHECK(read.reading.notes[0].find("surrogate") != std::string::npos);
}

TEST_CASE("otlp resources: the same attributes in another order are the same resource") {
  const auto line = [](const std::string& attributes) {
    return R"({"resourceSpans":[{"resource":{"attributes":[)" + attributes + R"(]},"scopeSpans":[{"spans":[)" + span() + "]}]}]}\n";
  };
  const std::string a = text_attribute("service.name", "s"), b = text_attribute("service.instance.id", "i-1");
  const auto spans = spans_of(line(a + "," + b) + line(b + "," + a));
  REQUIRE(spans->resources.size() == 1);
  CHECK(text(spans->texts, spans->resources[0].instance) == "i-1");
}

TEST_CASE("otlp metrics: gauges and sums of both temporalities") {
  const auto metrics = metrics_of(metric_line(
      R"({"name":"g","unit":"By","gauge":{"dataPoints":[{"timeUnixNano":"20","asInt":"7"},{"timeUnixNano":"10","asDouble":"NaN"}]}},)"
      R"({"sum":{"dataPoints":[{"startTimeUnixNano":"1","timeUnixNano":"5","asDouble":2}],"isMonotonic":true,"aggregationTemporality":1},"name":"d"},)"
      R"({"name":"c","sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE","dataPoints":[{"timeUnixNano":"5","asInt":3}]}})"));
  REQUIRE(metrics->streams.size() == 3);
  const Stream &g = metrics->streams[0], &d = metrics->streams[1], &c = metrics->streams[2];
  CHECK(text(metrics->texts, g.metric) == "g");
  CHECK(text(metrics->texts, g.unit) == "By");
  CHECK(g.time == std::vector<int64_t>{10, 20});
  CHECK(std::isnan(g.value[0]));
  CHECK(g.value[1] == 7);
  CHECK(g.is_int == std::vector<uint8_t>{0, 1});
  CHECK(d.temporality == 1);
  CHECK(d.monotonic);
  CHECK(d.start == std::vector<int64_t>{1});
  CHECK(c.temporality == 2);
  CHECK_FALSE(c.monotonic);
}

TEST_CASE("otlp metrics: a histogram keeps counts, sums, bounds and buckets; other bounds are another stream") {
  const auto point = [](const char* time, const char* bounds) {
    return std::string(R"({"timeUnixNano":")") + time + R"(","count":"3","sum":4.5,"bucketCounts":["1",2,"0"],"explicitBounds":)" + bounds + "}";
  };
  const auto metrics = metrics_of(metric_line(R"({"name":"h","histogram":{"dataPoints":[)" + point("1", "[1,2]") + "," +
                                              point("2", "[1.0,2.0]") + "," + point("3", "[1,3]") + R"(],"aggregationTemporality":2}})"));
  REQUIRE(metrics->streams.size() == 2);
  const Stream& h = metrics->streams[0];
  CHECK(h.bounds == std::vector<double>{1, 2});
  CHECK(h.count == std::vector<int64_t>{3, 3});
  CHECK(h.value == std::vector<double>{4.5, 4.5});
  CHECK(h.buckets == std::vector<int64_t>{1, 2, 0, 1, 2, 0});
  CHECK(metrics->streams[1].bounds == std::vector<double>{1, 3});
}

TEST_CASE("otlp metrics: a point that only says that nothing was recorded is no point") {
  Reading reading;
  const auto metrics = metrics_of(metric_line(R"({"name":"g","gauge":{"dataPoints":[{"timeUnixNano":"1","flags":1},{"timeUnixNano":"2","asInt":1}]}})"), &reading);
  REQUIRE(metrics->streams.size() == 1);
  CHECK(metrics->streams[0].time == std::vector<int64_t>{2});
  CHECK(reading.bad_records == 0);
}

TEST_CASE("otlp metrics: the attributes of points make streams, in whatever order they stand") {
  const auto point = [](const std::string& attributes) { return R"({"timeUnixNano":"1","asInt":1,"attributes":[)" + attributes + "]}"; };
  const std::string a = text_attribute("a", "1"), b = text_attribute("b", "2");
  const auto metrics = metrics_of(metric_line(R"({"name":"g","gauge":{"dataPoints":[)" + point(b + "," + a) + "," + point(a + "," + b) + "," + point(a) + "]}}"));
  REQUIRE(metrics->streams.size() == 2);
  CHECK(metrics->streams[0].time.size() == 2);
  CHECK(text(metrics->texts, metrics->streams[0].attributes[0].key) == "a");
}

TEST_CASE("otlp logs: time falls back to the observed one, bodies of any type are text") {
  const auto logs = logs_of(log_line(
      R"({"timeUnixNano":"0","observedTimeUnixNano":"7","severityNumber":"SEVERITY_NUMBER_WARN","severityText":"W","body":{"stringValue":"m"},)"
      R"("traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"1112131415161718"},)"
      R"({"timeUnixNano":"9","severityNumber":17,"body":{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"1"}}]}},"traceId":"","spanId":""},)"
      R"({"timeUnixNano":"9"})"));
  REQUIRE(logs->rows() == 3);
  CHECK(logs->time == std::vector<int64_t>{7, 9, 9});
  CHECK(logs->severity == std::vector<uint8_t>{13, 17, 0});
  CHECK(text(logs->texts, logs->severity_text[0]) == "W");
  CHECK(text(logs->texts, logs->body[0]) == "m");
  CHECK(text(logs->texts, logs->body[1]) == R"({"k":1})");
  CHECK(logs->body[2] == no_text);
  CHECK(logs->span == std::vector<uint64_t>{0x1112131415161718, 0, 0});
}

TEST_CASE("otlp spans: the last exception among the events becomes attributes of the span") {
  const auto spans = spans_of(span_line(span(
      R"("name":"n","events":[{"name":"log","attributes":[{"key":"exception.type","value":{"stringValue":"No"}}]},)"
      R"({"name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"First"}}]},)"
      R"({"timeUnixNano":"1","name":"exception","attributes":[{"value":{"stringValue":"boom \"x\""},"key":"exception.message"},)"
      R"({"key":"exception.stacktrace","value":{"stringValue":"at a long place"}},{"key":"exception.type","value":{"stringValue":"Last"}}]}],)"
      R"("attributes":[{"key":"k","value":{"intValue":"1"}}])")));
  REQUIRE(spans->rows() == 1);
  CHECK(attribute(*spans, 0, "k") == "int 1");
  CHECK(attribute(*spans, 0, "exception.type") == "text Last");
  CHECK(attribute(*spans, 0, "exception.message") == "text boom \"x\"");
  CHECK(attribute(*spans, 0, "exception.stacktrace") == "absent");
}

TEST_CASE("otlp spans: an exception in the span's own attributes goes before that of an event") {
  const auto spans = spans_of(span_line(span(R"("events":[{"name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"E"}}]}],)"
                                             R"("attributes":[{"key":"exception.type","value":{"stringValue":"own"}}])")));
  REQUIRE(spans->attributes.size() == 1);
  CHECK(attribute(*spans, 0, "exception.type") == "text own");
}

TEST_CASE("otlp spans: a long message of an exception is cut between characters") {
  std::string message(299, 'x');
  message += "\xc3\xa9 and more";
  const auto spans = spans_of(span_line(span(R"("events":[{"name":"exception","attributes":[{"key":"exception.message","value":{"stringValue":")" + message + R"("}}]}])")));
  CHECK(attribute(*spans, 0, "exception.message") == "text " + std::string(299, 'x'));
}

TEST_CASE("otlp spans: links are a list of trace ids; odd links and events cost nothing") {
  const auto spans = spans_of(span_line(
      span(R"("links":[{"traceId":"0102030405060708090A0B0C0D0E0F11","spanId":"1112131415161719","attributes":[]},{"traceId":"xyz"},{"spanId":"1112131415161719"},{"traceId":"0102030405060708090a0b0c0d0e0f12"}])") +
      "," + span(R"("links":[],"events":[])") + "," + span(R"("links":5,"events":"x")") + "," + span(R"("events":[5,{"attributes":7},{"name":1}])")));
  REQUIRE(spans->rows() == 4);
  CHECK(attribute(*spans, 0, "links") == R"(json ["0102030405060708090a0b0c0d0e0f11","0102030405060708090a0b0c0d0e0f12"])");
  CHECK(spans->attr_from == std::vector<uint64_t>{0, 1, 1, 1, 1});
}

TEST_CASE("otlp ids: base64 of 16 and 8 bytes, and trace ids of 64 bits, are read; other lengths skip the record") {
  const auto line = [](const char* trace, const char* id) {
    return span_line(std::string(R"({"traceId":")") + trace + R"(","spanId":")" + id + R"(","startTimeUnixNano":"1","endTimeUnixNano":"2"})");
  };
  for (const auto& [trace, id] : {std::pair("AQIDBAUGBwgJCgsMDQ4PEA==", "ERITFBUWFxg="), std::pair("AQIDBAUGBwgJCgsMDQ4PEA", "ERITFBUWFxg"),
                                  std::pair("0102030405060708090a0b0c0d0e0f10", "1112131415161718")}) {
    const auto spans = spans_of(line(trace, id));
    REQUIRE(spans->rows() == 1);
    CHECK(spans->trace[0] == Spans::Id{0x0102030405060708, 0x090a0b0c0d0e0f10});
    CHECK(spans->span[0] == 0x1112131415161718);
  }
  CHECK(spans_of(line("090a0b0c0d0e0f10", "1112131415161718"))->trace[0] == Spans::Id{0, 0x090a0b0c0d0e0f10});
  for (const char* wrong : {"1", "090a0b0c0d0e0f1", "0102030405060708090a0b0c0d0e0f1", "0102030405060708090a0b0c0d0e0f100", "AQIDBAUGBwgJCgsMDQ4P!A==",
                            "AQIDBAUGBwgJCgsMDQ4PEB==", "090a0b0c0d0e0g10", "========================"}) {
    CAPTURE(wrong);
    CHECK(spans_of(line(wrong, "1112131415161718"))->rows() == 0);
  }
}

TEST_CASE("otlp metrics and logs: the names of before 0.19 are read") {
  const auto metrics = metrics_of(R"({"resourceMetrics":[{)" + resource_text("old") +
                                  R"(,"instrumentationLibraryMetrics":[{"instrumentationLibrary":{"name":"il"},"metrics":[{"name":"g","gauge":{"dataPoints":[{"timeUnixNano":"7","asInt":"1"}]}}]}]}]})" "\n");
  REQUIRE(metrics->streams.size() == 1);
  CHECK(text(metrics->texts, metrics->streams[0].scope) == "il");
  const auto logs = logs_of(R"({"resourceLogs":[{)" + resource_text("old") +
                            R"(,"instrumentationLibraryLogs":[{"instrumentationLibrary":{"name":"il"},"logs":[{"timeUnixNano":"7"}]},{"instrumentationLibrary":{"name":"il"},"logRecords":[{"timeUnixNano":"8"}]}]}]})" "\n");
  CHECK(logs->time == std::vector<int64_t>{7, 8});
  CHECK(text(logs->texts, logs->scope[0]) == "il");
}

TEST_CASE("otlp logs: the name of an event is an attribute, unless there is one already") {
  const auto logs = logs_of(log_line(R"({"timeUnixNano":"1","eventName":"e"},{"timeUnixNano":"2","eventName":"e","attributes":[)" + text_attribute("event.name", "own") +
                                     R"(]},{"timeUnixNano":"3","eventName":""},{"timeUnixNano":"4","eventName":null})"));
  REQUIRE(logs->rows() == 4);
  CHECK(attribute(*logs, 0, "event.name") == "text e");
  CHECK(attribute(*logs, 1, "event.name") == "text own");
  CHECK(attribute(*logs, 2, "event.name") == "absent");
  CHECK(attribute(*logs, 3, "event.name") == "absent");
}

TEST_CASE("otlp records: empty and missing resources and scopes, and unknown fields of any depth, are no mistakes") {
  for (const char* head : {R"("resource":{},)", R"("resource":{"attributes":[]},)", R"("resource":null,)", "", R"("schemaUrl":"x","resource":{"entityRefs":[{"type":"t"}]},)"}) {
    for (const char* scope : {R"("scope":{},)", R"("scope":null,)", "", R"("scope":{"name":"","version":"1","attributes":[{"key":"k","value":{"boolValue":true}}]},)"}) {
      CAPTURE(head, scope);
      const auto spans = spans_of(std::string(R"({"resourceSpans":[{)") + head + R"("scopeSpans":[{)" + scope + R"("spans":[)" +
                                  span(R"("new":[{"a":[[]]}],"flags":257,"traceState":"x","droppedLinksCount":1)") + "]}]}],\"partialSuccess\":{}}\n");
      REQUIRE(spans->rows() == 1);
      CHECK(spans->resources.size() == 1);
      CHECK(spans->resources[0].service == no_text);
      CHECK(spans->scope[0] == no_text);
    }
  }
}

TEST_CASE("otlp records: without a time a point and a span are skipped, a log record is kept") {
  const auto spans = spans_of(span_line(R"({"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"1112131415161718","startTimeUnixNano":"0"},)" + span()));
  CHECK(spans->rows() == 1);
  Reading reading;
  const auto metrics = metrics_of(metric_line(R"({"name":"g","gauge":{"dataPoints":[{"timeUnixNano":"0","asInt":1},{"timeUnixNano":0,"asInt":1},{"timeUnixNano":5,"asInt":1}]}})"), &reading);
  CHECK(metrics->streams.at(0).time == std::vector<int64_t>{5});
  CHECK(reading.bad_records == 2);
  CHECK(logs_of(log_line(R"({"timeUnixNano":"0","observedTimeUnixNano":0})"))->time == std::vector<int64_t>{0});
}
