// Painless: the constant scripts of our aggregations. Names of fields and numbers are parameters, never part of the text.
// SPDX-License-Identifier: Apache-2.0
//
// All integer arithmetic, so that a bucket is the one that loghist.h computes. Every value is guarded: a document without
// the field gives no value. Where a layout has neither a duration nor times finer than milliseconds (SS4O mapped as `date`)
// the times are read from `_source`, which is exact and costs the server about 25 µs a span; `exact` = false: to the
// millisecond, from doc values.
// Pure.
#pragma once

#include "runtime/connectors/opensearch/layout.h"

namespace inquest::opensearch {

class Scripts final {
 public:
  explicit Scripts(const Layout& layout, bool exact = true);
  // Whether scripts may be used and the layout has what they need.
  bool possible() const { return possible_; }
  bool from_source() const { return from_source_; }
  bool rough() const { return rough_; }                // durations to the millisecond only
  // Values; {"source", "lang", "params"}.
  Json duration() const;                               // ns, of spans that end before they start 0
  Json skewed() const;                                 // 1 of spans that end before they start, else 0; from doc values
  Json since(int64_t from) const;                      // start − from, ns
  // (start − from) / width × 8192 + log bucket + 1; `time_halved`, `log_halved`: how often buckets were joined.
  Json cell(const Window& window, int64_t width, int time_halved = 0, int log_halved = 0) const;
  Json time_bucket(const Window& window, int64_t width) const; // (start − from) / width
  // from, until, width, last and strict: of scripts that call slot(t, params), the bucket of a time in the window. Times
  // that the index keeps roughly may lie a little outside: they count to the first or last bucket; those read from
  // documents are exact, and what is outside is left out (−1).
  Json slots(const Window& window, int64_t width) const;
  // Of a span longer than the limit of its bucket of time 2 × stratum + 1, else 2 × stratum; one bucket beyond the last is the last.
  // Duration over the limit of its bucket of time.
  Json relative(const Window& window, int64_t width, const std::vector<int64_t>& limits) const;
  Json side(const Window& window, int64_t width, const std::vector<int64_t>& limits, const std::vector<int>& strata) const;
  // Texts for scripts of more than one value: functions `start(doc, params, source)`, `took(…)`, of no value Long.MIN_VALUE.
  const std::string& functions() const { return functions_; }
  const Json& params() const { return params_; }
  Json script(const std::string& body, Json more = Json::object()) const;

 private:
  bool possible_ = false, from_source_ = false, rough_ = false;
  std::string functions_;
  Json params_ = Json::object();
};

// A number by sign, exponent and ten bits of its mantissa (whole numbers below 2 048 exactly), and back.
Json number_script(const std::string& field, bool parsed);
Json value_script(const std::string& field);             // the number that a keyword reads as
double number_of(int64_t key);

constexpr int64_t most_counted = 500'000;             // spans that one script counts
constexpr int64_t cell_buckets = 8192;                 // log buckets are −1 to 4 031
constexpr int64_t most_from_source = 300'000;          // documents that the server is asked to read, not more

}  // namespace inquest::opensearch
