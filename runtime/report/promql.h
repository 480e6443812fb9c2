// PromQL of a measure: every name that it has, by the rules that turn OTLP names into Prometheus names, joined with `or`.
// SPDX-License-Identifier: Apache-2.0
//
// A source has the metrics of some generations, and which ones is known only there; an expression that is written ahead
// of time therefore asks for all of them, newest first, and `or on (service)` takes per service the first that has
// samples, as the measure itself says. The rules of names stand in runtime/connectors/prometheus/names.h.
//
// Pure functions. Dashboard variables stay in the text: `$__rate_interval`, and those that PromqlScope names.
#pragma once

#include <string>
#include <vector>

#include "runtime/model/catalogue.h"

namespace inquest {

struct PromqlScope {
  std::string service_label = "$service_label";  // the label that names the service: service_name, or job
  std::string service = "$service";              // regular expression of services; empty: all
  std::vector<std::string> by = {};              // attributes that are kept beside service and instance
  std::string offset = {};                       // "7d": the same, that much earlier
};

// Gauges as they are, counters and histograms as rates per second, error rates as a share; in the measure's unit.
std::string promql_of(const Measure& measure, const PromqlScope& scope);
// A quantile of a measure whose names are histograms, in the measure's unit; empty when none is.
std::string promql_quantile(const Measure& measure, const PromqlScope& scope, double quantile);
// metric.named: gauge, counter or histogram is not known ahead of time, so each form of the name is asked for.
// `reduce`: sum, max, min, mean or avg of what shares the labels that are kept.
std::string promql_named(const std::string& metric, const std::string& reduce, const PromqlScope& scope);

}  // namespace inquest
