// Canonical encoding of frames: the bytes that are hashed, stored in a case and read back.
// SPDX-License-Identifier: Apache-2.0
//
// Layout (little-endian): version u8, shape u8, expanded u8, marks (text: canonical JSON), rows u64, columns u32; per
// column: name (text), type u8, mask u8 (1: a byte per row follows), cells (i64 | f64 bits | dictionary u32 + texts,
// then u32 codes; nothing for null). A text is u32 length + bytes. Absent cells are zero and a mask without a zero is
// not
// written, so that equal frames have equal bytes whatever stood beneath an absent cell.
#include "runtime/frame/frame.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "runtime/base/hash.h"

namespace inquest {

namespace {

constexpr uint8_t version = 1;
constexpr uint64_t canonical_nan = 0x7ff8000000000000ull;

class Writer final {
 public:
  void byte(uint8_t v) { bytes_.push_back(static_cast<char>(v)); }
  void word(uint32_t v) { put(v, 4); }
  void wide(uint64_t v) { put(v, 8); }
  void text(std::string_view v) {
    word(static_cast<uint32_t>(v.size()));
    bytes_.append(v);
  }
  void reserve(size_t n) { bytes_.reserve(n); }
  std::string take() { return std::move(bytes_); }

 private:
  void put(uint64_t v, int n) {
    char raw[8];
    for (int i = 0; i < n; ++i) raw[i] = static_cast<char>(v >> (8 * i));
    bytes_.append(raw, static_cast<size_t>(n));
  }
  std::string bytes_;
};

class Reader final {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool byte(uint8_t& v) {
    uint64_t wide = 0;
    if (!get(wide, 1)) return false;
    v = static_cast<uint8_t>(wide);
    return true;
  }
  bool word(uint32_t& v) {
    uint64_t wide = 0;
    if (!get(wide, 4)) return false;
    v = static_cast<uint32_t>(wide);
    return true;
  }
  bool wide(uint64_t& v) { return get(v, 8); }
  bool text(std::string& v) {
    uint32_t n = 0;
    if (!word(n) || left() < n) return false;
    v.assign(bytes_.substr(at_, n));
    at_ += n;
    return true;
  }
  size_t left() const { return bytes_.size() - at_; }
  size_t at() const { return at_; }

