// Jaeger's v1 JSON and its documents become the spans that were sent.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/convert.h"

#include "tests/runtime/connectors/jaeger/rows.h"

using namespace rows;
using jaeger::Converter;

namespace {

Json parsed(const std::string& text) {
  auto json = parse_json(text, "test");
  if (!json) FAIL(json.error().print());
  return *json;
}

Json recorded_traces() { return reply_json("v1_traces.json").at("data"); }

Value recorded_ids() {
  List ids;
  for (const Json& trace : recorded_traces()) ids.push_back(Value(trace["traceID"].get<std::string>()));
  return Value(ids);
}

std::string converted_reply() {
  Converter converter;
  for (const Json& trace : recorded_traces()) converter.trace(trace);
  return converter.take();
}

// One span of one process out of members that are put into a plain one.
std::string one_span(const std::string& members, Converter& converter) {
  converter.trace(parsed(R"({"traceID":"1","spans":[{"traceID":"1","spanID":"2","operationName":"op","startTime":1700000000000001,
    "duration":5,"processID":"p1")" + std::string(members.empty() ? "" : ",") + members +
                         R"(}],"processes":{"p1":{"serviceName":"shop","tags":[]}}})"));
  return converter.take();
}
FramePtr frame_of(const std::string& lines) { return whole_traces(lines, Value(List{Value(std::string("1"))})); }
std::string text_in(const FramePtr& frame, const char* column) { return made::texts(frame, column).at(0); }
FramePtr frame_with(const std::string& members) {
  Converter converter;
  return frame_of(one_span(members, converter));
}

}  // namespace

TEST_CASE("spans of the recorded v1 reply are those of the files, but for lists told as text and whole microseconds") {
  auto files = made::open("sops/memory_leak/replay");
  Ask ask = made::ask("spans.of_traces", 0, 0, {}, {{"traces", recorded_ids()}});
  ask.scope.window = {};
  const FramePtr expected = made::fetch(*files, ask);
  const FramePtr got = whole_traces(converted_reply(), recorded_ids());
  REQUIRE(expected->rows == 56);
  CHECK(by_span(got, true) == by_span(expected, true));
}

TEST_CASE("warnings of the recorded v1 reply are counted and the first is told") {
  Converter converter;
  for (const Json& trace : recorded_traces()) converter.trace(trace);
  REQUIRE(converter.notes().size() == 1);
  CHECK(converter.notes()[0].find("9 spans carry warnings of Jaeger (clock skew adjustment disabled") == 0);
  CHECK(converter.spans() == 56);
}

TEST_CASE("tags keep their type, and 64-bit integers that were sent as text stay whole") {
  const FramePtr frame = frame_with(R"("tags":[{"key":"b","type":"bool","value":false},{"key":"d","type":"float64","value":0.5},
    {"key":"i","type":"int64","value":"9223372036854775807"},{"key":"n","type":"int64","value":7},{"key":"s","type":"string","value":"7"},
    {"key":"whole","type":"float64","value":3}])");
  CHECK(text_in(frame, "attributes") == R"({"b":false,"d":0.5,"i":"9223372036854775807","n":7,"s":"7","whole":3.0})");
}

TEST_CASE("kind, status and scope leave the attributes; error=true beside a status repeats it, alone it is the status") {
  FramePtr frame = frame_with(R"("tags":[{"key":"span.kind","type":"string","value":"server"},{"key":"error","type":"bool","value":true},
    {"key":"otel.status_code","type":"string","value":"ERROR"},{"key":"otel.status_description","type":"string","value":"no"},
    {"key":"otel.scope.name","type":"string","value":"lib"},{"key":"otel.scope.version","type":"string","value":"1"},
    {"key":"internal.span.format","type":"string","value":"proto"}])");
  CHECK(text_in(frame, "kind") == "server");
  CHECK(text_in(frame, "status") == "error");
  CHECK(text_in(frame, "attributes") == "{}");
  frame = frame_with(R"("tags":[{"key":"error","type":"bool","value":true}])");
  CHECK(text_in(frame, "status") == "error");
  frame = frame_with(R"("tags":[{"key":"error","type":"bool","value":false}])");
  CHECK(text_in(frame, "status") == "unset");
  CHECK(text_in(frame, "attributes") == R"({"error":false})");
  frame = frame_with(R"("tags":[{"key":"otel.status_code","type":"string","value":"OK"},{"key":"span.kind","type":"string","value":"odd"}])");
  CHECK(text_in(frame, "status") == "ok");
  CHECK(text_in(frame, "attributes") == R"({"span.kind":"odd"})");
}

