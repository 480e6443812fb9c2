// Text for people: nearest name, numbers, safe printing of hostile text, widths on a terminal, files.
// SPDX-License-Identifier: Apache-2.0
//
// Pure functions; none reads the locale. Telemetry is hostile text: whatever came from outside passes through
// `printable` before it reaches a terminal and `escape_html` before it reaches a page.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/error.h"

namespace inquest {

// The known name nearest to `name` by edit distance (Damerau–Levenshtein, at most a third of the length, at least 2);
// empty when none is near. Ties by order of `known`.
std::string nearest(std::string_view name, const std::vector<std::string>& known);
// "did you mean `x`?" or "known: a, b, c" (the first `show` of them and how many more).
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known, size_t show = 8);

// C0, C1, ESC, DEL, bidi overrides and invalid UTF-8 as \u{..} escapes; newline and tab too. Never longer than
// `at_most` code points ("…" ends a cut text); 0 = no limit.
std::string printable(std::string_view text, size_t at_most = 0);
std::string escape_html(std::string_view text);    // & < > " ' and control characters
size_t width(std::string_view text);               // columns on a terminal (utf8proc)
std::string pad(std::string_view text, size_t columns, bool right = false);  // cut with … or filled with blanks

// Numbers for people, by unit: "By" → 568 MB (powers of 1000), "s"/"ns" → 1.84 s, "ratio" → x16, "share"/"1" → 12 %,
// anything else → 1 234.5 unit. Three significant digits.
std::string human(double value, std::string_view unit);
std::string human_ns(int64_t ns);                  // 1.5 ms, 2 min 3 s
std::string count(int64_t n);                      // 27 953: thin groups of three, plain blank
double round12(double value);                      // to 12 significant digits; what findings are rounded to
std::string shortest(double value);                // shortest text that reads back to the same double

std::vector<std::string> split(std::string_view text, char at);
std::string join(const std::vector<std::string>& parts, std::string_view between);
std::string trim(std::string_view text);
std::string lower(std::string_view text);          // ASCII
bool valid_name(std::string_view name);            // [a-z0-9][a-z0-9._-]{0,79}: names of SOPs, states, files

Result<std::string> read_file(const std::string& path, size_t at_most = size_t{64} << 20);
Status write_file(const std::string& path, std::string_view content, int mode = 0644);  // whole or not at all

}  // namespace inquest
