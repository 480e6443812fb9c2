// Spread: points of exponential histograms and summaries laid out on the buckets and quantiles of their stream.
// SPDX-License-Identifier: Apache-2.0
//
// Exponential histograms (opentelemetry-proto metrics.proto, ExponentialHistogramDataPoint): bucket i of scale s holds
// (base^i, base^(i+1)] with base = 2^(2^-s), negative ones mirrored, what is at most the zero threshold away from 0 apart.
// Two buckets of scale s are one of s - 1, index i >> 1, so points of several scales are merged exactly to the coarsest.
// Both fill columns of `stream` for the `count` points whose rows stand in `rows`, in that order.
// Thread rule: functions of their arguments.
#pragma once

#include "runtime/connectors/otlp_decode.h"

namespace inquest::otlp {

constexpr size_t most_exponential_buckets = 320;  // of a stream; twice what an SDK keeps of a point
constexpr size_t most_quantiles = 64;             // of a stream: what it tells beyond them is left out

// bounds, buckets, relative_error.
void spread_exponential(Stream& stream, const Points& points, const uint32_t* rows, size_t count);
// quantiles, quantile_values.
void spread_quantiles(Stream& stream, const Points& points, const uint32_t* rows, size_t count);

}  // namespace inquest::otlp
