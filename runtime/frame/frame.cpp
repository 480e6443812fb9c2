// Columns, frames and their construction.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/frame.h"

#include <array>
#include <cassert>
#include <cmath>
#include <limits>

namespace inquest {

namespace {

constexpr std::array<const char*, 7> type_names = {"null", "bool", "int64", "double", "time", "duration", "text"};
constexpr std::array<const char*, 7> shape_names = {"series", "latency", "spans", "contrast", "logs", "templates", "table"};
const std::string no_text;

size_t cells(const Column& column) {
  switch (column.type) {
    case ColumnType::null: return 0;
    case ColumnType::float64: return column.floats.size();
    case ColumnType::text: return column.codes.size();
    default: return column.ints.size();
  }
}

void push_zero(Column& column) {
  switch (column.type) {
    case ColumnType::null: break;
    case ColumnType::float64: column.floats.push_back(0); break;
    case ColumnType::text: column.codes.push_back(0); break;
    default: column.ints.push_back(0);
  }
}

}  // namespace

const char* type_name(ColumnType type) { return type_names[static_cast<size_t>(type)]; }
const char* shape_name(Shape shape) { return shape_names[static_cast<size_t>(shape)]; }

std::optional<Shape> shape_of(std::string_view name) {
  for (size_t i = 0; i < shape_names.size(); ++i)
    if (name == shape_names[i]) return static_cast<Shape>(i);
  return std::nullopt;
}

double Column::number(size_t row) const {
  if (absent(row) || type == ColumnType::text) return std::numeric_limits<double>::quiet_NaN();
  return type == ColumnType::float64 ? floats[row] : static_cast<double>(ints[row]);
}

const std::string& Column::text(size_t row) const {
  if (type != ColumnType::text || absent(row)) return no_text;
  return (*dictionary)[codes[row]];
}

Value Column::value(size_t row) const {
  if (absent(row)) return {};
  switch (type) {
    case ColumnType::null: return {};
    case ColumnType::boolean: return ints[row] != 0;
    case ColumnType::int64: return ints[row];
    case ColumnType::float64: return floats[row];
    case ColumnType::time: return Time{ints[row]};
    case ColumnType::duration: return Duration{ints[row]};
    case ColumnType::text: return (*dictionary)[codes[row]];
  }
  return {};
}

size_t Column::bytes() const {
  size_t n = ints.size() * 8 + floats.size() * 8 + codes.size() * 4 + valid.size();
  if (dictionary)
    for (const std::string& text : *dictionary) n += text.size() + sizeof(std::string);
  return n;
}

const Column* Frame::column(std::string_view name) const {
  for (const Column& column : columns)
    if (column.name == name) return &column;
  return nullptr;
}

size_t Frame::bytes() const {
  size_t n = 0;
  for (const Column& column : columns) n += column.bytes();
  return n;
}

FrameBuilder::FrameBuilder(Shape shape) : frame_(std::make_shared<Frame>()) { frame_->shape = shape; }

FrameBuilder& FrameBuilder::head() {
  for (const char* name : {"service", "namespace", "instance", "version"}) add(name, ColumnType::text);
  return *this;
}

FrameBuilder& FrameBuilder::add(std::string name, ColumnType type) {
  Column column;
  column.name = std::move(name);
  column.type = type;
  if (rows_ > 0) {
    for (size_t row = 0; row < rows_; ++row) push_zero(column);
    if (type != ColumnType::null) column.valid.assign(rows_, 0);
  }
  dictionaries_.push_back(type == ColumnType::text ? std::make_shared<Dictionary>() : nullptr);
  intern_.emplace_back();
  column.dictionary = dictionaries_.back();
  frame_->columns.push_back(std::move(column));
  return *this;
}

size_t FrameBuilder::index(std::string_view name) const {
  for (size_t i = 0; i < frame_->columns.size(); ++i)
    if (frame_->columns[i].name == name) return i;
  assert(!"column was not declared");
  return 0;
}

// The column, with room for the cell of the row under construction; a cell given twice is overwritten.
Column& FrameBuilder::cell(size_t column) {
  Column& c = frame_->columns[column];
  if (c.type != ColumnType::null && cells(c) == rows_) {
    push_zero(c);
    if (!c.valid.empty()) c.valid.push_back(1);
  }
  return c;
}

void FrameBuilder::text(size_t column, std::string_view value) {
  if (frame_->columns[column].type != ColumnType::text) return;
  Column& c = cell(column);
  Dictionary& dictionary = *dictionaries_[column];
  if (rows_ > 0 && !dictionary.empty() && dictionary[c.codes[rows_ - 1]] == value) {  // runs are common
    c.codes[rows_] = c.codes[rows_ - 1];
    return;
  }
  auto [at, fresh] = intern_[column].try_emplace(std::string(value), static_cast<uint32_t>(dictionary.size()));
  if (fresh) dictionary.push_back(at->first);
  c.codes[rows_] = at->second;
}

void FrameBuilder::integer(size_t column, int64_t value) {
  Column& c = cell(column);
  if (c.type == ColumnType::float64) c.floats[rows_] = static_cast<double>(value);
  else if (!c.ints.empty()) c.ints[rows_] = value;
}

void FrameBuilder::number(size_t column, double value) {
  if (frame_->columns[column].type != ColumnType::float64) return;
  cell(column).floats[rows_] = value;
}

void FrameBuilder::value(size_t column, const Value& value) {
  const ColumnType type = frame_->columns[column].type;
  if (value.null() || type == ColumnType::null) return;
  if (type == ColumnType::text) {
    if (const auto* t = value.get<std::string>()) text(column, *t);
    else text(column, print_value(value));
  } else if (const auto* d = value.get<double>()) {
    if (type == ColumnType::float64) number(column, *d);
    else if (std::isfinite(*d) && std::fabs(*d) < 9.2e18 && *d == std::floor(*d)) integer(column, static_cast<int64_t>(*d));
  } else if (const auto* i = value.get<int64_t>()) {
    integer(column, *i);
  } else if (const auto* b = value.get<bool>()) {
    integer(column, *b ? 1 : 0);
  } else if (const auto* at = value.get<Time>()) {
    integer(column, at->ns);
  } else if (const auto* length = value.get<Duration>()) {
    integer(column, length->ns);
  }
}

void FrameBuilder::end_row() {
  for (Column& c : frame_->columns) {
    if (c.type == ColumnType::null || cells(c) > rows_) continue;
    if (c.valid.empty()) c.valid.assign(rows_, 1);
    push_zero(c);
    c.valid.push_back(0);
  }
  ++rows_;
}

FramePtr FrameBuilder::finish() {
  frame_->rows = rows_;
  FramePtr done = frame_;
  const Shape shape = frame_->shape;
  frame_ = std::make_shared<Frame>();
  frame_->shape = shape;
  intern_.clear();
  dictionaries_.clear();
  rows_ = 0;
  return done;
}

}  // namespace inquest
