// For tests: a folder of its own, files in it, OTLP-JSON lines, packing, and tables as text that can be compared.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "runtime/connectors/otlp/reader.h"

namespace written {

using namespace inquest;
using namespace inquest::otlp;

inline const std::atomic<bool> go{false};  // nobody stops

class Folder final {
 public:
  Folder() {
    std::random_device any;
    path_ = std::filesystem::temp_directory_path() / ("inquest-otlp-" + std::to_string(any()) + std::to_string(any()));
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path() const { return path_.string(); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << content;
  }

 private:
  std::filesystem::path path_;
};

inline std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

inline std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string text_attribute(const std::string& key, const std::string& value) {
  return R"({"key":")" + key + R"(","value":{"stringValue":")" + value + "\"}}";
}
inline std::string resource_text(const std::string& service) {
  return R"("resource":{"attributes":[)" + text_attribute("service.name", service) + "]}";
}
inline std::string span(const std::string& fields = R"("name":"work")") {
  return R"({"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"1112131415161718","startTimeUnixNano":"1000000000",)"
         R"("endTimeUnixNano":"1000000500",)" + fields + "}";
}
inline std::string span_line(const std::string& spans, const std::string& service = "a") {
  return R"({"resourceSpans":[{)" + resource_text(service) + R"(,"scopeSpans":[{"scope":{"name":"lib"},"spans":[)" + spans + "]}]}]}\n";
}
inline std::string metric_line(const std::string& metrics, const std::string& service = "a") {
  return R"({"resourceMetrics":[{)" + resource_text(service) + R"(,"scopeMetrics":[{"scope":{"name":"lib"},"metrics":[)" + metrics + "]}]}]}\n";
}
inline std::string log_line(const std::string& records, const std::string& service = "a") {
  return R"({"resourceLogs":[{)" + resource_text(service) + R"(,"scopeLogs":[{"scope":{"name":"lib"},"logRecords":[)" + records + "]}]}]}\n";
}

struct ReadSpans {
  std::shared_ptr<const Spans> table;
  Reading reading;
};

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().print());
  return std::move(result.value());
}

inline ReadSpans read_spans(const std::string& path, const Reader::Options& options = {}) {
  auto reader = value_of(Reader::open(path, options));
  ReadSpans read{value_of(reader->spans(go)), {}};
  read.reading = reader->reading(Signal::spans);
  return read;
}

// Every bit of a table, numbers of texts included.
inline void dump(std::string& out, const std::vector<Cell>& cells) {
  for (const Cell& cell : cells) {
    const bool text = cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::json;
    out += std::to_string(static_cast<int>(cell.kind)) + ":" + std::to_string(cell.key) + "=" +
           std::to_string(text ? static_cast<int64_t>(cell.text) : cell.integer) + " ";
  }
}
template <class T>
void dump(std::string& out, const char* name, const std::vector<T>& column) {
  out += name;
  for (const T& value : column) {
    out += ' ';
    if constexpr (std::is_floating_point_v<T>) {
      uint64_t word;
      std::memcpy(&word, &value, 8);
      out += std::to_string(word);
    } else if constexpr (std::is_same_v<T, Spans::Id>) {
      out += std::to_string(value.high) + "/" + std::to_string(value.low);
    } else {
      out += std::to_string(value);
    }
  }
  out += '\n';
}
inline void dump(std::string& out, const Texts& texts, const std::vector<Resource>& resources) {
  for (TextId i = 0; i < texts.size(); ++i) out += std::string(texts[i]) + "|";
  out += '\n';
  for (const Resource& one : resources) {
    out += std::to_string(one.service) + " " + std::to_string(one.namespace_) + " " + std::to_string(one.instance) + " " +
           std::to_string(one.version) + " ";
    dump(out, one.attributes);
    out += '\n';
  }
}
inline void dump(std::string& out, const Table& table) {
  dump(out, table.texts, table.resources);
  dump(out, "resource", table.resource);
  dump(out, "scope", table.scope);
  dump(out, "attr_from", table.attr_from);
  dump(out, table.attributes);
}
inline std::string dump(const Spans& spans) {
  std::string out;
  dump(out, static_cast<const Table&>(spans));
  dump(out, "trace", spans.trace);
  dump(out, "span", spans.span);
  dump(out, "parent", spans.parent);
  dump(out, "name", spans.name);
  dump(out, "kind", spans.kind);
  dump(out, "status", spans.status);
  dump(out, "start", spans.start);
  dump(out, "duration", spans.duration);
  return out;
}
inline std::string dump(const Logs& logs) {
  std::string out;
  dump(out, static_cast<const Table&>(logs));
  dump(out, "time", logs.time);
  dump(out, "severity", logs.severity);
  dump(out, "severity_text", logs.severity_text);
  dump(out, "body", logs.body);
  dump(out, "trace", logs.trace);
  dump(out, "span", logs.span);
  return out;
}
inline std::string dump(const Metrics& metrics) {
  std::string out;
  dump(out, metrics.texts, metrics.resources);
  for (const Stream& stream : metrics.streams) {
    out += std::to_string(stream.metric) + " " + std::to_string(stream.unit) + " " + std::to_string(stream.resource) + " " +
           std::to_string(stream.scope) + " " + std::to_string(static_cast<int>(stream.kind)) + " " +
           std::to_string(stream.temporality) + (stream.monotonic ? " monotonic " : " ");
    dump(out, stream.attributes);
    dump(out, "bounds", stream.bounds);
    dump(out, "time", stream.time);
    dump(out, "start", stream.start);
    dump(out, "value", stream.value);
    dump(out, "is_int", stream.is_int);
    dump(out, "count", stream.count);
    dump(out, "buckets", stream.buckets);
    dump(out, "quantiles", stream.quantiles);
    dump(out, "quantile_values", stream.quantile_values);
    for (const Exemplar& one : stream.exemplars) out += std::to_string(one.time) + " " + std::to_string(one.trace.low) + " " + std::to_string(one.span) + ";";
  }
  return out;
}
inline std::string dump(const Reading& reading) {
  std::string out = std::to_string(reading.files) + " " + std::to_string(reading.lines) + " " + std::to_string(reading.bad_lines) +
                    " " + std::to_string(reading.bytes) + " " + std::to_string(reading.bad_records) + " " + std::to_string(reading.records) + "\n";
  for (const std::string& line : reading.bad) out += line + "\n";
  for (const std::string& line : reading.notes) out += line + "\n";
  if (reading.extent) out += std::to_string(reading.extent->from.ns) + " " + std::to_string(reading.extent->to.ns) + "\n";
  return out;
}

}  // namespace written
