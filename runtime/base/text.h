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
// "did you mean `x`?" or "known: a, b, c and 5 more" (the first `show` of them); empty when nothing is known.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known, size_t show = 8);

// C0, C1, ESC, DEL, bidi controls, zero-width and other invisible code points, unassigned ones, the fifth and later
// combining mark on one letter, and bytes that are not UTF-8 as \u{..} escapes; newline and tab too. The result is valid
// UTF-8 and never longer than `at_most` code points ("…" ends a cut text); 0 = no limit.
std::string printable(std::string_view text, size_t at_most = 0);
std::string ticked(std::string_view text);         // `text` between back ticks, printable, at most 60 code points
std::string escape_html(std::string_view text);    // & < > " ' and what printable escapes; newline and tab stay
size_t width(std::string_view text);               // columns on a terminal (utf8proc)
std::string pad(std::string_view text, size_t columns, bool right = false);  // cut with … or filled with blanks

// Numbers for people, by unit: "By" → 568 MB (powers of 1000; By/s too), "s", "ms", "us", "ns" → 1.84 s, 2 min 3 s,
// "ratio" → x16, x1.8, "share"/"1" → 12 % of 0.12, anything else → 1 235 unit (braces of UCUM dropped). Three
// significant digits, trailing zeros dropped, the whole part always complete.
std::string human(double value, std::string_view unit);
std::string human_ns(int64_t ns);                  // 1.5 ms, 2 min 3 s
std::string count(int64_t n);                      // 27 953, 1 234: groups of three, plain blank
double round12(double value);                      // to 12 significant digits; what findings are rounded to
std::string shortest(double value);                // shortest text that reads back to the same double; NaN, +Inf, -Inf

std::vector<std::string> split(std::string_view text, char at);  // n separators give n + 1 parts
std::string join(const std::vector<std::string>& parts, std::string_view between);
std::string trim(std::string_view text);
std::string lower(std::string_view text);          // ASCII
bool contains(const std::vector<std::string>& list, std::string_view one);  // linear: short lists
void add_once(std::vector<std::string>& list, const std::string& one);      // when it is not there yet
bool valid_name(std::string_view name);            // [a-z0-9][a-z0-9._-]{0,79}: names of SOPs, states, files

// Code not_found when there is none, io for a directory, a file above `at_most` bytes or a failed read.
Result<std::string> read_file(const std::string& path, size_t at_most = size_t{64} << 20);
// Whole or not at all: a temporary file in the same folder, fsync, rename. A link stays a link; a device or pipe is
// written into.
Status write_file(const std::string& path, std::string_view content, int mode = 0644);

}  // namespace inquest
