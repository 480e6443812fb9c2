// What kernels share: options with errors that name the nearest, rows in groups, series of points, result tables.
// SPDX-License-Identifier: Apache-2.0
//
// Options that every kernel over rows knows: by (list of columns), value (column), from, to (times, [from, to)), window
// ("now" | "then"). Groups come in ascending order of their key, an absent part before any text.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/frame/kernels/kernel.h"

namespace inquest {

// Reads options; the first mistake is kept in error(). Unknown names are found by the constructor.
class KernelOptions final {
 public:
  KernelOptions(const Kernel& kernel, const Map& options);
  bool has(const std::string& name) const { return find(options_, name) != nullptr; }
  double number(const std::string& name, double otherwise);
  int64_t integer(const std::string& name, int64_t otherwise);
  bool flag(const std::string& name, bool otherwise);
  std::string text(const std::string& name, const std::string& otherwise);
  std::optional<Time> time(const std::string& name);              // a time, a text of one, or int64 ns
  std::optional<Duration> duration(const std::string& name);      // a duration, a text of one, or seconds
  std::optional<std::vector<std::string>> texts(const std::string& name);  // a list, or one text
  std::vector<double> numbers(const std::string& name, std::vector<double> otherwise);
  void wrong(const std::string& name, const std::string& what);   // keeps the first
  const std::optional<Error>& error() const { return error_; }
  const std::string& kernel() const { return kernel_; }

 private:
  std::string kernel_;
  const Map& options_;
  std::optional<Error> error_;
};

using Key = std::vector<std::optional<std::string>>;
struct Group {
  Key key;
  std::vector<uint32_t> rows;                                     // in the order of the frame
};
struct Groups {
  std::vector<std::string> by;
  std::vector<Group> groups;
};

Error missing_column(const std::string& kernel, const Frame& frame, const std::string& name);
Result<const Column*> need_column(const std::string& kernel, const Frame& frame, const std::string& name);
Result<FramePtr> need_frame(const std::string& kernel, const std::vector<FramePtr>& frames, size_t at = 0);
// The columns a frame is grouped by unless told: all its text columns that are labels.
std::vector<std::string> labels(const Frame& frame);
// Groups by the option `by` or `otherwise`, of the rows that `from`, `to`, `window` leave.
Result<Groups> group(const Frame& frame, KernelOptions& options, const std::vector<std::string>& otherwise, const Stop* stop);
// The column of time of a frame: time, else start; null when it has none.
const Column* time_column(const Frame& frame);

struct Point {
  int64_t time = 0;
  double value = 0;
};
using Points = std::vector<Point>;
struct Series {
  Key key;
  Points points;                                                  // ascending time; equal times keep the row order
};
struct SeriesSet {
  std::vector<std::string> by;
  std::vector<Series> series;
};
// Rows with an absent or not finite value, or without a time, are left out.
Result<SeriesSet> series_of(const Frame& frame, KernelOptions& options, const Stop* stop);
std::vector<double> values_of(const Points& points);
// At most `at_most` points: runs of equal length, each at its first time with its median.
Points binned(const Points& points, size_t at_most);

// A result table: label columns, then columns of numbers; cells by name, those not set are absent.
class ResultTable final {
 public:
  struct Field { const char* name; ColumnType type; };
  ResultTable(const std::vector<std::string>& by, const std::vector<Field>& fields);
  void row(const Key& key);                                       // begins a row
  void set(std::string_view name, double value);                  // not finite: absent
  void set(std::string_view name, int64_t value);
  void set(std::string_view name, size_t value) { set(name, static_cast<int64_t>(value)); }
  void set(std::string_view name, bool value) { set(name, int64_t{value}); }
  void set(std::string_view name, Time value) { set(name, value.ns); }
  void set(std::string_view name, std::string_view value);
  void set(std::string_view name, const char* value) { set(name, std::string_view(value)); }
  Marks& marks() { return builder_.marks(); }
  FramePtr finish();

 private:
  FrameBuilder builder_;
  std::vector<std::string> names_;
  bool open_ = false;
};

inline bool stopped(const Stop* stop) { return stop && stop->load(std::memory_order_relaxed); }
Error interrupted(const std::string& kernel);

}  // namespace inquest
