// Views of a frame: chosen rows, and the rows that fit a scope.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/frame.h"

#include <algorithm>

namespace inquest {

namespace {

// Whether each row fits, looked up per dictionary code where it can be: a scope is checked for every row of every
// frame.
class Fit final {
 public:
  Fit(const Frame& frame, const Scope& scope, const std::optional<Window>& then, const std::vector<std::string>& outside)
      : window_(scope.window), then_(then) {
    if (window_.from.ns != 0 || window_.to.ns != 0) {
      if (frame.shape == Shape::series || frame.shape == Shape::latency || frame.shape == Shape::logs)
        time_ = frame.column("time");
      if (frame.shape == Shape::spans) time_ = frame.column("start");
    }
    const Column* service = frame.column("service");
    const bool calls = !service && frame.shape == Shape::table && frame.column("caller") && frame.column("callee");
    const auto lifted = [&](const std::string& name) {
      return std::find(outside.begin(), outside.end(), name) != outside.end();
    };
    for (const auto& [name, wanted] : scope.names) {
      if (lifted(name)) continue;
      if (calls && name == "service") {
        caller_ = Test(frame.column("caller"), wanted);
        callee_ = Test(frame.column("callee"), wanted);
      } else if (calls && name == "operation") {
        callee_operation_ = Test(frame.column("operation"), wanted);
      } else if (const Column* column = frame.column(name); column && column->type == ColumnType::text) {
        tests_.emplace_back(column, wanted);
      } else if (column && column->type == ColumnType::null) {
        never_ = true;  // the column is there and every cell of it is absent
      }
    }
  }

  bool operator()(size_t row) const {
    if (never_) return false;
    for (const Test& test : tests_)
      if (!test(row)) return false;
    if (caller_.column) {
      const bool called = callee_(row);
      if (!called && !caller_(row)) return false;
      if (called && callee_operation_.column && !callee_operation_(row)) return false;
    } else if (callee_operation_.column && !callee_operation_(row)) {
      return false;
    }
    if (time_) {
      if (time_->absent(row)) return false;
      const Time at{time_->ints[row]};
      if (!window_.contains(at) && !(then_ && then_->contains(at))) return false;
    }
    return true;
  }

 private:
  struct Test {
    Test() = default;
    Test(const Column* c, const std::string& wanted) : column(c) {
      if (!c || c->type != ColumnType::text) { column = nullptr; return; }
      fits.resize(c->dictionary->size());
      for (size_t i = 0; i < fits.size(); ++i) fits[i] = (*c->dictionary)[i] == wanted;
    }
    bool operator()(size_t row) const { return !column->absent(row) && fits[column->codes[row]]; }
    const Column* column = nullptr;
    std::vector<uint8_t> fits;
  };
  Window window_;
  std::optional<Window> then_;
  const Column* time_ = nullptr;
  std::vector<Test> tests_;
  Test caller_, callee_, callee_operation_;
  bool never_ = false;
};

// Rows that fit; in an expanded frame a trace fits whole when one of its spans does.
std::vector<uint8_t> fitting(const Frame& frame, const Scope& scope, const std::optional<Window>& then,
                             const std::vector<std::string>& outside) {
  const Fit fit(frame, scope, then, outside);
  std::vector<uint8_t> fits(frame.rows);
  for (size_t row = 0; row < frame.rows; ++row) fits[row] = fit(row);
  const Column* trace = frame.expanded ? frame.column("trace_id") : nullptr;
  if (!trace || trace->type != ColumnType::text) return fits;
  std::vector<uint8_t> traces(trace->dictionary->size());
  for (size_t row = 0; row < frame.rows; ++row)
    if (fits[row] && !trace->absent(row)) traces[trace->codes[row]] = 1;
  for (size_t row = 0; row < frame.rows; ++row)
    if (!trace->absent(row)) fits[row] = traces[trace->codes[row]];
  return fits;
}

}  // namespace

FramePtr select(const Frame& frame, const std::vector<uint32_t>& rows) {
  auto view = std::make_shared<Frame>();
  view->shape = frame.shape;
  view->marks = frame.marks;
  view->expanded = frame.expanded;
  view->rows = rows.size();
  const auto pick = [&](const auto& from, auto& to) {
    if (from.empty()) return;
    to.reserve(rows.size());
    for (const uint32_t row : rows) to.push_back(from[row]);
  };
  for (const Column& column : frame.columns) {
    Column& c = view->columns.emplace_back();
    c.name = column.name;
    c.type = column.type;
    c.dictionary = column.dictionary;
    pick(column.ints, c.ints);
    pick(column.floats, c.floats);
    pick(column.codes, c.codes);
    pick(column.valid, c.valid);
  }
  return view;
}

FramePtr cut_to_scope(const FramePtr& frame, const Scope& scope, const std::optional<Window>& then,
                      const std::vector<std::string>& outside) {
  const std::vector<uint8_t> fits = fitting(*frame, scope, then, outside);
  std::vector<uint32_t> rows;
  for (size_t row = 0; row < frame->rows; ++row)
    if (fits[row]) rows.push_back(static_cast<uint32_t>(row));
  return rows.size() == frame->rows ? frame : select(*frame, rows);
}

std::optional<size_t> outside_scope(const Frame& frame, const Ask& ask) {
  const std::vector<uint8_t> fits = fitting(frame, ask.scope, ask.then, ask.outside);
  const auto at = std::find(fits.begin(), fits.end(), uint8_t{0});
  if (at == fits.end()) return std::nullopt;
  return static_cast<size_t>(at - fits.begin());
}

}  // namespace inquest