 private:
  bool get(uint64_t& v, size_t n) {
    if (left() < n) return false;
    v = 0;
    for (size_t i = 0; i < n; ++i) v |= static_cast<uint64_t>(static_cast<uint8_t>(bytes_[at_ + i])) << (8 * i);
    at_ += n;
    return true;
  }
  std::string_view bytes_;
  size_t at_ = 0;
};

void write_text_cells(const Column& column, size_t rows, Writer& out) {
  std::vector<uint32_t> renumbered(column.dictionary ? column.dictionary->size() : 0, UINT32_MAX);
  std::vector<uint32_t> order, codes(rows, 0);
  for (size_t row = 0; row < rows; ++row) {
    if (column.absent(row)) continue;
    uint32_t& code = renumbered[column.codes[row]];
    if (code == UINT32_MAX) {
      code = static_cast<uint32_t>(order.size());
      order.push_back(column.codes[row]);
    }
    codes[row] = code;
  }
  out.word(static_cast<uint32_t>(order.size()));
  for (const uint32_t code : order) out.text((*column.dictionary)[code]);
  for (const uint32_t code : codes) out.word(code);
}

bool read_text_cells(Column& column, size_t rows, Reader& in) {
  uint32_t size = 0;
  if (!in.word(size) || in.left() / 4 < size) return false;
  auto dictionary = std::make_shared<Dictionary>(size);
  for (std::string& text : *dictionary)
    if (!in.text(text)) return false;
  if (in.left() / 4 < rows) return false;
  column.codes.resize(rows);
  for (size_t row = 0; row < rows; ++row) {
    in.word(column.codes[row]);
    if (column.codes[row] >= size && !(column.codes[row] == 0 && column.absent(row))) return false;
  }
  column.dictionary = std::move(dictionary);
  return true;
}

bool read_column(Column& column, size_t rows, Reader& in) {
  uint8_t type = 0, mask = 0;
  if (!in.text(column.name) || !in.byte(type) || !in.byte(mask)) return false;
  if (type > static_cast<uint8_t>(ColumnType::text) || mask > 1) return false;
  column.type = static_cast<ColumnType>(type);
  if (mask) {
    if (in.left() < rows) return false;
    column.valid.resize(rows);
    for (uint8_t& v : column.valid)
      if (!in.byte(v) || v > 1) return false;
  }
  if (column.type == ColumnType::null) return true;
  if (column.type == ColumnType::text) return read_text_cells(column, rows, in);
  if (in.left() / 8 < rows) return false;
  uint64_t bits = 0;
  for (size_t row = 0; row < rows; ++row) {
    in.wide(bits);
    if (column.type == ColumnType::float64) column.floats.push_back(std::bit_cast<double>(bits));
    else column.ints.push_back(static_cast<int64_t>(bits));
  }
  return true;
}

}  // namespace

std::string encode(const Frame& frame) {
  Writer out;
  out.reserve(frame.bytes() + 256);
  out.byte(version);
  out.byte(static_cast<uint8_t>(frame.shape));
  out.byte(frame.expanded ? 1 : 0);
  out.text(canonical(marks_json(frame.marks)));
  out.wide(frame.rows);
  out.word(static_cast<uint32_t>(frame.columns.size()));
  for (const Column& column : frame.columns) {
    out.text(column.name);
    out.byte(static_cast<uint8_t>(column.type));
    bool masked = false;
    if (column.type != ColumnType::null)
      for (const uint8_t v : column.valid) masked = masked || v == 0;
    out.byte(masked ? 1 : 0);
    if (masked)
      for (const uint8_t v : column.valid) out.byte(v ? 1 : 0);
    if (column.type == ColumnType::null) continue;
    if (column.type == ColumnType::text) {
      write_text_cells(column, frame.rows, out);
      continue;
    }
    for (size_t row = 0; row < frame.rows; ++row) {
      if (column.absent(row)) out.wide(0);
      else if (column.type == ColumnType::boolean) out.wide(column.ints[row] != 0);
      else if (column.type != ColumnType::float64) out.wide(static_cast<uint64_t>(column.ints[row]));
      else out.wide(std::isnan(column.floats[row]) ? canonical_nan : std::bit_cast<uint64_t>(column.floats[row]));
    }
  }
  return out.take();
}

Result<FramePtr> decode(std::string_view bytes) {
  Reader in(bytes);
  const auto damaged = [&](const std::string& what) {
    return Error{Code::damaged, what + " at byte " + std::to_string(in.at()), "frame",
                 "the bytes of a frame were changed or cut; take the case file from where it was written"};
  };
  uint8_t seen = 0, shape = 0, expanded = 0;
  if (!in.byte(seen)) return damaged("no bytes in a frame");
  if (seen != version)
    return Error{Code::damaged, "frame encoding version " + std::to_string(seen) + ", this program reads version " +
                 std::to_string(version), "frame", "read the case with the version of Inquest that wrote it"};
  std::string marks;
  uint64_t rows = 0;
  uint32_t columns = 0;
  if (!in.byte(shape) || !in.byte(expanded) || !in.text(marks) || !in.wide(rows) || !in.word(columns))
    return damaged("a cut frame");
  if (shape > static_cast<uint8_t>(Shape::table) || expanded > 1) return damaged("no such shape of a frame");
  if (rows > UINT32_MAX) return damaged("more rows than a frame can have");
  const Result<Json> parsed = parse_json(marks, "frame marks");
  if (!parsed) return damaged("marks of a frame that are no JSON");
  auto frame = std::make_shared<Frame>();
  frame->shape = static_cast<Shape>(shape);
  frame->expanded = expanded == 1;
  frame->marks = json_marks(*parsed);
  frame->rows = rows;
  for (uint32_t i = 0; i < columns; ++i)
    if (!read_column(frame->columns.emplace_back(), rows, in)) return damaged("a broken column of a frame");
  if (in.left() != 0) return damaged("bytes after the end of a frame");
  return FramePtr(std::move(frame));
}

std::string hash(const Frame& frame) { return sha256_hex(encode(frame)); }

}  // namespace inquest
