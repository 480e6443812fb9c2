// Contrast: attributes of slow and fast spans, counted by the server; what the rounds gather and the frame tells.
// SPDX-License-Identifier: Apache-2.0
//
// Rounds: the populations (service, namespace, operation) of both windows; of each how many spans have which attribute
// with how many values, and its durations over time as cells, from which the limit of every bucket of time follows (the
// upper edge of the log bucket that holds the median of its stretch: rows equal to the median are fast); then the values
// of slow and fast spans; then, of the few values that differ most, how many times longer their spans take. With
// `slower_than` the limit is that duration, and neither cells nor times are asked for.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/connectors/opensearch/agg_attributes.h"
#include "runtime/connectors/opensearch/agg_group.h"
#include "runtime/connectors/opensearch/agg_script.h"

namespace inquest::opensearch::contrasted {

using Side = std::array<int64_t, 2>;     // fast, slow

// How an attribute is told.
enum class As : uint8_t { absent, values, numbers, identifier };  // identifier: left out, as lists are

// Spans of one population in one window.
struct Counts {
  int64_t spans = 0;
  Side rows{0, 0};                       // with a time and a duration
  std::vector<int64_t> limits;           // ns, per bucket of time
  std::vector<int> strata;               // per bucket of time
  std::map<std::string, std::map<std::string, Side>> values;      // attribute → value → counts
  std::map<std::string, Side> with;      // numeric attribute → spans that have it
  struct Number { double number = 0; int stratum = 0; bool slow = false; int64_t count = 0; };
  std::map<std::string, std::vector<Number>> numbers;             // now only
};

struct Population {
  std::optional<std::string> service, namespace_;
  std::string operation;
  Json filter;                           // of its spans, without window
  std::vector<As> as;                    // per attribute of the Work
  std::map<std::pair<std::string, std::string>, double> times;    // attribute, value → ContrastBuilder's `times`
  std::set<std::string> parsed;          // attributes whose keywords read as numbers
  std::array<Counts, 2> parts;             // now, then
};

constexpr size_t buckets_of_time = 60, most_strata = 12;

// Limits and strata from cells (packed as Scripts::cell packs them) and the counts of each.
void set_limits(const std::vector<std::pair<int64_t, int64_t>>& cells, Counts& rows);

// Rows of the frame; `ranked`: with z, effect and split of numbers (without slower_than).
void put_rows(FrameBuilder& frame, const Population& population, bool ranked, bool against, double least, int64_t& left_out);
void add_columns(FrameBuilder& frame, bool ranked);

}  // namespace inquest::opensearch::contrasted