TEST_CASE("the first CHILD_OF of the same trace is the parent; FOLLOWS_FROM only without one; others are links") {
  FramePtr frame = frame_with(R"("references":[{"refType":"FOLLOWS_FROM","traceID":"1","spanID":"8"},
    {"refType":"CHILD_OF","traceID":"1","spanID":"9"},{"refType":"FOLLOWS_FROM","traceID":"00000000000000000000000000000abc","spanID":"3"}])");
  CHECK(text_in(frame, "parent_id") == "0000000000000009");
  CHECK(text_in(frame, "attributes") ==
        R"({"links":["00000000000000000000000000000001","00000000000000000000000000000abc"]})");
  frame = frame_with(R"("references":[{"refType":"FOLLOWS_FROM","traceID":"1","spanID":"8"}])");
  CHECK(text_in(frame, "parent_id") == "0000000000000008");
  frame = frame_with(R"("references":[{"refType":"CHILD_OF","traceID":"2","spanID":"8"}])");
  CHECK(text_in(frame, "parent_id") == "-");
}

TEST_CASE("exceptions come out of logs, in today's words and in those of OpenTracing") {
  FramePtr frame = frame_with(R"("logs":[{"timestamp":1,"fields":[{"key":"event","type":"string","value":"exception"},
    {"key":"exception.type","type":"string","value":"KeyError"},{"key":"exception.message","type":"string","value":"gone"}]}])");
  CHECK(text_in(frame, "attributes") == R"({"exception.message":"gone","exception.type":"KeyError"})");
  frame = frame_with(R"("logs":[{"timestamp":1,"fields":[{"key":"event","type":"string","value":"error"},
    {"key":"error.kind","type":"string","value":"IOException"},{"key":"message","type":"string","value":"broken pipe"}]}])");
  CHECK(text_in(frame, "attributes") == R"({"exception.message":"broken pipe","exception.type":"IOException"})");
  frame = frame_with(R"("logs":[{"timestamp":1,"fields":[{"key":"message","type":"string","value":"all is well"}]},{"timestamp":"x"}, 7])");
  CHECK(text_in(frame, "attributes") == "{}");
}

TEST_CASE("microseconds are nanoseconds, also when sent as text, and an absurd time does not wrap around") {
  FramePtr frame = frame_with("");
  CHECK(frame->column("start")->integer(0) == 1'700'000'000'000'001'000);
  CHECK(frame->column("duration")->integer(0) == 5'000);
  Converter converter;
  converter.trace(parsed(R"({"spans":[{"traceID":"1","spanID":"2","operationName":"op","startTime":"9223372036854775807","duration":9223372036854775807}]})"));
  const std::string lines = converter.take();
  CHECK(lines.find(R"("startTimeUnixNano":"9223372036854775807","endTimeUnixNano":"9223372036854775807")") != std::string::npos);
}

TEST_CASE("a trace with a span given twice, a cycle and a missing parent survives whole") {
  Converter converter;
  std::string spans;
  for (const auto& [id, parent] : std::vector<std::pair<std::string, std::string>>{{"a", "b"}, {"b", "a"}, {"c", "dead"}, {"a", "b"}})
    spans += (spans.empty() ? "" : ",") + std::string(R"({"traceID":"1","operationName":"op","startTime":1700000000000000,"duration":1,"processID":"p1","spanID":")") +
             id + R"(","references":[{"refType":"CHILD_OF","traceID":"1","spanID":")" + parent + R"("}]})";
  converter.trace(parsed(R"({"spans":[)" + spans + R"(],"processes":{"p1":{"serviceName":"shop"}}})"));
  const FramePtr frame = frame_of(converter.take());
  CHECK(made::texts(frame, "span_id") ==
        std::vector<std::string>{"000000000000000a", "000000000000000b", "000000000000000c", "000000000000000a"});
  CHECK(made::texts(frame, "parent_id") ==
        std::vector<std::string>{"000000000000000b", "000000000000000a", "000000000000dead", "000000000000000b"});
}

