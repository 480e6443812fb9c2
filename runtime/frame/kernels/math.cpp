// Logarithms, tails and rank statistics from the four operations and the square root.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/math.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace inquest {

namespace {

constexpr double ln_2 = 0.693147180559945309417232121458;
constexpr double log2_e = 1.44269504088896340735992468100;
constexpr double inverse_sqrt_2pi = 0.398942280401432677939946059934;

double power_of_two(int64_t n) {  // n in [−1022, 1023]
  return std::bit_cast<double>(static_cast<uint64_t>(n + 1023) << 52);
}

}  // namespace

double log2_(double x) {
  if (std::isnan(x) || x < 0) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0) return -std::numeric_limits<double>::infinity();
  if (std::isinf(x)) return x;
  int64_t exponent = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984.0;  // 2^54
    exponent = -54;
  }
  uint64_t bits = std::bit_cast<uint64_t>(x);
  exponent += static_cast<int64_t>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffull) | 0x3ff0000000000000ull);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  const double t = (m - 1) / (m + 1), t2 = t * t;
  double sum = 0;
  for (int k = 25; k >= 1; k -= 2) sum = sum * t2 + 1.0 / k;
  return static_cast<double>(exponent) + 2 * t * sum * log2_e;
}

double exp2_(double x) {
  if (std::isnan(x)) return x;
  if (x >= 1024) return std::numeric_limits<double>::infinity();
  if (x < -1080) return 0;
  const double whole = std::floor(x + 0.5), y = (x - whole) * ln_2;
  double sum = 1;
  for (int k = 15; k >= 1; --k) sum = 1 + y * sum / k;
  int64_t n = static_cast<int64_t>(whole);
  if (n > 1023) return sum * power_of_two(1023) * power_of_two(n - 1023);
  if (n < -1022) return sum * power_of_two(-1022) * power_of_two(std::max<int64_t>(n + 1022, -1022));
  return sum * power_of_two(n);
}

double exp_(double x) { return exp2_(x * log2_e); }

