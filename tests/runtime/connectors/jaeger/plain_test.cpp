// The reader without a tree says of v1 answers what the strict one says, or nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma GCC optimize("O2")                                // tens of thousands of answers are read

#include <random>

#include "runtime/base/strict_json.h"
#include "runtime/connectors/jaeger/convert.h"
#include "runtime/connectors/otlp_decode.h"
#include "tests/runtime/connectors/jaeger/rows.h"

using namespace rows;

namespace {

std::string bits_of(const otlp::Texts& texts, const otlp::Cell& cell) {
  std::string out = std::string(texts[cell.key]) + "=" + std::to_string(static_cast<int>(cell.kind)) + ":";
  if (cell.kind == otlp::Cell::Kind::text || cell.kind == otlp::Cell::Kind::json) return out += texts[cell.text];
  return out += std::to_string(cell.integer);              // of a double its bits
}

// Every row with all its columns, in their order.
std::string told(const otlp::Spans& spans) {
  std::string out;
  const auto text = [&](otlp::TextId id) { return id == otlp::no_text ? std::string("-") : std::string(spans.texts[id]); };
  const auto add = [&](const std::string& one) { out += one, out += '|'; };
  for (size_t row = 0; row < spans.rows(); ++row) {
    const otlp::Resource& resource = spans.resources[spans.resource[row]];
    for (const otlp::TextId id : {resource.service, resource.namespace_, resource.instance, resource.version, spans.scope[row], spans.name[row]}) add(text(id));
    for (const otlp::Cell& cell : resource.attributes) add(bits_of(spans.texts, cell));
    for (const uint64_t id : {spans.trace[row].high, spans.trace[row].low, spans.span[row], spans.parent[row]}) add(std::to_string(id));
    for (const int64_t n : {int64_t{spans.kind[row]}, int64_t{spans.status[row]}, spans.start[row], spans.duration[row]}) add(std::to_string(n));
    for (uint64_t i = spans.attr_from[row]; i < spans.attr_from[row + 1]; ++i) add(bits_of(spans.texts, spans.attributes[i]));
    out += '\n';
  }
  return out;
}

struct Read {
  bool good = false;
  std::string rows = {};
  std::vector<std::string> notes = {};
};

Read plainly(otlp::Decoder& decoder, std::string answer) {
  const size_t size = answer.size();
  answer += '\n';
  answer.append(64, ' ');
  otlp::Part part;
  otlp::JaegerTold beside;
  if (!decoder.jaeger(std::string_view(answer).substr(0, size), part, beside)) return {};
  return {true, told(part.spans), jaeger::Converter::notes(beside.warned, beside.warning, 0)};
}

// As a tree; good when nothing at all is to be told of it but warnings of Jaeger.
Read strictly(const std::string& answer) {
  size_t replaced = 0;
  const auto json = strict_json(answer, {}, &replaced);
  if (!json || replaced > 0) return {};
  const Json* data = member(*json, "data");
  const Json* errors = member(*json, "errors");
  if (!data || !data->is_array() || (errors && !errors->is_null() && !errors->empty())) return {};
  jaeger::Converter converter;
  for (const Json& trace : *data) converter.trace(trace);
  const std::vector<std::string> notes = converter.notes();
  const otlp::Decoded decoded = otlp::decode_text(otlp::Signal::spans, converter.take());
  if (decoded.bad_lines > 0 || decoded.bad_records > 0) return {};
  return {true, told(*decoded.spans()), notes};
}

// All that a plain answer may hold, small.
const std::string small = R"({"data":[{"traceID":"abc","spans":[
{"traceID":"abc","spanID":"1","flags":1,"operationName":"a\"b","references":[],"startTime":1700000000000001,"duration":5,"tags":[
 {"key":"span.kind","type":"string","value":"server"},{"key":"otel.scope.name","type":"string","value":"lib"},{"key":"n","type":"int64","value":-7},
 {"key":"d","type":"float64","value":0.25},{"key":"w","type":"float64","value":3},{"key":"b","type":"bool","value":true},
 {"key":"otel.status_code","type":"string","value":"ERROR"},{"key":"error","type":"bool","value":true},{"key":"big","type":"int64","value":"9223372036854775807"}],
 "logs":[{"timestamp":17,"fields":[{"key":"event","type":"string","value":"exception"},{"key":"exception.type","type":"string","value":"Gone"},
  {"key":"exception.message","type":"string","value":"not \u00e9 there"}]}],"processID":"p1","warnings":["late","odd"]},
{"traceID":"abc","spanID":"2","operationName":"c","references":[{"refType":"CHILD_OF","traceID":"abc","spanID":"1"},
  {"refType":"FOLLOWS_FROM","traceID":"0000000000000000000000000000def1","spanID":"9"}],"startTime":1700000000000002,"duration":1,
 "tags":[{"key":"otel.scope.name","type":"string","value":"lib2"},{"key":"otel.scope.version","type":"string","value":"2"},{"key":"error","type":"string","value":"true"}],
 "logs":null,"processID":"p2","warnings":null},
{"traceID":"abc","spanID":"3","operationName":"c","references":[{"refType":"FOLLOWS_FROM","traceID":"abc","spanID":"2"}],"startTime":1700000000000003,"duration":0,
 "tags":[{"key":"error","type":"bool","value":true},{"key":"otel.status_code","type":"string","value":"ok"},{"key":"w3c.tracestate","type":"string","value":"a=b"}],
 "logs":[{"timestamp":1,"fields":[{"key":"event","type":"string","value":"error"},{"key":"error.kind","type":"string","value":"IO"},
  {"key":"message","type":"string","value":"broken pipe"}]}],"processID":"p1","warnings":null}],
