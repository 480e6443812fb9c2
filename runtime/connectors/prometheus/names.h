// Names: what OTLP metrics and attributes are called in Prometheus, text as PromQL literals, and which of a server's names fit.
// SPDX-License-Identifier: Apache-2.0
//
// A name with a dot, or without an underscore, is an OTLP name and is translated (opentelemetry.io, "Prometheus and
// OpenMetrics Compatibility"; prometheus/otlptranslator): what no Prometheus name may hold becomes `_`, the unit is
// appended in words unless it is there, counters end in `_total`, gauges of unit 1 in `_ratio`. Other names stand as they
// are scraped. Servers of the 3.x line may keep dots (UTF-8 names) and leave suffixes out; fitting_names() knows all four
// strategies. The only place of these rules; the report writes dashboards with them, the connector asks with them.
//
// Pure functions; no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/model/catalogue.h"

namespace inquest::prometheus {

// The name of one generation, without _bucket, _count, _sum: process.cpu.time (sum, s) → process_cpu_time_seconds_total.
std::string metric_name(const MeasureName& name);
std::string label_name(std::string_view attribute);       // http.route → http_route
bool is_translated(std::string_view metric);              // stands as it is scraped: no dot, but an underscore
// The parts of a name between what no Prometheus name may hold; `_` separates too.
std::vector<std::string> parts_of(std::string_view name);

std::string unit_word(std::string_view unit);             // "ms" → "milliseconds"; empty for 1, {call} and unknown ones
// The unit (UCUM) that a Prometheus name says in its last word (before _total): "By" of x_bytes; empty when it says none.
std::string unit_in(std::string_view metric);

// A string literal with its quotes: no text can end it early. Control characters and bytes that are not UTF-8 are \x..,
// the rest stands as it is (strutil.Unquote of Prometheus reads it back byte for byte).
std::string literal(std::string_view text);
// A regular expression (RE2) that only `text` matches. No label holds bytes that are not UTF-8: such a text matches nothing.
std::string regex_literal(std::string_view text);
// A pattern of a measure file as a regular expression: `a|b` either, `5*` a prefix, `*` anything but nothing.
std::string regex_pattern(std::string_view pattern);
bool classic_label(std::string_view name);                // [a-zA-Z_][a-zA-Z0-9_]*: needs no quotes
bool classic_metric(std::string_view name);               // the same and ':'

// Those of `known` (sorted) that are this name under any translation: the exact one first, then with other units or
// without suffixes. Of histograms the base name (x of x_bucket, x_count); never a counter (`_total`) for a gauge.
std::vector<std::string> fitting_names(const MeasureName& name, const std::vector<std::string>& known);
// The same for a name whose kind and unit are not known: all of them.
std::vector<std::string> all_fitting_names(const std::string& metric, const std::vector<std::string>& known);
// Base name of a series of a histogram or summary (x of x_bucket, x_sum, x_count); empty for another name.
std::string_view base_of(std::string_view series);

}  // namespace inquest::prometheus
