// Frames in runs: dictionaries by run, codes by row.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/runs.h"

namespace inquest::otlp {

RunBuilder& RunBuilder::head() {
  for (const char* name : {"service", "namespace", "instance", "version"}) add(name, ColumnType::text);
  return *this;
}

RunBuilder& RunBuilder::add(std::string name, ColumnType type) {
  Column column;
  column.name = std::move(name);
  column.type = type;
  text_of_.push_back(texts_.size());
  if (type == ColumnType::text) {
    texts_.push_back({frame_->columns.size()});
    column.dictionary = texts_.back().dictionary;
  }
  frame_->columns.push_back(std::move(column));
  return *this;
}

void RunBuilder::run() {
  for (Text& text : texts_) {
    text.there = false;
    text.code = 0;
  }
}

void RunBuilder::head(const Head& head) {
  if (head.service) text(0, *head.service);
  if (head.namespace_) text(1, *head.namespace_);
  if (head.instance) text(2, *head.instance);
  if (head.version) text(3, *head.version);
}

void RunBuilder::text(size_t column, std::string_view value) {
  Text& text = texts_[text_of_[column]];
  const auto [at, fresh] = text.ids.try_emplace(std::string(value), static_cast<uint32_t>(text.dictionary->size()));
  if (fresh) text.dictionary->emplace_back(value);
  text.code = at->second;
  text.there = true;
}

void RunBuilder::end_row() {
  for (Text& text : texts_) {
    Column& column = frame_->columns[text.column];
    if (!text.there && !text.gaps) {
      column.valid.assign(column.codes.size(), 1);
      text.gaps = true;
    }
    column.codes.push_back(text.code);
    if (text.gaps) column.valid.push_back(text.there);
  }
  ++frame_->rows;
}

FramePtr RunBuilder::finish() {
  for (Column& column : late_) frame_->columns.push_back(std::move(column));
  return std::move(frame_);
}

}  // namespace inquest::otlp
