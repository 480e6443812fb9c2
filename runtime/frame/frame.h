// Frame: named, typed columns of one of seven shapes; immutable and shared once built. The answer to an ask.
// SPDX-License-Identifier: Apache-2.0
//
// Columns hold null, bool, int64, float64, time (int64 ns UTC), duration (int64 ns) or dictionary-coded text.
// Attributes
// of spans and logs are one text column `attributes` holding a canonical JSON object (keys sorted). Absent cells are
// `null` by a validity mask and are not the same as NaN, 0 or "".
// Thread rule: a Frame is immutable; FramePtr may be shared between threads. A FrameBuilder belongs to one thread.
// Row order is defined by whoever builds the frame and is kept by every view.
//
// Shapes and their columns (every shape but `table` begins with service, namespace, instance, version: text or null):
//   series    labels… (text), time, value (float64)
//   latency   operation, kind, time (start of its bucket), bucket (int64: log bucket of the duration,
//   kernels/loghist.h),
//             count, errors (int64), sum (duration)
//   spans     trace_id, span_id, parent_id, operation, kind, start (time), duration, status, attributes,
//             window ("now"/"then" under `against`)
//   contrast  operation, attribute, value (text; null for numbers), slow, fast, slow_then, fast_then (int64: counts
//   in both
//             windows), and for numeric attributes value = null and numbers_slow, numbers_fast: quantile texts (see
//             contrast.h)
//   logs      time, severity (text), body, trace_id, span_id, attributes, window
//   templates template, before, after (int64), first, last (time), counts (text: JSON list of counts per time
//   bucket), example,
//             severity
//   table     anything; spans.calls: caller, callee, operation, count, errors, sum; spans.services: service, signals…
// Under `against`, series, latency, spans and logs carry a text column `window` with "now" or "then".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/model/ask.h"

namespace inquest {

enum class ColumnType : uint8_t { null, boolean, int64, float64, time, duration, text };
const char* type_name(ColumnType type);

enum class Shape : uint8_t { series, latency, spans, contrast, logs, templates, table };
const char* shape_name(Shape shape);
std::optional<Shape> shape_of(std::string_view name);

using Dictionary = std::vector<std::string>;

class Column final {
 public:
  std::string name;
  ColumnType type = ColumnType::null;
  std::vector<int64_t> ints;            // boolean, int64, time, duration
  std::vector<double> floats;           // float64
  std::vector<uint32_t> codes;          // text: index into *dictionary
  std::shared_ptr<const Dictionary> dictionary;
  std::vector<uint8_t> valid;           // empty: all valid; else 1 = there, 0 = absent

  bool absent(size_t row) const { return type == ColumnType::null || (!valid.empty() && !valid[row]); }
  // Precondition for all: not absent, right type. `text` of an absent cell is "".
  int64_t integer(size_t row) const { return ints[row]; }
  double number(size_t row) const;      // float64, or an integer type as double; NaN when absent
  const std::string& text(size_t row) const;
  Value value(size_t row) const;        // typed; null when absent
  size_t bytes() const;
};

class Frame final {
 public:
  Shape shape = Shape::table;
  std::vector<Column> columns;
  size_t rows = 0;
  Marks marks;
  bool expanded = false;                // span lists: whole traces, neighbours included

  const Column* column(std::string_view name) const;   // null when absent
  size_t bytes() const;
};
using FramePtr = std::shared_ptr<const Frame>;

// Row-wise construction. Columns keep the order of declaration. Text is interned per column.
class FrameBuilder final {
 public:
  explicit FrameBuilder(Shape shape);
  // Declares the four head columns service, namespace, instance, version (every shape but table begins with them).
  FrameBuilder& head();
  FrameBuilder& add(std::string name, ColumnType type);
  size_t index(std::string_view name) const;           // of a declared column
  // One cell after the other in the order of declaration, then end_row(). Cells not given are absent.
  void text(size_t column, std::string_view value);
  void integer(size_t column, int64_t value);          // boolean, int64, time, duration
  void number(size_t column, double value);
  void value(size_t column, const Value& value);       // by the column's type; null = absent
  void end_row();
  size_t rows() const { return rows_; }
  Marks& marks() { return frame_->marks; }
  void expanded(bool whole_traces) { frame_->expanded = whole_traces; }
  FramePtr finish();                                   // the builder is empty afterwards

 private:
  Column& cell(size_t column);
  std::shared_ptr<Frame> frame_;
  std::vector<std::unordered_map<std::string, uint32_t>> intern_;
  std::vector<std::shared_ptr<Dictionary>> dictionaries_;
  size_t rows_ = 0;
};

// A view: the rows chosen, in the order given. Shares dictionaries.
FramePtr select(const Frame& frame, const std::vector<uint32_t>& rows);
// The frame cut to a scope. Time is checked where a row has one: `time` of series, latency and logs, `start` of
// spans; templates,
// contrast and table have none. It fits inside scope.window or `then`; a window [0, 0) is not set and limits nothing.
// A name whose
// column the frame does not have cannot be checked and passes. spans.calls (caller, callee) fits a service at either
// end; its `operation` is the callee's. The rest of the rule: rows whose head columns, operation and time (time,
// start, or [window] for both windows under
// `against`) fit; an expanded frame by whole traces. Rows with an absent head column fit only a scope without that
// name.
FramePtr cut_to_scope(const FramePtr& frame, const Scope& scope, const std::optional<Window>& then,
                      const std::vector<std::string>& outside);
// The first row that a source should not have sent for this scope, if any (same rule as cut_to_scope).
std::optional<size_t> outside_scope(const Frame& frame, const Ask& ask);

// Canonical encoding: a byte string that is the same for equal frames on every machine (little-endian, NaN canonical,
// dictionaries renumbered by first use), and its inverse. Version byte first. hash = sha256 of the encoding.
std::string encode(const Frame& frame);
Result<FramePtr> decode(std::string_view bytes);
std::string hash(const Frame& frame);

}  // namespace inquest
