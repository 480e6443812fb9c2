// Replies as bytes: recorded ones of a Prometheus 3.5, and what must never pass.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/samples.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "runtime/base/text.h"

using namespace inquest;
using namespace inquest::prometheus;

namespace {

Reply recorded_reply(const std::string& name) {
  return read_reply(read_file(std::string(INQUEST_SOURCE_DIR) + "/tests/runtime/connectors/prometheus/recorded/" + name + ".json").value()).value();
}
std::string wrong(const std::string& body) {
  const auto reply = read_reply(body);
  return reply ? "accepted" : reply.error().message;
}
std::string matrix(const std::string& values) {
  return R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[)" + values + "]}]}}";
}

}  // namespace

TEST_CASE("a matrix is read with times of milliseconds and exact values", "[prometheus]") {
  const Reply reply = recorded_reply("matrix-rss");
  REQUIRE(reply.series.size() == 1);
  const Samples& one = reply.series.front();
  CHECK(reply.result_type == "matrix");
  CHECK(label(one.labels, "type") == "rss");
  CHECK(label(one.labels, "missing").empty());
  REQUIRE(one.time_ms.size() == 38);
  CHECK(one.time_ms[0] == 1795256972877);
  CHECK(one.value[0] == 61734912);
  CHECK(reply.samples() == 38);
}

TEST_CASE("buildinfo, scalars, texts and errors are read", "[prometheus]") {
  CHECK(recorded_reply("buildinfo").fields.at("version") == "3.5.0");
  CHECK(recorded_reply("scalar").series.front().value.front() == 2);
  CHECK(recorded_reply("string").texts == std::vector<std::string>{"x"});
  const Reply error = recorded_reply("parse-error");
  CHECK(error.status == "error");
  CHECK(error.error_type == "bad_data");
  CHECK(error.error.find("unclosed left parenthesis") != std::string::npos);
}

TEST_CASE("NaN, infinities and minus zero are what they are", "[prometheus]") {
  const Reply reply = read_reply(matrix(R"([1,"NaN"],[2,"+Inf"],[3,"-Inf"],[4,"-0"],[5.001,"1e-3"])")).value();
  const auto& value = reply.series.front().value;
  CHECK(std::isnan(value[0]));
  CHECK((std::isinf(value[1]) && value[1] > 0));
  CHECK((std::isinf(value[2]) && value[2] < 0));
  CHECK((value[3] == 0 && std::signbit(value[3])));
  CHECK(value[4] == 0.001);
  CHECK(reply.series.front().time_ms[4] == 5001);
}

TEST_CASE("a native histogram comes with its buckets", "[prometheus]") {
  const Reply reply = read_reply(R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"histograms":[[10.5,{"count":"5","sum":"7.5",
    "buckets":[[3,"-0.001","0.001","1"],[0,"0.5","1","1"],[0,"1","2","3"]]}]]}]}})").value();
  REQUIRE(reply.series.front().histograms.size() == 1);
  const Histogram& one = reply.series.front().histograms.front();
  CHECK(one.time_ms == 10500);
  CHECK(one.count == 5);
  CHECK(one.sum == 7.5);
  REQUIRE(one.buckets.size() == 3);
  CHECK(one.buckets[2].high == 2);
  CHECK(one.buckets[2].count == 3);
}

TEST_CASE("warnings and infos are told apart", "[prometheus]") {
  const Reply reply = read_reply(R"({"status":"success","data":{"resultType":"vector","result":[]},"warnings":["w"],"infos":["i","j"]})").value();
  CHECK(reply.warnings == std::vector<std::string>{"w"});
  CHECK(reply.infos == std::vector<std::string>{"i", "j"});
}

TEST_CASE("exemplars come with the series they belong to", "[prometheus]") {
  const Reply reply = read_reply(R"({"status":"success","data":[{"seriesLabels":{"__name__":"x_bucket","le":"1"},"exemplars":
    [{"labels":{"trace_id":"0af7651916cd43dd8448eb211c80319c"},"value":"0.5","timestamp":1600096945.479}]}]})").value();
  REQUIRE(reply.exemplars.size() == 1);
  CHECK(label(reply.exemplars[0].series, "le") == "1");
  CHECK(label(reply.exemplars[0].labels, "trace_id") == "0af7651916cd43dd8448eb211c80319c");
  CHECK(reply.exemplars[0].time_ms == 1600096945479);
}

TEST_CASE("what is no answer is refused whole, with the byte", "[prometheus]") {
  CHECK(wrong("") == "no object at byte 0");
  CHECK(wrong("<html>") == "no object at byte 0");
  CHECK(wrong(matrix("[1,\"1\"]") + "x").find("text behind the end") == 0);
  CHECK(wrong(matrix("[1,\"1\"]").substr(0, 80)) != "accepted");
  CHECK(wrong(R"({"status":"success","status":"error"})").find("a member given twice") == 0);
  CHECK(wrong(R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"1","a":"2"}}]}})").find("a label given twice") == 0);
  CHECK(wrong(matrix("[1,NaN]")) != "accepted");
  CHECK(wrong(matrix("[1e400,\"1\"]")) != "accepted");
  CHECK(wrong(matrix("[1,\"1e400\"]")).find("a value beyond a double") == 0);
  CHECK(wrong(matrix("[1,\"one\"]")).find("a value that is no number") == 0);
  CHECK(wrong(matrix("[1]")).find("a sample without time and value") == 0);
  CHECK(wrong(matrix("[1,\"1\",2]")) != "accepted");
  CHECK(wrong(matrix("[01,\"1\"]")).find("a number with a leading zero") == 0);
  CHECK(wrong(matrix("[1,\"a\nb\"]")).find("a control character in a text") == 0);
  CHECK(wrong(R"({"status":"success","x":)" + std::string(100'000, '[')).find("nested deeper than 128") == 0);
}

TEST_CASE("bytes that are no UTF-8 and lone surrogates are replaced and counted", "[prometheus]") {
  const Reply reply = read_reply("{\"status\":\"success\",\"data\":[\"a\xff\",\"\\ud800\",\"\\ud83d\\ude00\",\"\\u0000\"]}").value();
  CHECK(reply.texts == std::vector<std::string>{"a\xEF\xBF\xBD", "\xEF\xBF\xBD", "\xF0\x9F\x98\x80", std::string(1, '\0')});
  CHECK(reply.replaced == 2);
}

TEST_CASE("times that come out of order or twice are put in order, and counted", "[prometheus]") {
  const Reply reply = read_reply(matrix(R"([3,"3"],[1,"1"],[2,"2"],[2,"9"])")).value();
  size_t mended = 0;
  const std::vector<Samples> all = joined(reply.series, &mended);
  REQUIRE(all.size() == 1);
  CHECK(all[0].time_ms == std::vector<int64_t>{1000, 2000, 3000});
  CHECK(all[0].value == std::vector<double>{1, 2, 3});
  CHECK(mended > 0);
}

TEST_CASE("a series that came in two stretches of time is one", "[prometheus]") {
  std::vector<Samples> pieces = read_reply(matrix(R"([5,"5"],[6,"6"])")).value().series;
  pieces.push_back(read_reply(matrix(R"([1,"1"],[5,"5"])")).value().series.front());
  size_t mended = 0;
  const std::vector<Samples> all = joined(pieces, &mended);
  REQUIRE(all.size() == 1);
  CHECK(all[0].time_ms == std::vector<int64_t>{1000, 5000, 6000});
  CHECK(mended == 0);
}
