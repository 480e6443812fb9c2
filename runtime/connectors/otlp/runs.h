// Runs: a frame of many rows whose texts stay the same for a while; they are looked up once a run, not once a row.
// SPDX-License-Identifier: Apache-2.0
//
// The same frame as a FrameBuilder makes of the same cells. Numbers have no absent cells: every row gives each of them,
// in any order. Belongs to one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/connectors/otlp/asking.h"
#include "runtime/frame/frame.h"

namespace inquest::otlp {

class RunBuilder final {
 public:
  explicit RunBuilder(Shape shape) { frame_->shape = shape; }
  RunBuilder& head();                                    // the four head columns are 0 to 3
  RunBuilder& add(std::string name, ColumnType type);
  void run();                                            // a new run: all texts absent until given
  void head(const Head& head);
  void text(size_t column, std::string_view value);      // of this run
  void integer(size_t column, int64_t value) { frame_->columns[column].ints.push_back(value); }
  void number(size_t column, double value) { frame_->columns[column].floats.push_back(value); }
  void end_row();
  // A column of as many cells as there are rows in the end, after those added; may have absent cells.
  void put(Column column) { late_.push_back(std::move(column)); }
  Marks& marks() { return frame_->marks; }
  FramePtr finish();                                     // the builder is spent

 private:
  struct Text {
    size_t column;
    uint32_t code = 0;
    bool there = false, gaps = false;
    std::shared_ptr<Dictionary> dictionary = std::make_shared<Dictionary>();
    std::unordered_map<std::string, uint32_t> ids = {};
  };
  std::shared_ptr<Frame> frame_ = std::make_shared<Frame>();
  std::vector<Text> texts_;
  std::vector<Column> late_;
  std::vector<size_t> text_of_;                          // per column: index into texts_
};

}  // namespace inquest::otlp
