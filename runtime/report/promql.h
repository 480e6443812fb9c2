// PromQL of a measure: every name that it has, by the rules that turn OTLP names into Prometheus names, joined with `or`.
// SPDX-License-Identifier: Apache-2.0
//
// A source has the metrics of some generations, and which ones is known only there; an expression that is written ahead
// of time therefore asks for all of them, newest first, and `or on (service)` takes per service the first that has
// samples, as the measure itself says. A name with a dot, or without an underscore, is an OTLP name and is translated
// (opentelemetry.io, "Prometheus and OpenMetrics Compatibility"; prometheus/otlptranslator, UnderscoreEscapingWithSuffixes):
// what no Prometheus name may hold becomes `_`, the unit is appended in words unless it is there, counters end in
// `_total`, gauges of unit 1 in `_ratio`. Other names stand as they are scraped.
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

// The name of one generation in Prometheus, without _bucket, _count, _sum: process.cpu.time (sum, s) →
// process_cpu_time_seconds_total.
std::string prometheus_name(const MeasureName& name);
std::string prometheus_label(const std::string& attribute);       // http.route → http_route
std::string promql_text(const std::string& text);                 // a string literal with its quotes
std::string promql_regex(const std::string& text);                // text that a regular expression takes literally

// Gauges as they are, counters and histograms as rates per second, error rates as a share; in the measure's unit.
std::string promql_of(const Measure& measure, const PromqlScope& scope);
// A quantile of a measure whose names are histograms, in the measure's unit; empty when none is.
std::string promql_quantile(const Measure& measure, const PromqlScope& scope, double quantile);
// metric.named: gauge, counter or histogram is not known ahead of time, so each form of the name is asked for.
// `reduce`: sum, max, min, mean or avg of what shares the labels that are kept.
std::string promql_named(const std::string& metric, const std::string& reduce, const PromqlScope& scope);

}  // namespace inquest
