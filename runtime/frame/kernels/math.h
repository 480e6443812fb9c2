// Arithmetic of the kernels that gives the same bits on every machine: only + − × ÷ √, no libm.
// SPDX-License-Identifier: Apache-2.0
//
// Accuracy: log2_, exp2_ within 2e-15 relative; normal_tail within 1e-12 relative down to z = 30; Fisher within 1e-7
// relative up to counts of 10 million (math_test and the oracle compare with scipy).
// Sources: log2 by the series of artanh (Abramowitz & Stegun 4.1.27); normal tail 26.2.10 (series) and 26.2.14
// (continued
// fraction); ln n! by Stirling 6.1.41; Mann & Whitney 1947 with tie and continuity correction, as scipy's
// mannwhitneyu(method="asymptotic"); Fisher two-sided as the sum of all tables at most as likely, as scipy's
// fisher_exact.
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <vector>

namespace inquest {

double log2_(double x);                  // −∞ for 0, NaN below
double exp2_(double x);                  // 0 below −1080, +∞ from 1024
double exp_(double x);                   // e^x by exp2_
double normal_tail(double z);            // P(Z > z), standard normal
double log2_factorial(int64_t n);

// The table {{a, b}, {c, d}} with fixed margins; counts ≥ 0. 1 when a margin is 0.
struct Fisher { double two_sided = 1, greater = 1; };   // greater: P(first cell ≥ a)
Fisher fisher(int64_t a, int64_t b, int64_t c, int64_t d);

// P under which k of n would be at least as unlikely, each with chance q (exact, two-sided, as scipy's binomtest). 1
// for n = 0.
double binomial_p(int64_t k, int64_t n, double q);

// Two samples, finite values. z > 0: the second sample is larger. p two-sided; 1 when either is empty or all are equal.
struct RankTest { double z = 0, p = 1; };
RankTest mann_whitney(const std::vector<double>& first, const std::vector<double>& second);

// Ranks from 1, ties share the mean.
std::vector<double> ranks(const std::vector<double>& values);
double pearson(const std::vector<double>& x, const std::vector<double>& y);   // 0 when one is constant or n < 3
double spearman(const std::vector<double>& x, const std::vector<double>& y);

double median(std::vector<double> values);               // mean of the middle two; 0 for none
// Median absolute deviation from `centre` × 1.4826: comparable with a standard deviation for normal noise.
double mad(std::vector<double> values, double centre);
// Nearest-rank quantile, the smallest value with at least q of all at or below it (numpy "inverted_cdf"); reorders.
double quantile_of(std::vector<double>& values, double q);

}  // namespace inquest
