// Bad lines and records are counted and named, never fatal; the same tables from any cut of the work.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/reader_merge.h"
#include "runtime/connectors/otlp_decode.h"
#include "tests/runtime/connectors/otlp/written.h"

using namespace written;

namespace {

const std::string good = span_line(span());
const std::string recording_folder = std::string(INQUEST_SOURCE_DIR) + "/sops/memory_leak/replay";

ReadSpans read_text(const std::string& text, const Reader::Options& options = {}) {
  const Folder folder;
  folder.write("x.jsonl", text);
  return read_spans(folder.path(), options);
}
std::string deep(int levels) {
  std::string out;
  for (int i = 0; i < levels; ++i) out += R"({"arrayValue":{"values":[)";
  out += R"({"intValue":"1"})";
  for (int i = 0; i < levels; ++i) out += "]}}";
  return out;
}

}  // namespace

TEST_CASE("bad lines: each kind is counted and named with its line; good ones around it stay") {
  const ReadSpans read = read_text(good + "no json\n" + good + "{\"resourceSpans\":[{]}\n" + "{\"a\":1}\n" + good);
  CHECK(read.table->rows() == 3);
  CHECK(read.reading.lines == 6);
  CHECK(read.reading.bad_lines == 3);
  CHECK(read.reading.bad == std::vector<std::string>{"x.jsonl:2: not JSON: no object", "x.jsonl:4: cut or not JSON",
                                                     "x.jsonl:5: no resourceSpans, resourceMetrics or resourceLogs in it"});
}

TEST_CASE("bad lines: only the first ten are named, all are counted") {
  std::string text = good;
  for (int i = 0; i < 25; ++i) text += "bad\n";
  const ReadSpans read = read_text(text);
  CHECK(read.reading.bad_lines == 25);
  REQUIRE(read.reading.bad.size() == 10);
  CHECK(read.reading.bad.back() == "x.jsonl:11: not JSON: no object");
}

TEST_CASE("bad lines: a last line that is cut at any byte costs only itself") {
  const std::string last = span_line(span(R"("name":"last","attributes":[{"key":"k","value":{"intValue":"1"}}])"));
  for (size_t cut = 1; cut + 2 < last.size(); ++cut) {
    const ReadSpans read = read_text(good + last.substr(0, cut));
    CAPTURE(cut);
    REQUIRE(read.table->rows() == 1);
    REQUIRE(read.reading.bad_lines == 1);
  }
}

TEST_CASE("bad lines: a last line without its line end is whole") {
  CHECK(read_text(good + good.substr(0, good.size() - 1)).table->rows() == 2);
}

TEST_CASE("bad lines: empty lines, CRLF and a byte order mark are no mistakes") {
  std::string text = "\xef\xbb\xbf" + good + "\n  \n" + good;
  text.insert(text.size() - 1, "\r");
  const ReadSpans read = read_text(text);
  CHECK(read.table->rows() == 2);
  CHECK(read.reading.bad_lines == 0);
  CHECK(read.reading.lines == 2);
}

TEST_CASE("bad lines: a line over the limit is refused, named, and the next ones are read") {
  Reader::Options options;
  options.longest_line = 2000;
  const std::string text = good + span_line(span(R"("name":")" + std::string(400'000, 'x') + "\"")) + good;
  const Folder packed;
  packed.write("x.jsonl", zstd(text));
  for (const size_t block : {size_t{500}, size_t{1} << 20}) {
    options.block_bytes = block;
    for (const ReadSpans& read : {read_text(text, options), read_spans(packed.path(), options)}) {
      CAPTURE(block);
      CHECK(read.table->rows() == 2);
      CHECK(read.reading.bad_lines == 1);
      REQUIRE(read.reading.bad.size() == 1);
      CHECK(read.reading.bad[0] == "x.jsonl:2: longer than the limit of one line");
    }
  }
}

