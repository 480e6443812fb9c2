// Began anew: whether a process was restarted between two samples, by counters that begin at zero with it.
// SPDX-License-Identifier: Apache-2.0
//
// A measure names the metrics that tell (Measure::restarts): a counter that falls, a start time or a count of restarts
// that rises. They belong to a series when they come from the same resource, or from one of the same head with an
// instance. A cumulative counter also tells by its start time when that lies after its sample before; so do the streams
// of the series themselves, but only that the process began anew: a start time that stays proves nothing, for whoever
// reads from outside gives its own. A counter that falls at more than a quarter of its samples is several in one stream
// and tells nothing.
// Thread rule: immutable after construction; refers to the metrics it was made of.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/connectors/otlp/measures.h"

namespace inquest::otlp {

enum class Anew : int8_t { unknown = -1, no = 0, yes = 1 };

class BeganAnew final {
 public:
  // Without Resolution::restarts nothing is ever told.
  BeganAnew(const Metrics& metrics, const Resolution& measure, const Aliases& aliases);
  bool tells() const { return !measure_.restarts.empty(); }
  // One an instant of `times` (ascending): between the one before and it. The first is unknown.
  std::vector<Anew> at(const std::vector<const Taken*>& series, const std::vector<int64_t>& times) const;

 private:
  const Resolution& measure_;
  struct Counter { const Stream* stream; bool rises; };
  std::vector<Counter> counters_;
  std::map<uint32_t, std::vector<size_t>> of_resource_;
  std::map<std::string, std::map<Head, std::vector<size_t>>> of_head_;   // per `service_from` of a name; with an instance
};

}  // namespace inquest::otlp
