// Pushdown: above the budget of samples the server computes over steps what we would over samples.
// SPDX-License-Identifier: Apache-2.0
//
// Gauges become means of a step, counters and histograms what they increased by in a step, each summed over the labels
// that the ask would sum anyway, so that the frame has the same columns. The server's increase() extrapolates to the ends
// of a step, so the answer is approximate and marked so: what a counter held at its first sample is not seen, and writers
// that take turns in one series are not told apart. What tells of restarts is the least (or greatest) value of a step.
//
// Steps: `every` of the ask, else 240 a window; at least four of the samples' own intervals, since what increased between
// two samples must be seen; wider where series × steps would be more than the budget. One range query gives at most 11 000
// points a series (Prometheus' limit): longer ones are split. What is changed is told in `notes`.
// A step k covers [from + k·step, from + (k + 1)·step): evaluated at its last millisecond. Pure; no state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/connectors/http/http.h"
#include "runtime/connectors/prometheus/plan.h"

namespace inquest::prometheus {

constexpr int64_t most_points = 11'000;

struct Pushed {
  struct One {
    http::Request request;
    std::string name;                      // of the series: aggregation drops it
    std::string expression;
  };
  int64_t step_ms = 0;
  std::vector<One> queries;
  Plan plan;                               // as `plan`, with the kinds that the answers have
  std::vector<std::string> notes;
};

struct Budget {
  double samples = 0, series = 0;          // counted by the server, as they are stored
  double groups = 0;                       // series that remain, counted by the server (groups_request)
  int64_t most = 1'000'000;                // points that may come back
};
http::Request groups_request(const Ask& ask, const Resolution* measure, const Plan& plan, const Layout& layout);
// nullopt: even the fewest steps are over the budget.
std::optional<Pushed> push_down(const Ask& ask, const Resolution* measure, const Plan& plan, const Layout& layout, const Budget& budget);

}  // namespace inquest::prometheus