double normal_tail(double z) {
  if (std::isnan(z)) return 1;
  if (z < 0) return 1 - normal_tail(-z);
  if (z > 40) return 0;
  const double density = inverse_sqrt_2pi * exp_(-z * z / 2);
  if (z < 2) {
    double term = z, sum = z;
    for (int k = 1; k < 60; ++k) {
      term *= z * z / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  double tail = z;
  for (int k = 200; k >= 1; --k) tail = z + k / tail;
  return density / tail;
}

double log2_factorial(int64_t n) {
  static const std::array<double, 256> table = [] {
    std::array<double, 256> t{};
    for (size_t i = 2; i < t.size(); ++i) t[i] = t[i - 1] + log2_(static_cast<double>(i));
    return t;
  }();
  if (n < 2) return 0;
  if (n < 256) return table[static_cast<size_t>(n)];
  const double x = static_cast<double>(n), r = 1 / x;
  const double tail = r / 12 - r * r * r / 360 + r * r * r * r * r / 1260;
  constexpr double half_log2_2pi = 1.32574806473616;
  return (x + 0.5) * log2_(x) - x * log2_e + half_log2_2pi + tail * log2_e;
}

Fisher fisher(int64_t a, int64_t b, int64_t c, int64_t d) {
  Fisher result;
  const int64_t row = a + b, other = c + d, column = a + c, n = row + other;
  if (row == 0 || other == 0 || column == 0 || column == n) return result;
  const int64_t low = std::max<int64_t>(0, column - other), high = std::min(row, column);
  const double fixed = log2_factorial(row) + log2_factorial(other) + log2_factorial(column) +
                       log2_factorial(n - column) - log2_factorial(n);
  const auto log_p = [&](int64_t x) {
    return fixed - log2_factorial(x) - log2_factorial(row - x) - log2_factorial(column - x) -
           log2_factorial(other - column + x);
  };
  const auto up = [&](int64_t x) {  // p(x + 1) / p(x)
    return static_cast<double>(row - x) * static_cast<double>(column - x) /
           (static_cast<double>(x + 1) * static_cast<double>(other - column + x + 1));
  };
  const auto sum_up = [&](int64_t from) {
    double p = 1, sum = 0;
    for (int64_t x = from; x <= high; ++x) {
      sum += p;
      if (p < sum * 1e-18) break;
      p *= up(x);
    }
    return sum;
  };
  const auto sum_down = [&](int64_t from) {
    double p = 1, sum = 0;
    for (int64_t x = from; x >= low; --x) {
      sum += p;
      if (p < sum * 1e-18) break;
      if (x > low) p /= up(x - 1);
    }
    return sum;
  };
  // The mode splits the distribution in two monotone halves.
  const int64_t mode = std::clamp(static_cast<int64_t>((static_cast<double>(row) + 1) * (static_cast<double>(column) + 1) /
                                                       (static_cast<double>(n) + 2)), low, high);
  const double here = log_p(a), at = exp2_(here);
  const double limit = here + 1.45e-7;  // equally likely up to rounding, as scipy's 1 + 1e-7
  const double above = a > mode ? at * sum_up(a) : 1 - (a > low ? exp2_(log_p(a - 1)) * sum_down(a - 1) : 0);
  result.greater = std::clamp(above, 0.0, 1.0);
  if (here >= log_p(mode) - 1e-7) return result;  // two_sided stays 1
  if (a > mode) {
    int64_t left = low - 1, right = mode;  // largest x below the mode with log_p(x) ≤ limit
    while (right - left > 1) {
      const int64_t middle = left + (right - left) / 2;
      (log_p(middle) <= limit ? left : right) = middle;
    }
    result.two_sided = at * sum_up(a) + (left >= low ? exp2_(log_p(left)) * sum_down(left) : 0);
  } else {
    int64_t left = mode, right = high + 1;
    while (right - left > 1) {
      const int64_t middle = left + (right - left) / 2;
      (log_p(middle) <= limit ? right : left) = middle;
    }
    result.two_sided = at * sum_down(a) + (right <= high ? exp2_(log_p(right)) * sum_up(right) : 0);
  }
  result.two_sided = std::min(result.two_sided, 1.0);
  return result;
}

double binomial_p(int64_t k, int64_t n, double q) {
  if (n <= 0 || !(q > 0) || !(q < 1)) return 1;
  k = std::clamp<int64_t>(k, 0, n);
  const double log_q = log2_(q), log_r = log2_(1 - q), odds = q / (1 - q);
  const auto log_p = [&](int64_t x) {
    return log2_factorial(n) - log2_factorial(x) - log2_factorial(n - x) + static_cast<double>(x) * log_q +
           static_cast<double>(n - x) * log_r;
  };
  const auto up = [&](int64_t x) { return static_cast<double>(n - x) / static_cast<double>(x + 1) * odds; };
  const auto sum_up = [&](int64_t from) {
    double p = 1, sum = 0;
    for (int64_t x = from; x <= n && p >= sum * 1e-18; ++x) {
      sum += p;
      p *= up(x);
    }
    return sum * exp2_(log_p(from));
  };
  const auto sum_down = [&](int64_t from) {
    double p = 1, sum = 0;
    for (int64_t x = from; x >= 0 && p >= sum * 1e-18; --x) {
      sum += p;
      if (x > 0) p /= up(x - 1);
    }
    return sum * exp2_(log_p(from));
  };
  const int64_t mode = std::clamp(static_cast<int64_t>((static_cast<double>(n) + 1) * q), int64_t{0}, n);
  const double limit = log_p(k) + 1.45e-7;
  if (limit >= log_p(mode)) return 1;
  int64_t left = k > mode ? -1 : mode, right = k > mode ? mode : n + 1;
  while (right - left > 1) {
    const int64_t middle = left + (right - left) / 2;
    const bool small = log_p(middle) <= limit;
    if (k > mode) (small ? left : right) = middle;
    else (small ? right : left) = middle;
  }
  const double p = k > mode ? sum_up(k) + (left >= 0 ? sum_down(left) : 0) : sum_down(k) + (right <= n ? sum_up(right) : 0);
  return std::min(1.0, p);
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (size_t i = 0; i < order.size();) {
    size_t j = i;
    while (j < order.size() && values[order[j]] == values[order[i]]) ++j;
    const double rank = (static_cast<double>(i + 1) + static_cast<double>(j)) / 2;
    for (; i < j; ++i) result[order[i]] = rank;
  }
  return result;
}

RankTest mann_whitney(const std::vector<double>& first, const std::vector<double>& second) {
  RankTest result;
  if (first.empty() || second.empty()) return result;
  std::vector<double> all = first;
  all.insert(all.end(), second.begin(), second.end());
  const std::vector<double> r = ranks(all);
  double sum = 0;
  for (size_t i = first.size(); i < r.size(); ++i) sum += r[i];
  const double m = static_cast<double>(first.size()), k = static_cast<double>(second.size()), n = m + k;
  std::sort(all.begin(), all.end());
  double ties = 0;
  for (size_t i = 0; i < all.size();) {
    size_t j = i;
    while (j < all.size() && all[j] == all[i]) ++j;
    const double t = static_cast<double>(j - i);
    ties += t * t * t - t;
    i = j;
  }
  const double u = sum - k * (k + 1) / 2, mean = m * k / 2;
  const double variance = m * k / 12 * ((n + 1) - ties / (n * (n - 1)));
  if (!(variance > 0)) return result;
  const double distance = std::max(0.0, std::fabs(u - mean) - 0.5);
  const double z = distance / std::sqrt(variance);
  result.z = u < mean ? -z : z;
  result.p = std::min(1.0, 2 * normal_tail(z));
  return result;
}

double pearson(const std::vector<double>& x, const std::vector<double>& y) {
  const size_t n = std::min(x.size(), y.size());
  if (n < 3) return 0;
  double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
  for (size_t i = 0; i < n; ++i) {
    mx += x[i];
    my += y[i];
  }
  mx /= static_cast<double>(n);
  my /= static_cast<double>(n);
  for (size_t i = 0; i < n; ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  const double scale = std::sqrt(xx) * std::sqrt(yy);
  if (!(scale > 0)) return 0;
  return std::clamp(xy / scale, -1.0, 1.0);
}

double spearman(const std::vector<double>& x, const std::vector<double>& y) { return pearson(ranks(x), ranks(y)); }

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const size_t half = values.size() / 2;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(half);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2) return *middle;
  const double low = *std::max_element(values.begin(), middle);
  const double apart = *middle - low;
  return std::isfinite(apart) ? low + apart / 2 : low / 2 + *middle / 2;  // beyond the largest double
}

double mad(std::vector<double> values, double centre) {
  for (double& v : values) v = std::fabs(v - centre);
  return 1.4826 * median(std::move(values));
}

double quantile_of(std::vector<double>& values, double q) {
  if (values.empty()) return 0;
  const double n = static_cast<double>(values.size());
  const double rank = std::clamp(std::ceil(q * n - n * 1e-12), 1.0, n);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace inquest
