// Work: what one Decoder holds between lines, and the parts of OTLP that all signals share. Internal to otlp_decode.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/connectors/otlp_decode.h"
#include "runtime/connectors/otlp_decode_walk.h"

namespace inquest::otlp {

// A key is compared with names of its own length only: callers switch on the length first.
template <size_t N>
bool is(std::string_view key, const char (&name)[N]) {
  return key.size() == N - 1 && __builtin_memcmp(key.data(), name, N - 1) == 0;
}

struct Decoder::Work {
  Work(Signal wanted, size_t longest) : signal(wanted), longest_line(longest) {}

  Signal signal;
  size_t longest_line;
  Walk walk;
  Part* part = nullptr;
  Texts* texts = nullptr;                 // of the table that is filled

  // The same resource, point attributes and bounds stand on line after line: by their text as written.
  Texts seen_resources, seen_sets, seen_bounds;
  std::vector<uint32_t> resource_of, set_of, bounds_of;
  ResourceIndex resource_index, set_index;
  std::vector<Resource> sets;             // attributes of points
  std::vector<std::vector<double>> bounds;

  struct Descriptor {                     // a metric as it stands in one scope
    TextId name, unit, scope;
    Stream::Kind kind;
    uint8_t temporality;
    bool monotonic;
    bool operator==(const Descriptor&) const = default;
  };
  struct Pending {                        // a point whose metric is not complete yet
    uint32_t set, bounds;
    int64_t time, start, count;
    double value;
    uint8_t is_int;
    size_t bucket_from, bucket_to;
  };
  struct PendingMetric {
    Descriptor descriptor;
    size_t point_from, point_to;
  };
  struct StreamKey {
    uint32_t descriptor, resource, set, bounds;
    bool operator==(const StreamKey&) const = default;
  };
  std::vector<PendingMetric> pending_metrics;
  std::vector<Pending> pending;
  std::vector<int64_t> pending_buckets;
  std::vector<Points::OfPoint> pending_exemplars;  // point: index in `pending`
  std::vector<int64_t> positive, negative;         // scratch: counts of an exponential histogram
  std::vector<Descriptor> descriptors;
  HashIndex descriptor_index, stream_index;
  std::vector<StreamKey> stream_keys;

  std::vector<Cell> cells;                // scratch
  std::string json_text, json_links;

  void begin(Part& to);
  void line(std::string_view text, size_t number);
  const char* top(std::string_view text, bool& ours);   // null or the reason why the line is bad

  // One of the three arrays at the top of a line.
  bool resource_spans();
  bool resource_metrics();
  bool resource_logs();

  bool resource(uint32_t& row);
  uint32_t empty_resource();
  void name_resource(Resource& made) const;             // attributes made canonical, what they name taken out of them
  bool scope(TextId& name);
  bool attributes(std::vector<Cell>& out);              // appends; those without a value are left out
  bool value(Cell& cell, bool& present);                // an AnyValue
  bool value_text(TextId& text);                        // an AnyValue as text: of a log's body
  bool json_value(std::string& out, int depth);         // an AnyValue as natural JSON, appended
  bool json_list(std::string& out, int depth);
  bool json_map(std::string& out, int depth);
  bool json_string(std::string& out);
  static std::string shortest_json(double number);
  void canonical(std::vector<Cell>& some) const;        // sorted by key text, the last of equal keys
  // count × 16 hex digits, or the same bytes in base64, or 16 digits of a trace id of 64 bits; "" is absent
  bool hex(uint64_t* words, size_t count, bool& present);
  bool text_at(const uint32_t* value, TextId& text, size_t longest);  // the stringValue of a value passed over before
  bool has_key(const std::vector<Cell>& among, size_t from, std::string_view key) const;
  bool enumeration(uint8_t& out, std::string_view prefix, const char* const* names, size_t count);

  void seen_time(int64_t time) { part->times.add(time); }
  void odd(Oddity what) { ++part->odd[static_cast<size_t>(what)]; }
  void bad_record(const char* why);

  size_t line_number = 0;
  struct Jaeger;                          // otlp_decode_jaeger.cpp

 private:
  struct Exception { TextId type = no_text, message = no_text; };
  bool span();
  bool span_events(Exception& last);
  bool span_links(std::string& list);
  bool scope_spans();
  bool scope_logs();
  bool log_record();
  bool scope_metrics();
  bool metric();
  bool metric_data(Descriptor& descriptor);
  bool point(Stream::Kind kind);
  bool point_counts(std::vector<int64_t>& out, size_t from);
  bool exponential_side(int64_t& offset, std::vector<int64_t>& counts);
  bool exponential_end(Exponential& made, int64_t count);
  bool point_quantiles();
  bool point_exemplars();
  void drop_pending(size_t from);
  bool point_bounds(uint32_t& row);
  bool point_set(uint32_t& row);
  void flush_points(uint32_t resource);
};

}  // namespace inquest::otlp
