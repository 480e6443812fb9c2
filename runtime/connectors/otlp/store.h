// Store: telemetry of one directory as columns in memory: what the reader fills and the asks read.
// SPDX-License-Identifier: Apache-2.0
//
// Three independent tables (spans, points, logs), each loaded whole at first touch and immutable afterwards. Text is
// interned once per table (`Texts`); a resource (service, instance, …) is one row of `resources` and everything refers to it by
// index. Row order: file name, then byte offset, whatever the number of threads. Attributes are stored once per
// span/log/point as a run of (key, value) cells in flat arrays: [attr_from[i], attr_from[i+1]).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/model/window.h"

namespace inquest::otlp {

enum class Signal : uint8_t { metrics, spans, logs };
constexpr int signal_count = 3;
constexpr const char* signal_name(Signal signal) {
  return signal == Signal::metrics ? "metrics" : signal == Signal::spans ? "spans" : "logs";
}

using TextId = uint32_t;
constexpr TextId no_text = 0xffffffff;

// Interned strings; id = order of first appearance, over files in order of name, whatever the number of threads. Moves,
// never copies. A view lives as long as its Texts.
class Texts final {
 public:
  Texts();
  Texts(Texts&&) noexcept;
  Texts& operator=(Texts&&) noexcept;
  ~Texts();
  TextId intern(std::string_view text);
  TextId find(std::string_view text) const;  // no_text when absent
  std::string_view operator[](TextId id) const { return texts_[id]; }
  size_t size() const { return texts_.size(); }
  void clear();                              // forgets all, keeps the memory

 private:
  struct Arena;                              // stable storage
  struct Slot { uint32_t hash; TextId id; }; // open addressing, linear probing
  void grow();
  std::vector<std::string_view> texts_;
  std::vector<Slot> slots_;
  std::unique_ptr<Arena> arena_;
};

// A value of an attribute. Texts by id; arrays, maps and bytes as their JSON text (kind json).
struct Cell {
  enum class Kind : uint8_t { text, boolean, int64, float64, json } kind = Kind::text;
  TextId key = 0;
  union { TextId text; int64_t integer; double number; };
};

// A resource as written: `attributes` holds all of them (service.name and its like too), sorted by key text, each key
// once; the four ids repeat what every ask needs. `service` is service.name without the namespace.
struct Resource {
  TextId service = no_text, namespace_ = no_text, instance = no_text, version = no_text;
  std::vector<Cell> attributes;
};

// What every table has.
struct Table {
  Texts texts;
  std::vector<Resource> resources;
  std::vector<uint32_t> resource;         // per row
  std::vector<uint32_t> scope;            // per row: text id of the scope (instrumentation library) name, or no_text
  std::vector<uint64_t> attr_from;        // rows + 1
  std::vector<Cell> attributes;
  size_t rows() const { return resource.size(); }
};

struct Spans : Table {
  struct Id { uint64_t high, low; bool operator==(const Id&) const = default; };
  std::vector<Id> trace;
  std::vector<uint64_t> span, parent;     // 0 = root
  std::vector<TextId> name;
  std::vector<uint8_t> kind, status;      // OTLP enums
  std::vector<int64_t> start, duration;   // ns; a negative duration is kept and counted in `notes`
};

struct Logs : Table {
  std::vector<int64_t> time;              // timeUnixNano, else observedTimeUnixNano
  std::vector<uint8_t> severity;          // number
  std::vector<TextId> severity_text, body;// structured bodies as JSON text
  std::vector<Spans::Id> trace;           // zero = none
  std::vector<uint64_t> span;
};

// A trace that a point of a metric names as an example of what it counted.
struct Exemplar {
  int64_t time = 0;
  double value = 0;
  Spans::Id trace{0, 0};
  uint64_t span = 0;                      // 0 = not said
};

// A metric stream: one metric of one resource with one set of point attributes.
struct Stream {
  TextId metric, unit;
  uint32_t resource, scope;
  enum class Kind : uint8_t { gauge, sum, histogram, exponential, summary } kind;
  uint8_t temporality = 0;                // 1 delta, 2 cumulative
  bool monotonic = false;
  std::vector<Cell> attributes;           // sorted by key text
  // histogram: explicit bounds (of the first point; a change starts a new stream). exponential: the bounds of all its
  // points, merged to the coarsest of their scales and coarser still where they would be more than 320 (exact: buckets of
  // a scale are unions of those of the next). Bucket i holds (bounds[i - 1], bounds[i]].
  std::vector<double> bounds;
  std::vector<int64_t> time, start;       // per point, ascending time; equal times keep file order
  std::vector<double> value;              // gauge, sum; histogram, exponential, summary: sum of what was observed
  std::vector<uint8_t> is_int;            // value was asInt
  std::vector<int64_t> count;             // histogram, exponential, summary: observations
  std::vector<int64_t> buckets;           // histogram, exponential: points × (bounds + 1)
  double relative_error = 0;              // exponential: of the geometric middle of a bucket, √base - 1
  std::vector<double> quantiles;          // summary: which of 0 … 1 its points tell, ascending
  std::vector<double> quantile_values;    // summary: points × quantiles; NaN where a point does not tell one
  std::vector<Exemplar> exemplars;        // in the order of the files; those that name a trace
};

struct Metrics {
  Texts texts;
  std::vector<Resource> resources;
  std::vector<Stream> streams;            // order of first appearance
};

// What reading met: for notes, marks and the exit code.
struct Reading {
  size_t files = 0, lines = 0, bad_lines = 0, bytes = 0;  // lines: not empty; bytes: after decompression
  std::vector<std::string> bad = {};      // the first ten: "traces-1.jsonl:17: not JSON"
  std::optional<Window> extent = {};      // [first, last + 1 ns); spans to their ends; times of 0 do not count
  size_t bad_records = 0;                 // spans, points, records skipped inside good lines
  size_t records = 0;                     // spans, points, log records read
  std::vector<std::string> broken = {};   // files that could not be read to their end, and why; also in `notes`
  std::vector<std::string> notes = {};    // what else a reader should know, one sentence each
};

}  // namespace inquest::otlp
