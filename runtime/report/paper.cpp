// Wrapping, tables and tones.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/paper.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/report/words.h"

namespace inquest {
namespace {

constexpr size_t narrowest = 40, longest_text = 1200, longest_cell = 200;
constexpr size_t gap = 2;   // between columns

size_t point_bytes(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

void trim_right(std::string& line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
}

}  // namespace

std::vector<std::string> wrap(std::string_view text, size_t columns) {
  columns = std::max<size_t>(columns, 2);
  std::vector<std::string> lines(1);
  size_t used = 0;
  for (const std::string& word : split(text, ' ')) {
    size_t wide = width(word);
    if (wide == 0) continue;
    if (used > 0 && used + 1 + wide > columns) {
      lines.emplace_back();
      used = 0;
    }
    if (used > 0) {
      lines.back() += ' ';
      ++used;
    }
    if (used + wide <= columns) {
      lines.back() += word;
      used += wide;
      continue;
    }
    for (size_t at = 0; at < word.size();) {   // wider than a line
      const std::string point = word.substr(at, point_bytes(word[at]));
      wide = width(point);
      if (used + wide > columns) {
        lines.emplace_back();
        used = 0;
      }
      lines.back() += point;
      used += wide;
      at += point.size();
    }
  }
  return lines;
}

Paper::Paper(const Style& style, Sink sink)
    : style_(style), sink_(std::move(sink)), columns_(std::max(style.columns ? style.columns : 100, narrowest)) {}

std::string Paper::toned(Tone tone, const std::string& text) const {
  static constexpr const char* codes[] = {"", "1", "1;32", "1;33", "1;31", "2"};
  const char* const code = codes[static_cast<size_t>(tone)];
  if (!style_.colour || !*code || text.empty()) return text;
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

void Paper::put(const std::string& prefix, Tone tone, const std::string& head, const std::string& rest) {
  std::string tail = rest;
  trim_right(tail);
  std::string line = prefix + (tone == Tone::plain ? head : toned(tone, head)) + tail;
  if (tail.empty() && (tone == Tone::plain || !style_.colour)) trim_right(line);
  sink_(line + "\n");
}

void Paper::item(const std::string& prefix, Tone tone, const std::string& head, const std::string& body) {
  const size_t room = columns_ > width(prefix) + 20 ? columns_ - width(prefix) : 20;
  const std::string first = printable(head, std::min<size_t>(room, 60));
  const std::string text = printable(body, longest_text);
  size_t hang = width(first) + (first.empty() ? 0 : gap);
  if (hang + 16 > room) {   // a head that leaves no room stands alone
    for (const std::string& line : wrap(first, room)) put(prefix, tone, line, "");
    if (text.empty()) return;
    for (const std::string& line : wrap(text, room - gap)) put(prefix + "  ", Tone::plain, "", line);
    return;
  }
  const std::vector<std::string> lines = wrap(text, room - hang);
  put(prefix, tone, first, first.empty() ? lines[0] : "  " + lines[0]);
  const std::string blanks(hang, ' ');
  for (size_t i = 1; i < lines.size(); ++i) put(prefix + blanks, Tone::plain, "", lines[i]);
}

void Paper::verbatim(const std::string& prefix, const std::string& text) { put(prefix, Tone::plain, "", printable(text, 4096)); }

void Paper::blank() { sink_("\n"); }

void Paper::rule(const std::string& title) {
  const std::string name = " " + printable(title, columns_ - 6) + " ";
  std::string line = "──";
  const size_t rest = columns_ - 2 - width(name);
  std::string tail;
  for (size_t i = 0; i < rest && i < 60; ++i) tail += "─";
  sink_(line + toned(Tone::strong, name) + tail + "\n");
}

void Paper::table(const std::string& prefix, const Table& table) {
  if (table.columns.empty() || table.rows.empty()) return;
  const size_t room = columns_ > width(prefix) + 20 ? columns_ - width(prefix) : 20;
  const size_t n = table.columns.size();
  std::vector<std::vector<std::string>> cells(table.rows.size() + 1, std::vector<std::string>(n));
  std::vector<size_t> wide(n, 1);
  std::vector<bool> there(n, true);
  for (size_t c = 0; c < n; ++c) {
    cells[0][c] = printable(table.columns[c].title, longest_cell);
    for (size_t r = 0; r < table.rows.size(); ++r)
      cells[r + 1][c] = c < table.rows[r].size() ? printable(table.rows[r][c], longest_cell) : "";
    for (const auto& row : cells) wide[c] = std::max(wide[c], width(row[c]));
  }
  const auto total = [&] {
    size_t sum = 0;
    for (size_t c = 0; c < n; ++c) if (there[c]) sum += wide[c] + (sum ? gap : 0);
    return sum;
  };
  const auto shrink = [&](size_t least) {   // the widest text column gives first; what a row is about last
    while (total() > room) {
      size_t widest = n;
      for (size_t c = 0; c < n; ++c)
        if (there[c] && !table.columns[c].right && !table.columns[c].spark && wide[c] > (c == 0 ? std::max<size_t>(least, 18) : least) &&
            (widest == n || wide[c] > wide[widest]))
          widest = c;
      if (widest == n) return;
      --wide[widest];
    }
  };
  shrink(24);
  for (size_t c = 0; c < n && total() > room; ++c) if (table.columns[c].spark) there[c] = false;
  shrink(8);
  std::vector<std::string> left_out;
  for (size_t c = n; c-- > 1 && total() > room;) {
    if (!there[c]) continue;
    there[c] = false;
    left_out.insert(left_out.begin(), cells[0][c]);
  }
  if (total() > room) wide[0] = std::min(wide[0], room);
  if (!table.caption.empty()) item(prefix, Tone::strong, table.caption, "");
  for (size_t r = 0; r < cells.size(); ++r) {
    std::string line;
    for (size_t c = 0; c < n; ++c) {
      if (!there[c]) continue;
      if (!line.empty()) line += std::string(gap, ' ');
      line += pad(cells[r][c], wide[c], table.columns[c].right);
    }
    trim_right(line);
    put(prefix, r == 0 ? Tone::dim : Tone::plain, line, "");
  }
  if (!table.note.empty()) item(prefix, Tone::dim, "", table.note);
  if (!left_out.empty()) item(prefix, Tone::dim, "", Words(style_.lang)("table.no_room", join(left_out, ", ")));
}

}  // namespace inquest
