// Nearest names, safe printing of hostile text, widths, and the small helpers on texts.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>

namespace inquest {
namespace {

// Optimal string alignment: Damerau–Levenshtein in which no piece is edited twice.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

// One code point at `text[at]`; cp = -1 and size = 1 for a byte that begins no valid one.
struct Point { int32_t cp; size_t size; };
Point point_at(std::string_view text, size_t at) {
  utf8proc_int32_t cp = -1;
  const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                  static_cast<utf8proc_ssize_t>(text.size() - at), &cp);
  if (n <= 0) return {-1, 1};
  return {cp, static_cast<size_t>(n)};
}

size_t point_width(int32_t cp) {
  if (cp < 0) return 1;
  const int columns = utf8proc_charwidth(cp);
  return columns > 0 ? static_cast<size_t>(columns) : 0;
}

// Code points that a terminal obeys, that reorder text, or that nobody can see.
bool unsafe(int32_t cp) {
  if (cp >= 0x20 && cp < 0x7f) return false;
  switch (utf8proc_category(cp)) {
    case UTF8PROC_CATEGORY_CC:  // C0, DEL, C1
    case UTF8PROC_CATEGORY_CF:  // bidi controls, zero-width joiners, soft hyphen, byte order mark, tags
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return true;
    default: break;
  }
  if (cp == 0xfe0e || cp == 0xfe0f) return false;  // text or emoji presentation
  return cp == 0x034f || cp == 0x115f || cp == 0x1160 || cp == 0x17b4 || cp == 0x17b5 || cp == 0x3164 ||
         cp == 0xffa0 || (cp >= 0x180b && cp <= 0x180f) || (cp >= 0xfe00 && cp <= 0xfe0d) ||
         (cp >= 0xe0000 && cp <= 0xe0fff);  // other default-ignorable: fillers and variation selectors
}

}  // namespace

std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  constexpr size_t longest = 256;  // the table is quadratic, and names may be hostile
  if (name.size() > longest) return "";
  const std::string wanted = lower(name);
  const size_t limit = std::max<size_t>(2, name.size() / 3);
  size_t best = limit + 1;
  const std::string* found = nullptr;
  for (const std::string& candidate : known) {
    const size_t a = candidate.size(), b = name.size();
    if (a > longest || (a > b ? a - b : b - a) >= best) continue;
    const size_t distance = edit_distance(wanted, lower(candidate));
    if (distance < best && distance < std::max(a, b)) {  // something must be left of the name
      best = distance;
      found = &candidate;
    }
  }
  return found ? *found : "";
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known, size_t show) {
  const std::string near = nearest(name, known);
  if (!near.empty()) return "did you mean `" + near + "`?";
  if (known.empty()) return "";
  const size_t shown = std::min(show, known.size());
  std::string out = "known: " + join({known.begin(), known.begin() + static_cast<std::ptrdiff_t>(shown)}, ", ");
  if (shown < known.size()) out += fmt::format(" and {} more", known.size() - shown);
  return out;
}

std::string printable(std::string_view text, size_t at_most) {
  constexpr size_t most_marks = 4;  // combining marks on one letter; a tower of them climbs over other lines
  std::string out;
  size_t points = 0, marks = 0;
  size_t cut_at = 0;                // where `out` still has room for the sign of the cut
  for (size_t at = 0; at < text.size();) {
    const Point point = point_at(text, at);
    const bool mark = point.cp >= 0x80 && point_width(point.cp) == 0;
    marks = mark ? marks + 1 : 0;
    std::string piece;
    size_t piece_points = 1;
    if (point.cp < 0) {
      piece = fmt::format("\\u{{{:x}}}", static_cast<unsigned char>(text[at]));
    } else if (unsafe(point.cp) || marks > most_marks) {
      piece = fmt::format("\\u{{{:x}}}", static_cast<uint32_t>(point.cp));
    } else {
      piece.assign(text.substr(at, point.size));
    }
    if (piece.front() == '\\' && piece.size() > 1) piece_points = piece.size();
    if (at_most && points + piece_points > at_most) {
      out.resize(cut_at);
      return out + "…";
    }
    out += piece;
    points += piece_points;
    if (points < at_most) cut_at = out.size();
    at += point.size;
  }
  return out;
}

std::string ticked(std::string_view text) { return "`" + printable(text, 60) + "`"; }

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Point point = point_at(text, at);
    switch (point.cp) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      case '\n':
      case '\t': out += static_cast<char>(point.cp); break;
      default:
        if (point.cp < 0 || unsafe(point.cp)) out += printable(text.substr(at, point.size));
        else out += text.substr(at, point.size);
    }
    at += point.size;
  }
  return out;
}

size_t width(std::string_view text) {
  size_t columns = 0;
  for (size_t at = 0; at < text.size();) {
    const Point point = point_at(text, at);
    columns += point_width(point.cp);
    at += point.size;
  }
  return columns;
}

std::string pad(std::string_view text, size_t columns, bool right) {
  if (columns == 0) return "";
  std::string shown(text);
  size_t used = width(text);
  if (used > columns) {
    used = 0;
    size_t at = 0;
    while (at < text.size()) {
      const Point point = point_at(text, at);
      const size_t more = point_width(point.cp);
      if (used + more > columns - 1) break;
      used += more;
      at += point.size;
    }
    shown = std::string(text.substr(0, at)) + "…";
    ++used;
  }
  const std::string blanks(columns - used, ' ');
  return right ? blanks + shown : shown + blanks;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out;
  for (size_t from = 0;;) {
    const size_t to = text.find(at, from);
    if (to == std::string_view::npos) {
      out.emplace_back(text.substr(from));
      return out;
    }
    out.emplace_back(text.substr(from, to - from));
    from = to + 1;
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i) out += between;
    out += parts[i];
  }
  return out;
}

std::string trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const size_t from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos) return "";
  return std::string(text.substr(from, text.find_last_not_of(blanks) - from + 1));
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool contains(const std::vector<std::string>& list, std::string_view one) { return std::find(list.begin(), list.end(), one) != list.end(); }
void add_once(std::vector<std::string>& list, const std::string& one) {
  if (!contains(list, one)) list.push_back(one);
}

bool valid_name(std::string_view name) {
  if (name.empty() || name.size() > 80) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool first = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!first && (i == 0 || (c != '.' && c != '_' && c != '-'))) return false;
  }
  return true;
}

}  // namespace inquest