TEST_CASE("a span without a process is kept and told; one that is no span is a bad record and takes nothing with it") {
  Converter converter;
  converter.trace(parsed(R"({"spans":[{"traceID":"1","spanID":"2","operationName":"op","startTime":1700000000000000,"duration":1,"processID":"p7"},
    7, {"operationName":"no ids"}],"processes":{}})"));
  const std::string lines = converter.take();
  const otlp::Decoded decoded = otlp::decode_text(otlp::Signal::spans, lines);
  CHECK(decoded.bad_lines == 0);
  CHECK(decoded.bad_records == 2);
  CHECK(decoded.spans()->rows() == 1);
  CHECK(converter.notes() == std::vector<std::string>{"3 spans have no process: the service is not known"});
}

TEST_CASE("Jaeger's word for a resource without service.name is no service name") {
  Converter converter;
  converter.trace(parsed(R"({"spans":[{"traceID":"1","spanID":"2","operationName":"op","startTime":1700000000000000,"duration":1,"processID":"p1"}],
    "processes":{"p1":{"serviceName":"OTLPResourceNoServiceName","tags":[{"key":"host.name","type":"string","value":"a"}]}}})"));
  CHECK(text_in(frame_of(converter.take()), "service") == "-");
}

TEST_CASE("a document of an index tells the same span by nested tags, by fields, or by both") {
  const std::string head = R"({"traceID":"1","spanID":"2","operationName":"op","startTime":1700000000000001,"startTimeMillis":1700000000000,"duration":5,)";
  const std::string nested = head + R"("tags":[{"key":"span.kind","type":"string","value":"server"},{"key":"http.status_code","type":"int64","value":"500"},
    {"key":"hit","type":"bool","value":"false"},{"key":"ratio","type":"float64","value":"0.5"}],"references":[{"refType":"CHILD_OF","traceID":"1","spanID":"9"}],
    "process":{"serviceName":"shop","tags":[{"key":"service.version","type":"string","value":"2"}]}})";
  const std::string fields = head + R"("tag":{"span@kind":"server","http@status_code":500,"hit":false,"ratio":0.5},"parentSpanID":"9",
    "process":{"serviceName":"shop","tag":{"service@version":"2"}}})";
  const std::string both = head + R"("tags":[{"key":"http.status_code","type":"int64","value":"500"},{"key":"ratio","type":"float64","value":"0.5"}],
    "tag":{"span@kind":"server","hit":false},"references":[{"refType":"CHILD_OF","traceID":"1","spanID":"9"}],
    "process":{"serviceName":"shop","tag":{"service@version":"2"}}})";
  std::vector<std::map<std::string, std::string>> told;
  for (const std::string& document : {nested, fields, both}) {
    Converter converter;
    converter.document(parsed(document));
    const FramePtr frame = frame_of(converter.take());
    CHECK(text_in(frame, "attributes") == R"({"hit":false,"http.status_code":500,"ratio":0.5})");
    CHECK(text_in(frame, "version") == "2");
    CHECK(text_in(frame, "kind") == "server");
    CHECK(text_in(frame, "parent_id") == "0000000000000009");
    told.push_back(by_span(frame, true));
  }
  CHECK(told[0] == told[1]);
  CHECK(told[0] == told[2]);
}
