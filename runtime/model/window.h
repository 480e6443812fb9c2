// Window: a half-open stretch of absolute time; phrases that say windows in a SOP; Scope: what limits an ask.
// SPDX-License-Identifier: Apache-2.0
//
// [from, to) in nanoseconds UTC. Phrases are a closed list, parsed when the SOP is read and made absolute when the ask
// is emitted: for a context's `window` 1h | before $t | after $t | 10m around $t ("$window" alone = a bound duration);
// for `against` before $t | 7d earlier.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/model/value.h"

namespace inquest {

struct Window {
  Time from, to;
  auto operator<=>(const Window&) const = default;
  bool empty() const { return to <= from; }
  bool contains(Time t) const { return from <= t && t < to; }
  Duration length() const {  // at most what a Duration can hold
    int64_t ns = 0;
    if (__builtin_sub_overflow(to.ns, from.ns, &ns)) ns = to.ns < from.ns ? INT64_MIN : INT64_MAX;
    return {ns};
  }
};
std::string print_window(const Window& window);   // 2026-11-21 10:28:39 – 11:06:29 UTC (37m50s)
Json window_json(const Window& window);           // {"from":"…Z","to":"…Z"}
Result<Window> json_window(const Json& json);
Window cut(const Window& window, const Window& to);  // what both have; empty where they do not meet

struct Phrase {
  enum class Kind { last, before, after, around, earlier } kind = Kind::last;
  std::optional<Duration> duration = {};  // of last, around, earlier
  std::string name = {};                  // of before, after, around; for last: "window" when written "$window"
  bool operator==(const Phrase&) const = default;
};
Result<Phrase> parse_phrase(std::string_view text, bool against);   // `against` chooses which list is legal
std::string print_phrase(const Phrase& phrase);

// The absolute window that a phrase means inside `outer`. nullopt: the name is unbound or no time.
// last/around/before/after are cut to `outer`; `before $t` is [outer.from, t); `after $t` is [t, outer.to);
// `10m around $t` is [t - 10m, t + 10m); `7d earlier` is outer shifted back.
std::optional<Window> resolve(const Phrase& phrase, const Window& outer, const Names& names);

// What limits every ask of a context. Names are service, namespace, instance, version, operation; absent = not narrowed.
struct Scope {
  Window window;
  std::map<std::string, std::string> names;
  auto operator<=>(const Scope&) const = default;
};
Json scope_json(const Scope& scope);
Result<Scope> json_scope(const Json& json);
const std::vector<std::string>& scope_names();    // the closed list, in the order above

}  // namespace inquest
