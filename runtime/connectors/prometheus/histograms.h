// Histograms: series of buckets, native histograms and quantiles as the points of streams.
// SPDX-License-Identifier: Apache-2.0
//
// Classic: buckets hold what is at most `le`, added up from below; points of OTLP hold each bucket for itself. Native:
// populated buckets with their bounds, whose resolution may change between points; their common bounds are those that lie
// inside no populated bucket of any point, so that no count has to be split. Pure; no state.
#pragma once

#include <utility>
#include <vector>

#include "runtime/connectors/otlp/store.h"
#include "runtime/connectors/prometheus/samples.h"

namespace inquest::prometheus {

struct Classic {
  std::vector<std::pair<double, const Samples*>> buckets;  // by upper bound; the same bound may come in two spellings
  const Samples* sum = nullptr;
  const Samples* count = nullptr;
};

// Streams of kind histogram without names, resource and start: one for each set of bounds. Times without a count (neither
// _count nor the last bucket) go to `incomplete`, buckets that hold less than the one below to `falling`.
std::vector<otlp::Stream> classic_streams(const Classic& classic, size_t& incomplete, size_t& falling);

// Fills kind, bounds, time, value, count and buckets (at most 320 buckets: neighbours are joined).
void put_native(const std::vector<Histogram>& points, otlp::Stream& stream);

// A summary: quantiles at the times of its count.
void put_summary(const Classic& classic, std::vector<std::pair<double, const Samples*>> quantiles, otlp::Stream& stream);

}  // namespace inquest::prometheus
