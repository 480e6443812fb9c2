// Measures: which streams of a directory answer to a measure, and under which series.
// SPDX-License-Identifier: Apache-2.0
//
// Per service the first name of the measure that it has is taken, never a mix. A stream answers to a name when the metric
// is called so, its kind fits (gauge: a gauge or a sum that may fall, so that a counter of bytes ever allocated is never
// memory in use; sum: a counter; histogram: anything with a count), `select` and `only` hold, and it has a service: of
// the point, else of the resource, else of `service_from`. Values of conditions: `a|b` either, `5*` a prefix, `*` anything.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/connectors/otlp/asking.h"
#include "runtime/connectors/otlp/tracks.h"

namespace inquest::otlp {

// A stream taken for a measure: whose it is and under which labels.
struct Taken {
  const Stream* stream = nullptr;
  const MeasureName* name = nullptr;       // null for metric.named
  Head head;
  std::map<std::string, std::string> labels;
  std::string operation;                   // span name, route or method; empty when the stream does not say
  bool failed = false;                     // counts failed calls (error_when)
  double scale = 1;                        // value × scale = the unit of the measure
};

// Whose a stream is: the point's own service name goes before the resource's (span metrics of older Collectors); `name`
// may be null, then nothing but the resource and the point say it.
Head head_of_stream(const Metrics& metrics, const Stream& stream, const MeasureName* name, const Aliases& aliases,
                    const std::vector<std::string>& identity);

bool value_fits(std::string_view pattern, std::string_view value);

// Names of metrics in the directory, sorted, each once.
std::vector<std::string> metric_names(const Metrics& metrics);
Resolution resolve_in(const Metrics& metrics, const Measure& measure, const Aliases& aliases);

// The streams of a resolved measure in the scope of the ask, in the order of the table. `by`: attributes kept as labels
// although the measure would sum them.
std::vector<Taken> take(const Metrics& metrics, const Resolution& measure, const Ask& ask, const Aliases& aliases);
// The streams of one metric by its own name; attributes are labels unless `by` says which.
std::vector<Taken> take_named(const Metrics& metrics, const std::string& name, const Ask& ask, const Aliases& aliases);

// Factor from one unit to another; nullopt when they do not measure the same.
std::optional<double> unit_factor(std::string_view from, std::string_view to);

}  // namespace inquest::otlp
