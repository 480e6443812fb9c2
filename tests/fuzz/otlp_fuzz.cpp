// libFuzzer target for the reader: any bytes as a file, decoded as lines, as a document and as an answer of Jaeger, read whole and in pieces.
// SPDX-License-Identifier: Apache-2.0
//
// What must hold for every input: no crash, no undefined behaviour, no exception past the reader; the three signals as
// the decoder leaves them have columns of one length whose numbers of texts, resources and streams exist; one block or
// many small ones give the same tables, text ids included, and the same counts of lines.
// Run: make fuzz (tests/fuzz/run), or `otlp_fuzz FILE` for one input.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "runtime/connectors/otlp_decode.h"
#include "tests/runtime/connectors/otlp/written.h"

namespace {

using namespace inquest;
using namespace inquest::otlp;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "otlp_fuzz: %s\n", what);
  std::abort();
}
void must(bool holds, const char* what) {
  if (!holds) fail(what);
}

void check(const Texts& texts, const std::vector<Cell>& cells) {
  for (const Cell& cell : cells) {
    must(cell.key < texts.size(), "a key without text");
    if (cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::json) must(cell.text < texts.size(), "a value without text");
  }
}
void check(const Texts& texts, const std::vector<Resource>& resources) {
  for (const Resource& one : resources) {
    for (const TextId id : {one.service, one.namespace_, one.instance, one.version}) {
      must(id == no_text || id < texts.size(), "a resource without text");
    }
    check(texts, one.attributes);
  }
}
void check(const Texts& texts, const std::vector<TextId>& column, size_t rows, bool optional) {
  must(column.size() == rows, "a column of texts is not as long as its table");
  for (const TextId id : column) must(id < texts.size() || (optional && id == no_text), "a row without text");
}
void check(const Table& table) {
  must(table.attr_from.size() == table.rows() + 1 && table.attr_from.back() == table.attributes.size(), "attr_from is off");
  for (size_t i = 0; i < table.rows(); ++i) {
    must(table.attr_from[i] <= table.attr_from[i + 1], "attributes run backwards");
    must(table.resource[i] < table.resources.size(), "a row without resource");
  }
  check(table.texts, table.scope, table.rows(), true);
  check(table.texts, table.attributes);
  check(table.texts, table.resources);
}
void check(const Spans& spans) {
  check(static_cast<const Table&>(spans));
  const size_t rows = spans.rows();
  must(spans.trace.size() == rows && spans.span.size() == rows && spans.parent.size() == rows && spans.kind.size() == rows &&
           spans.status.size() == rows && spans.start.size() == rows && spans.duration.size() == rows, "spans: columns differ in length");
  check(spans.texts, spans.name, rows, false);
}
void check(const Logs& logs) {
  check(static_cast<const Table&>(logs));
  const size_t rows = logs.rows();
  must(logs.time.size() == rows && logs.severity.size() == rows && logs.trace.size() == rows && logs.span.size() == rows,
       "logs: columns differ in length");
  check(logs.texts, logs.severity_text, rows, true);
  check(logs.texts, logs.body, rows, true);
}
void check(const Metrics& metrics) {
  check(metrics.texts, metrics.resources);
  for (const Stream& stream : metrics.streams) {
    must(stream.metric < metrics.texts.size() && stream.unit < metrics.texts.size(), "a stream without name");
    must(stream.resource < metrics.resources.size(), "a stream without resource");
    check(metrics.texts, stream.attributes);
    const size_t points = stream.time.size();
    must(stream.start.size() == points && stream.value.size() == points && stream.is_int.size() == points, "points differ in length");
    for (size_t i = 1; i < points; ++i) must(stream.time[i - 1] <= stream.time[i], "points out of order");
    must(stream.quantile_values.size() == points * stream.quantiles.size(), "quantiles differ in length");
    for (size_t i = 1; i < stream.quantiles.size(); ++i) must(stream.quantiles[i - 1] < stream.quantiles[i], "quantiles do not rise");
    for (const Exemplar& one : stream.exemplars) must((one.trace.high | one.trace.low) != 0, "an exemplar without trace");
    if (stream.kind == Stream::Kind::histogram || stream.kind == Stream::Kind::exponential) {
      must(stream.count.size() == points && stream.buckets.size() == points * (stream.bounds.size() + 1), "buckets differ in length");
      for (size_t i = 1; i < stream.bounds.size(); ++i) must(stream.bounds[i - 1] < stream.bounds[i], "bounds do not rise");
    }
  }
}

