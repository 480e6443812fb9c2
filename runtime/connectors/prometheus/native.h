// Native asks: `promql [[…]]` as range queries over the windows of the ask.
// SPDX-License-Identifier: Apache-2.0
//
// The text is sent with every `$name` bound as a literal (promql.h); the windows and the step are parameters. The step is
// the smallest round one that gives at most 500 points over a window; two windows (`against`) have the same. Points lie at
// from, from + step, … before `to`. Answers: `as = "series"`: a frame of shape series (service and its like from the
// labels, or from the scope where the text used that name and the answer does not say; other labels stay labels); else a
// table of labels, time and value. Native histograms are read as their mean. Pure; no state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/connectors/http/http.h"
#include "runtime/connectors/otlp/asking.h"
#include "runtime/connectors/prometheus/promql.h"
#include "runtime/connectors/prometheus/samples.h"

namespace inquest::prometheus {

struct NativePlan {
  std::string text;                        // bound; unbound names stay as $name
  std::vector<std::string> unbound;
  std::optional<Error> error;
  int64_t step_ms = 0;
  std::vector<http::Request> requests;     // one a window, in the order of stretches()
  std::string cost;                        // "at most 463 points a series"
};
NativePlan plan_native(const Ask& ask);

// Smallest round step that cuts `length_ms` into at most `most` points.
int64_t round_step_ms(int64_t length_ms, int64_t most);

FramePtr native_frame(const Ask& ask, const std::vector<std::vector<Samples>>& windows, const std::map<std::string, std::string>& aliases);

}  // namespace inquest::prometheus
