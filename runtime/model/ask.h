// Ask: one question to a source, resolved: every name bound, every window absolute. Outcome: how a fetch ended.
// SPDX-License-Identifier: Apache-2.0
//
// An ask says what is wanted (`kind` is a row of the catalogue: metric.memory, spans.slowest, logs.templates, or a
// native one: promql, ppl, …); where it is computed is the connector's affair. `args` are the options of its row, bound.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/model/window.h"

namespace inquest {

struct Ask {
  std::string state;                    // "metrics"
  std::string name;                     // "memory"; the frame is "metrics.memory"
  std::string kind;                     // "metric.memory"
  std::string signal;                   // "metrics" | "spans" | "logs"
  Map args = {};                        // limit, by, traces, as, …
  std::string native = {};              // text of a native ask, `$name` still in it; values in `names`
  Map names = {};                       // values for `$name` in native text
  Scope scope = {};                     // effective: names lifted by `outside` are already gone
  std::optional<Window> then = {};      // the earlier window under `against`; scope.window is the later one ("now")
  std::vector<std::string> outside = {};
  Map where = {};                       // kind, status, body = like "…", or attributes
  std::string from = {};                // source named by the author; empty = the source of the signal
  // Set when a name that the ask needs is unknown (about a finding that is absent): it is not sent, its frame is unknown.
  std::vector<std::string> unknown_names = {};
  std::string frame() const { return state + "." + name; }
  bool operator==(const Ask&) const = default;
};
Json ask_json(const Ask& ask);
Result<Ask> json_ask(const Json& json);
std::string print_ask(const Ask& ask);  // metric.memory {…} [service=x] 10:28:39–11:06:29

// How a fetch of one ask ended. Never an empty frame in place of an error.
struct Failure {
  enum class Class { unreachable, timeout, refused, rejected, overloaded, malformed, too_large, scope, unsupported, unknown_name, cancelled, internal };
  Class cls = Class::internal;
  std::string cause;  // one line for people
  std::string cure = {};
  bool operator==(const Failure&) const = default;
};
const char* failure_name(Failure::Class cls);
std::optional<Failure::Class> failure_class(std::string_view name);

struct RetryLater {
  Duration after;
  std::string cause;
};

template <class T>
using Outcome = std::variant<T, RetryLater, Failure>;  // a partial answer is a T that carries its own mark

// Marks of an answer: three things that are not the same. Only `partial` weakens a finding.
struct Marks {
  std::string limited = {};      // "100 of 9 214 traces, slowest first": as the ask itself said
  std::string approximate = {};  // "log histogram, relative error 0.8 %"
  std::string partial = {};      // something that should be there is not
  std::vector<std::string> notes = {};  // "not narrowed by operation", "3 bad lines skipped (traces.jsonl:17 …)"
  bool operator==(const Marks&) const = default;
};
Json marks_json(const Marks& marks);
Marks json_marks(const Json& json);

}  // namespace inquest