// Every signal of the file behind `path`; text of all tables and of what reading met.
std::string read(const std::string& path, size_t block_bytes, size_t longest_line) {
  Reader::Options options;
  options.threads = 1;
  options.block_bytes = block_bytes;
  options.longest_line = longest_line;
  auto opened = Reader::open(path, options);
  if (!opened) return opened.error().message;
  Reader& reader = **opened;
  std::string out;
  if (auto spans = reader.spans(written::go); spans) check(**spans), out += written::dump(**spans);
  else out += spans.error().message;
  if (auto metrics = reader.metrics(written::go); metrics) check(**metrics), out += written::dump(**metrics);
  else out += metrics.error().message;
  if (auto logs = reader.logs(written::go); logs) check(**logs), out += written::dump(**logs);
  else out += logs.error().message;
  for (const Signal signal : {Signal::metrics, Signal::spans, Signal::logs}) out += written::dump(reader.reading(signal));
  return out;
}

class Memory final {  // a file without a disk
 public:
  explicit Memory(std::string_view bytes) : fd_(::memfd_create("otlp", MFD_CLOEXEC)) {
    must(fd_ >= 0 && ::write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "no memory file");
  }
  ~Memory() { ::close(fd_); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string text(bytes);
  text.append(65, '\n');  // a line end and what simdjson may read behind it
  const std::string_view lines = std::string_view(text).substr(0, size);
  for (const Signal signal : {Signal::spans, Signal::metrics, Signal::logs}) {
    Decoder decoder(signal, size_t{1} << 20);
    Part part;
    part.clear();
    for (const bool document : {false, true}) {
      decoder.decode(lines, document, part);
      if (signal == Signal::spans) check(part.spans);
      if (signal == Signal::logs) check(part.logs);
      if (signal == Signal::metrics) {
        const Points& points = part.points;
        must(points.time.size() == points.size() && points.bucket_from.size() == points.size(), "points: columns differ in length");
        for (const uint32_t stream : points.stream) must(stream < part.metrics.streams.size(), "a point without stream");
        check(part.metrics.texts, part.metrics.resources);
      }
      part.clear();
    }
  }
  Decoder jaeger(Signal::spans, SIZE_MAX);
  Part part;
  part.clear();
  JaegerTold told;
  if (jaeger.jaeger(lines, part, told)) {
    check(part.spans);
    must(told.spans == part.spans.rows(), "Jaeger told another number of spans");
  }
  uint64_t pick = 1469598103934665603u;  // how to cut: from the input itself, so that one input is one run
  for (const char c : bytes) pick = (pick ^ static_cast<unsigned char>(c)) * 1099511628211u;
  const Memory file(bytes);
  const std::string whole = read(file.path(), size_t{4} << 20, size_t{256} << 20);
  const size_t block = 1 + size / 12 + (pick >> 20) % (size + 1);
  const std::string cut = read(file.path(), block, size_t{256} << 20);
  if (whole != cut) {
    size_t at = 0;
    while (at < whole.size() && at < cut.size() && whole[at] == cut[at]) ++at;
    at = at < 200 ? 0 : at - 200;
    std::fprintf(stderr, "whole: …%s\nblocks of %zu: …%s\n", whole.substr(at, 400).c_str(), block, cut.substr(at, 400).c_str());
    fail("another cut gives other tables");
  }
  if (pick >> 62 == 0) read(file.path(), 1 + size / 8 + (pick >> 40) % 257, 1 + (pick >> 50) % 1025);  // lines over the limit
  return 0;
}