TEST_CASE("bad lines: a line over 256 MB is refused by itself, without being held whole") {
  const Folder folder;
  folder.write("x.jsonl", good);
  {
    std::ofstream file(folder.file("x.jsonl"), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(good.size()) + (std::streamoff{257} << 20));  // a hole: 257 MB of zero bytes
    file << "\n" << good;
  }
  const ReadSpans read = read_spans(folder.path());
  CHECK(read.table->rows() == 2);
  CHECK(read.reading.bad == std::vector<std::string>{"x.jsonl:2: longer than the limit of one line"});
}

TEST_CASE("bad lines: damage that shows only behind the last line is told for any cut") {
  std::string packed = gzip(good + good);
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // the checksum behind the text
  const Folder folder;
  folder.write("x.gz", packed);
  Reader::Options options;
  for (const size_t block : {size_t{1}, good.size(), 2 * good.size(), size_t{1} << 20}) {
    CAPTURE(block);
    options.block_bytes = block;
    const ReadSpans read = read_spans(folder.path(), options);
    CHECK(read.table->rows() == 2);
    REQUIRE(read.reading.broken.size() == 1);
    CHECK(read.reading.broken[0].find("x.gz: damaged gzip stream") == 0);
  }
}

TEST_CASE("bad lines: nesting is followed to 128 and no further") {
  const auto line = [](int levels) { return span_line(span(R"("attributes":[{"key":"k","value":)" + deep(levels) + "}]")); };
  CHECK(read_text(good + line(30)).reading.bad_lines == 0);
  CHECK(read_text(good + line(20000)).reading.bad_lines == 1);
  CHECK(read_text(good + "{\"resourceSpans\":[],\"x\":" + std::string(100000, '[') + "\n").reading.bad_lines == 1);
}

TEST_CASE("bad records: a wrong type or a missing id skips the record alone, counted and named") {
  const ReadSpans read = read_text(span_line(span() + "," + span(R"("name":[1])") + "," + span(R"("traceId":"xyz")") + "," + span(R"("kind":"NO")") +
                                             R"(,{"name":"no ids","startTimeUnixNano":"1"},)" + span(R"("name":"after")")));
  CHECK(read.table->rows() == 2);
  CHECK(read.reading.bad_lines == 0);
  CHECK(read.reading.bad_records == 4);
  REQUIRE(read.reading.notes.size() == 1);
  CHECK(read.reading.notes[0].find("4 records skipped inside good lines: x.jsonl:1: a field of a span has another type than OTLP says") == 0);
}

TEST_CASE("bad records: a skipped span takes its attributes with it") {
  const auto spans = read_text(span_line(span(R"("attributes":[)" + text_attribute("k", "gone") + R"(],"spanId":5.5)") + "," +
                                         span(R"("attributes":[)" + text_attribute("k", "kept") + "]"))).table;
  REQUIRE(spans->rows() == 1);
  REQUIRE(spans->attr_from == std::vector<uint64_t>{0, 1});
  CHECK(spans->texts[spans->attributes[0].text] == "kept");
}

TEST_CASE("bad lines: the service of a bad line is no service of the table") {
  const auto spans = read_text(good + span_line(span(), "ghost").substr(0, 200) + "\n").table;
  CHECK(spans->resources.size() == 1);
}

TEST_CASE("bad records: unknown fields, duplicate keys and nulls are no mistakes") {
  const ReadSpans read = read_text(span_line(span(R"("name":"a","name":"b","new":{"x":[1,{}]},"events":null,"attributes":null,"status":null,"kind":null)")));
  REQUIRE(read.table->rows() == 1);
  CHECK(read.table->texts[read.table->name[0]] == "b");
  CHECK(read.reading.bad_records == 0);
}

