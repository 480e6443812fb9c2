// Paper: lines of text that never exceed a width: wrapped sentences with a hanging indent, tables that give way.
// SPDX-License-Identifier: Apache-2.0
//
// Everything passes printable() here, so no control byte of telemetry reaches a terminal. Colour is a tone on a word
// that also stands there in letters; without Style::colour not one escape is written. Thread rule: one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/report/report.h"
#include "runtime/report/tables.h"

namespace inquest {

enum class Tone { plain, strong, good, warn, bad, dim };

class Paper final {
 public:
  using Sink = std::function<void(std::string_view)>;
  Paper(const Style& style, Sink sink);
  // `prefix` begins every line, `head` (toned) the first; `body` follows it and is wrapped under itself.
  void item(const std::string& prefix, Tone tone, const std::string& head, const std::string& body);
  void text(const std::string& prefix, const std::string& body) { item(prefix, Tone::plain, "", body); }
  // One line as it is, however long: what is to be pasted.
  void verbatim(const std::string& prefix, const std::string& text);
  void table(const std::string& prefix, const Table& table);
  void rule(const std::string& title);           // ── title ─────
  void blank();
  size_t columns() const { return columns_; }

 private:
  void put(const std::string& prefix, Tone tone, const std::string& head, const std::string& rest);
  std::string toned(Tone tone, const std::string& text) const;
  Style style_;
  Sink sink_;
  size_t columns_;
};

// Breaks at blanks so that no line is wider; a word wider than a line is broken inside. At least one line.
std::vector<std::string> wrap(std::string_view text, size_t columns);

}  // namespace inquest
