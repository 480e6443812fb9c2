// OTLP-JSON decoding: lines of export requests into columns. With its sources the only door to simdjson.
// SPDX-License-Identifier: Apache-2.0
//
// simdjson's first stage (chosen at run time for the machine) finds quotes, brackets and starts of values and checks
// UTF-8; a walk of our own goes over that index once, in the order in which the fields stand, whatever that is. What it
// reads: opentelemetry-proto docs/specification.md "JSON Protobuf Encoding"; numbers as strings or numbers, enums as
// integers or names, hex ids in any case (and base64, which generic protobuf writers make of them; trace ids of 64 bits),
// fields in any order, unknown fields ignored, the scopes of before 0.19 (`instrumentationLibrarySpans` …) too. Of a
// span's events the last exception becomes the attributes `exception.type` and `exception.message`; its links become
// `links`, a list of trace ids; a log record's `eventName` becomes `event.name`; attributes of the same name go before. Bytes that are not UTF-8 become U+FFFD. Nesting is cut off at 128.
// A line that is not well-formed where it is read leaves nothing behind and is counted; a record (span, point, log
// record) whose fields have a wrong type or that lacks what identifies it is skipped and counted.
// Thread rule: a Decoder and its Part belong to one thread.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/connectors/otlp/store_index.h"

namespace inquest::otlp {

// Points of metrics as they come; the merge sorts them into streams.
struct Points {
  std::vector<uint32_t> stream;
  std::vector<int64_t> time, start;
  std::vector<double> value;
  std::vector<uint8_t> is_int;
  std::vector<int64_t> count;             // of streams that are no gauge and no sum; else 0
  std::vector<uint64_t> bucket_from;      // per point: where its buckets begin
  std::vector<int64_t> buckets;           // histogram: counts; exponential: Exponential; summary: (quantile, value) as bits
  struct OfPoint { uint32_t point; Exemplar exemplar; };
  std::vector<OfPoint> exemplars;         // ascending by point
  size_t size() const { return stream.size(); }
};

// The buckets of a point of an exponential histogram: these numbers, then the positive counts, then the negative ones.
struct Exponential {
  int64_t scale = 0, zero_count = 0, zero_threshold = 0;  // the threshold as the bits of a double
  int64_t positive_offset = 0, positive = 0, negative_offset = 0, negative = 0;  // bucket i holds (base^(offset+i), base^(offset+i+1)]
  static constexpr size_t words = 7;
  static constexpr int64_t least_scale = -10, most_scale = 20;
};

// What is worth a word, counted; the sentences are in otlp_decode.cpp.
enum class Oddity : uint8_t {
  bad_record, negative_duration, no_end, no_time, no_value_recorded, replaced_bytes, count_
};

// From the first to the last time seen. A clock that was never set writes 1970, one that ran over 2262: times outside
// 2000–2099 count only while there are no others, so that one of them does not make the recording last centuries.
struct Times {
  int64_t first = INT64_MAX, last = INT64_MIN, odd_first = INT64_MAX, odd_last = INT64_MIN;
  void add(int64_t time) {
    if (time <= 0) return;
    const bool odd = time < 946'684'800'000'000'000 || time >= 4'102'444'800'000'000'000;
    int64_t& from = odd ? odd_first : first;
    int64_t& to = odd ? odd_last : last;
    from = time < from ? time : from;
    to = time > to ? time : to;
  }
  void add(const Times& other) {
    for (const int64_t time : {other.first, other.odd_first})
      if (time != INT64_MAX) add(time);
    for (const int64_t time : {other.last, other.odd_last})
      if (time != INT64_MIN) add(time);
  }
};

// What was decoded of one block of lines: one signal.
struct Part {
  Spans spans;
  Logs logs;
  Metrics metrics;
  Points points;
  size_t lines = 0, read_lines = 0, bad_lines = 0, bytes = 0;  // lines: with blank ones; read_lines: of this signal
  std::vector<std::pair<size_t, const char*>> bad;    // first ten: line (from 1, in this block), reason
  std::vector<std::pair<size_t, const char*>> bad_records;  // first ten
  std::array<size_t, static_cast<size_t>(Oddity::count_)> odd{};
  uint8_t foreign = 0;                    // signals of other lines
  Times times;
  void clear();
};

// What an answer of Jaeger told beside its spans.
struct JaegerTold {
  size_t spans = 0, warned = 0;           // warned: spans that carry warnings of Jaeger
  std::string warning;                    // the first, or that of a trace
};

constexpr const char* line_too_long = "longer than the limit of one line";
std::string sentence(Oddity oddity, size_t n);  // "3 spans end before they start"

class Decoder final {
 public:
  explicit Decoder(Signal signal, size_t longest_line = size_t{256} << 20);
  ~Decoder();
  // Decodes every line of `block` that holds the signal into `part`, which must be clear. `block` is followed by a line
  // end and 64 readable bytes. `document`: the block is one JSON document, not lines.
  void decode(std::string_view block, bool document, Part& part);
  // An answer of Jaeger's older interface (/api/traces, followed by a line end and 64 readable bytes) as the spans that
  // jaeger/convert.h makes of it, but without a tree; of a Decoder of spans. Only what is plain: the members that Jaeger
  // itself writes, each once and of its usual type. False: something else stands in it, well-formed or not, and `part`
  // and `told` are to be thrown away; who asks then reads it strictly, as a tree.
  bool jaeger(std::string_view answer, Part& part, JaegerTold& told);

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace inquest::otlp
