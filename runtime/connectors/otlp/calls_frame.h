// Edges of the call graph, and the frame that they make: one for files and for servers that join spans themselves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/connectors/otlp/asking.h"

namespace inquest::otlp {

// What a client span without a server span behind it says that it called, the first attribute that is there.
struct Peer { const char* attribute; const char* kind; };
inline constexpr Peer peers[] = {{"peer.service", "service"}, {"db.system.name", "database"}, {"db.system", "database"},
                                 {"messaging.system", "messaging"}};

struct CallEdge {
  size_t stretch = 0;                                    // of stretches()
  std::optional<std::string> caller, callee;
  std::string operation, kind;
  auto operator<=>(const CallEdge&) const = default;
};
struct CallSums {
  int64_t count = 0, errors = 0, sum = 0;                // sum: of durations, nanoseconds
  void operator+=(const CallSums& other) { count += other.count, errors += other.errors, sum += other.sum; }
};

// A row an edge, in their order: caller, callee, operation, count, errors, sum, callee_kind, and window where the ask has
// `against`. `orphans`: spans whose parent is not recorded, told in a note.
FrameBuilder calls_frame(const Ask& ask, const std::vector<Stretch>& stretches, const std::map<CallEdge, CallSums>& edges, int64_t orphans);

}  // namespace inquest::otlp