"processes":{"p1":{"serviceName":"shop","tags":[{"key":"service.version","type":"string","value":"2"},{"key":"service.name","type":"string","value":"x"}]},
 "p2":{"serviceName":"OTLPResourceNoServiceName","tags":[{"key":"z","type":"bool","value":false},{"key":"a","type":"int64","value":1}]}},"warnings":null}],
"total":0,"limit":0,"offset":0,"errors":null})";

std::string replaced(const std::string& from, const std::string& to) {
  const size_t at = small.find(from);
  REQUIRE(at != std::string::npos);
  return std::string(small).replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("the recorded v1 reply is plain, and its spans are those of the strict reader") {
  otlp::Decoder decoder(otlp::Signal::spans);
  for (const std::string& answer : {reply("v1_traces.json"), small}) {
    const Read plain = plainly(decoder, answer), strict = strictly(answer);
    REQUIRE(plain.good);
    REQUIRE(strict.good);
    CHECK(plain.rows == strict.rows);
    CHECK(plain.notes == strict.notes);
  }
}

TEST_CASE("what is out of the ordinary in a v1 answer is left to the strict reader") {
  otlp::Decoder decoder(otlp::Signal::spans);
  const std::vector<std::pair<const char*, const char*>> odd = {
      {"\"duration\":5", "\"duration\":5,\"duration\":5"},  {"\"duration\":5", "\"duration\":-5"},     {"\"duration\":5", "\"duration\":NaN"},
      {"\"duration\":5", "\"duration\":1e400"},             {"\"duration\":5", "\"duration\":05"},     {"\"duration\":5", "\"duration\":99999999999999999999"},
      {"\"duration\":5", "\"duration\":\"5\""},             {"\"flags\":1", "\"flags\":{}"},           {"\"flags\":1", "\"flags\":tru"},
      {"\"flags\":1", "\"more\":1"},                        {"\"spanID\":\"1\"", "\"spanID\":\"xyz\""}, {"\"spanID\":\"1\"", "\"spanID\":\"\""},
      {"\"spanID\":\"1\"", "\"spanID\":7"},                 {"a\\\"b", "a\\xb"},                       {"a\\\"b", "a\\ud800b"},
      {"a\\\"b", "a\xff\xfe"},                              {"a\\\"b", "a\tb"},                        {"\"value\":-7", "\"value\":[7]"},
      {"\"value\":-7", "\"value\":null"},                   {"\"value\":0.25", "\"value\":1e999"},     {"\"processID\":\"p1\"", "\"processID\":\"p9\""},
      {"\"p2\":{", "\"p1\":{"},                             {"\"errors\":null", "\"errors\":[{\"code\":500,\"msg\":\"no\"}]"},
      {"\"errors\":null}", "\"errors\":null"},              {"\"errors\":null}", "\"errors\":null}}"}, {"\"errors\":null}", "\"errors\":null} x"},
      {"{\"data\":[", "{\"data\":[7,"},                     {"\"total\":0,", "\"total\":0,,"},         {"\"key\":\"n\"", "\"key\":\"\""},
      {"\"type\":\"bool\"", "\"type\":\"bool\" \"x\""},     {"1700000000000001", "0"},                 {"1700000000000001", "9223372036854775807"}};
  for (const auto& [from, to] : odd) {
    INFO(to);
    CHECK(!plainly(decoder, replaced(from, to)).good);
  }
  CHECK(!plainly(decoder, "").good);
  CHECK(!plainly(decoder, "[]").good);
  CHECK(!plainly(decoder, small.substr(0, small.size() / 2)).good);
}

TEST_CASE("of v1 answers that were changed at random none is read without a tree unless the strict reader says the same") {
  std::mt19937_64 random(7);
  otlp::Decoder decoder(otlp::Signal::spans);
  static const std::vector<std::string> pieces = {"\"", "\\", "{", "}", "[", "]", ",", ":", "0", "9", "-", ".", "e", "null", "true", "\"x\"", "\\u0041", "\\ud83d\\ude00",
                                                  "\xc3\xa9", "\xff", " ", "\n", "error", "ok", "event", "exception", "message", "bool", "int64", "float64", "string", "1.5",
                                                  "CHILD_OF", "abc", "service.name", "span.kind", "consumer", "otel.scope.version", "p1", "p2", "key", "value", "type"};
  size_t plain = 0, strict = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string answer = small;
    for (size_t n = random() % 3 + 1; n > 0; --n) {
      const size_t at = random() % answer.size();
      const std::string& piece = pieces[random() % pieces.size()];
      switch (random() % 4) {
        case 0: answer.insert(at, piece); break;
        case 1: answer.replace(at, std::min(piece.size(), answer.size() - at), piece); break;
        case 2: answer.erase(at, random() % 4 + 1); break;
        default: {                                         // what stands between two quotes becomes something else
          const size_t open = answer.find('"', at), close = open == std::string::npos ? open : answer.find('"', open + 1);
          if (close != std::string::npos) answer.replace(open + 1, close - open - 1, piece);
        }
      }
      if (answer.empty()) answer = "x";
    }
    const Read fast = plainly(decoder, answer), sure = strictly(answer);
    plain += fast.good, strict += sure.good;
    if (!fast.good) continue;
    if (!sure.good || fast.rows != sure.rows || fast.notes != sure.notes)
      FAIL("round " << round << "\n" << answer << "\n-- without a tree:\n" << fast.rows << "-- strictly:\n" << sure.rows);
  }
  CHECK(plain > 1000);                                     // the claim is about something
  CHECK(strict >= plain);
}
