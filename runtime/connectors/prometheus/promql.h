// PromQL as typed parts: matchers, selectors, ranges; and native text with `$name` bound as literals.
// SPDX-License-Identifier: Apache-2.0
//
// Values enter a query through Matcher, number() and bind_native() only. A matcher prints its value through literal(), so
// that no value can leave its literal; a label or metric name that is not a plain one is quoted too (UTF-8 names of 3.x).
// Ranges are whole milliseconds, Prometheus' own resolution. Pure functions; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/model/value.h"
#include "runtime/model/window.h"

namespace inquest::prometheus {

struct Matcher {
  enum class Op : uint8_t { equal, not_equal, match, not_match } op = Op::equal;
  std::string label, value;                       // of match and not_match: a regular expression (RE2), anchored by the server
  bool operator==(const Matcher&) const = default;
  std::string print() const;                      // label="value"
};
Matcher is(std::string label, std::string value);
Matcher is_not(std::string label, std::string value);
Matcher matches(std::string label, std::string regex);
Matcher one_of(std::string label, const std::vector<std::string>& values);  // equal for one, else an alternation of literals

// `names`: the metrics; several become a matcher of __name__.
std::string selector(const std::vector<std::string>& names, const std::vector<Matcher>& matchers);

// Milliseconds [first, last], both held: what a window says, in the server's resolution. Empty when last < first.
struct Span {
  int64_t first_ms = 0, last_ms = 0;
  bool empty() const { return last_ms < first_ms; }
  int64_t length_ms() const { return last_ms - first_ms + 1; }
  bool operator==(const Span&) const = default;
};
Span span_of(const Window& window);               // [from, to) → the whole milliseconds inside it
// An instant query at last_ms of `selector[range()]` gives the samples of the span and, before 3.0, where ranges are
// closed on the left, one that lies a millisecond before it.
std::string range(const Span& span);              // "[2345000ms]"
std::string duration_text(int64_t ms);            // 60s, 1500ms: a literal that every version reads
std::string time_text(int64_t ms);                // 2026-11-21T10:28:39.123Z: exact, where float seconds may lose one
std::string number(double value);                 // 0.5, +Inf, NaN as PromQL writes them

// Native text with every `$name` replaced: text as a quoted literal (inside quotes: escaped for them; after =~ and !~ as a
// regular expression that only it matches), numbers and durations as such, times as unix seconds, lists as an alternation
// of literals. What `names` does not hold stays as `$name` and is named in `unbound`. Errors: a text inside backticks
// that these cannot hold.
Result<std::string> bind_native(std::string_view text, const Map& names, std::vector<std::string>* unbound = nullptr);

}  // namespace inquest::prometheus