TEST_CASE("order: any number of threads and any cut of the recording gives the same tables bit by bit") {
  const Folder plain;
  for (const char* name : {"traces", "metrics", "logs"}) {
    auto packed = value_of(read_file(recording_folder + "/" + name + ".jsonl.zst"));
    std::string text(ZSTD_getFrameContentSize(packed.data(), packed.size()) + 0, '\0');
    REQUIRE_FALSE(ZSTD_isError(ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size())));
    plain.write(name, text);
  }
  std::string wanted;
  const auto all = [](const std::string& path, size_t threads, size_t block) {
    Reader::Options options;
    options.threads = threads;
    options.block_bytes = block;
    auto reader = value_of(Reader::open(path, options));
    std::string out = dump(*value_of(reader->spans(go))) + dump(*value_of(reader->metrics(go))) + dump(*value_of(reader->logs(go)));
    for (const Signal signal : {Signal::metrics, Signal::spans, Signal::logs}) out += dump(reader->reading(signal));
    return out;
  };
  wanted = all(plain.path(), 1, size_t{1} << 30);
  REQUIRE(wanted.size() > 1'000'000);
  for (size_t threads = 1; threads <= 8; ++threads) {
    CAPTURE(threads);
    CHECK((all(plain.path(), threads, size_t{300} << 10) == wanted));
  }
  CHECK((all(recording_folder, 3, size_t{1} << 20).substr(0, 1'000'000) == wanted.substr(0, 1'000'000)));
}

TEST_CASE("order: files made in another order give the same tables") {
  std::vector<int> order = {0, 1, 2, 3, 4, 5, 6, 7};
  std::string wanted;
  std::mt19937 random(7);
  for (int round = 0; round < 6; ++round) {
    const Folder folder;
    for (const int i : order) {
      folder.write("part-" + std::to_string(i), span_line(span(R"("name":"n)" + std::to_string(i) + "\""), "s" + std::to_string(i % 3)) +
                                                    (i == 5 ? "bad\n" : ""));
    }
    const ReadSpans read = read_spans(folder.path());
    const std::string got = dump(*read.table) + dump(read.reading);
    if (wanted.empty()) wanted = got;
    CHECK(got == wanted);
    std::shuffle(order.begin(), order.end(), random);
  }
}

TEST_CASE("mutations: thousands of broken lines never crash, and leave whole columns behind") {
  const std::string seeds[] = {
      span_line(span(R"("name":"n\u00e9","kind":2,"parentSpanId":"","attributes":[{"key":"k","value":{"intValue":"1"}},{"key":"l","value":)" + deep(2) + R"(}],"status":{"code":2})")),
      metric_line(R"({"name":"h","unit":"ms","histogram":{"dataPoints":[{"attributes":[{"key":"k","value":{"stringValue":"v"}}],"timeUnixNano":"5","count":"3","sum":4.5,"bucketCounts":["1",2,"0"],"explicitBounds":[1,2]}],"aggregationTemporality":2}},)"
                  R"({"name":"g","sum":{"isMonotonic":true,"dataPoints":[{"startTimeUnixNano":"1","timeUnixNano":"20","asDouble":"NaN"}]}})"),
      span_line(span(R"("events":[{"name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"E"}},{"key":"exception.message","value":{"stringValue":"m"}}]}],)"
                     R"("links":[{"traceId":"0102030405060708090a0b0c0d0e0f11","spanId":"1112131415161719"}],"attributes":[{"key":"b","value":{"bytesValue":"AQI="}},)"
                     R"({"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"arrayValue":{"values":[{"doubleValue":"NaN"}]}}}]}}}])")),
      metric_line(R"({"name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"5","count":"7","sum":4.5,"scale":2,"zeroCount":"1","zeroThreshold":0.001,)"
                  R"("positive":{"offset":-3,"bucketCounts":["1","2","0"]},"negative":{"offset":1,"bucketCounts":["3"]},"exemplars":[{"timeUnixNano":"4","asDouble":1.5,"traceId":"0102030405060708090a0b0c0d0e0f11"}]}]}},)"
                  R"({"name":"q","summary":{"dataPoints":[{"timeUnixNano":"5","count":"7","sum":4.5,"quantileValues":[{"quantile":0.5,"value":2},{"quantile":0.99,"value":"Infinity"}]}]}})"),
      log_line(R"({"timeUnixNano":"9","eventName":"e","observedTimeUnixNano":"9","severityNumber":17,"severityText":"E","body":{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"1"}}]}},"traceId":"","spanId":""})")};
  const char structure[] = "{}[]:,\"\\ \n\t\0tfn-0.e";
  std::mt19937 random(20260921);
  const auto below = [&](size_t n) { return static_cast<size_t>(random()) % std::max<size_t>(n, 1); };
  size_t good_rows = 0, bad_lines = 0;
  for (int round = 0; round < 15000; ++round) {
    std::string text = seeds[below(std::size(seeds))] + seeds[below(std::size(seeds))];
    for (size_t changes = 1 + below(4); changes > 0; --changes) {
      const size_t at = below(text.size());
      switch (below(6)) {
        case 0: text[at] = static_cast<char>(text[at] ^ (1 << below(8))); break;
        case 1: text[at] = structure[below(sizeof structure)]; break;
        case 2: text.erase(at, 1 + below(12)); break;
        case 3: text.insert(at, text.substr(below(text.size()), 1 + below(40))); break;
        case 4: text.resize(at + 1); break;
        default: text.insert(at, 1, structure[below(sizeof structure)]); break;
      }
    }
    const size_t size = text.size();
    text.append(65, '\n');
    for (const Signal signal : {Signal::metrics, Signal::spans, Signal::logs}) {
      Decoder decoder(signal);
      Part part;
      part.clear();
      decoder.decode(std::string_view(text).substr(0, size), false, part);
      REQUIRE(part.spans.attr_from.size() == part.spans.rows() + 1);
      REQUIRE(part.spans.attributes.size() == part.spans.attr_from.back());
      REQUIRE(part.spans.duration.size() == part.spans.rows());
      REQUIRE(part.logs.attributes.size() == part.logs.attr_from.back());
      REQUIRE(part.logs.span.size() == part.logs.rows());
      REQUIRE(part.points.bucket_from.size() == part.points.size());
      for (const uint32_t row : part.spans.resource) REQUIRE(row < part.spans.resources.size());
      for (const uint32_t row : part.logs.resource) REQUIRE(row < part.logs.resources.size());
      for (const uint32_t row : part.points.stream) REQUIRE(row < part.metrics.streams.size());
      if (part.points.size() > 0) {                      // what the mutations left must lay out, too
        Merge merge(Signal::metrics);
        merge.add(part, 1);
        const auto table = std::static_pointer_cast<const Metrics>(merge.finish());
        for (const Stream& stream : table->streams) {
          const bool buckets = stream.kind == Stream::Kind::histogram || stream.kind == Stream::Kind::exponential;
          REQUIRE(stream.buckets.size() == (buckets ? stream.time.size() * (stream.bounds.size() + 1) : 0));
          REQUIRE(stream.quantile_values.size() == stream.time.size() * stream.quantiles.size());
        }
      }
      good_rows += part.spans.rows() + part.logs.rows() + part.points.size();
      bad_lines += part.bad_lines;
    }
  }
  CHECK(good_rows > 1000);
  CHECK(bad_lines > 1000);
}

TEST_CASE("bad times: a clock that was never set does not make the recording last centuries") {
  const std::string begin = R"("startTimeUnixNano":"1795256910000000000","endTimeUnixNano":"1795256911000000000")";
  const std::string never = R"("startTimeUnixNano":"1000","endTimeUnixNano":"2000")";
  const std::string over = R"("startTimeUnixNano":"9214646400000000000","endTimeUnixNano":"9214646400000000001")";
  const ReadSpans read = read_text(span_line(span(never)) + span_line(span(begin)) + span_line(span(over)));
  CHECK(read.table->rows() == 3);
  REQUIRE(read.reading.extent);
  CHECK(read.reading.extent->from.ns == 1795256910000000000);
  CHECK(read.reading.extent->to.ns == 1795256911000000001);
  CHECK(join(read.reading.notes, "; ").find("a clock that was not set") != std::string::npos);
  const ReadSpans only = read_text(span_line(span(never)));
  REQUIRE(only.reading.extent);
  CHECK(only.reading.extent->to.ns == 2001);
}
