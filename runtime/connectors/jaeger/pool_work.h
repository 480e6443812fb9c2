// Pool work: what both ways to fill the pool share. Internal to pool*.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/base/text.h"
#include "runtime/connectors/jaeger/pool.h"

namespace inquest::jaeger {


constexpr size_t first_cut = 16;
constexpr size_t least_limit = 10;                     // fewer of a piece of the window are no sample
constexpr int64_t least_width = 2'000'000;             // ns; Jaeger tells microseconds
constexpr size_t most_pieces = 512;
constexpr size_t most_held = 1'000'000;                // spans; the oldest go first
constexpr int64_t least_ms = 300;                      // no request is begun with less time left
constexpr double share_of_time = 0.6;                  // of what is left, for the next round of searches

inline std::vector<Window> cut_into(const Window& window, size_t pieces) {
  const int64_t width = window.length().ns;
  pieces = static_cast<size_t>(std::clamp<int64_t>(width / least_width, 1, static_cast<int64_t>(pieces)));
  std::vector<Window> out;
  for (size_t i = 0; i < pieces; ++i) {
    const auto at = [&](size_t n) {
      const auto share = static_cast<int64_t>(n), all = static_cast<int64_t>(pieces);
      return n == pieces ? window.to.ns : window.from.ns + width / all * share + width % all * share / all;
    };
    out.push_back(Window{Time{at(i)}, Time{at(i + 1)}});
  }
  return out;
}

// 0 … n - 1 so that any beginning of it lies spread over all: the middle of what is widest apart next.
inline std::vector<size_t> spread(size_t n) {
  std::vector<size_t> out;
  size_t bits = 0;
  while ((size_t{1} << bits) < n) ++bits;
  for (size_t i = 0; i < size_t{1} << bits; ++i) {
    size_t turned = 0;
    for (size_t bit = 0; bit < bits; ++bit) turned |= (i >> bit & 1) << (bits - 1 - bit);
    if (turned < n) out.push_back(turned);
  }
  return out;
}

inline bool inside(const Window& inner, const Window& outer) { return outer.from <= inner.from && inner.to <= outer.to; }

inline std::string traces_text(size_t n) { return count(static_cast<int64_t>(n)) + (n == 1 ? " trace" : " traces"); }

// A failure that will meet every further request too.
inline bool final_failure(const Failure& failure) {
  return failure.cls == Failure::Class::cancelled || failure.cls == Failure::Class::refused ||
         failure.cls == Failure::Class::unreachable;
}

inline Failure out_of_time() {
  return Failure{Failure::Class::timeout, "time ran out before any trace came", "give more time, or a shorter window"};
}

inline void add_to(std::string& text, const std::string& more) { text += (text.empty() ? "" : "; ") + more; }

// The deadline for requests: some time is kept to answer in.
inline Deadline sooner(const Deadline& deadline) {
  if (deadline.monotonic_ns == 0) return deadline;
  const int64_t left = deadline.monotonic_ns - SystemClock().monotonic_ns();
  return Deadline{deadline.monotonic_ns - std::clamp<int64_t>(left / 8, 0, 3 * ns_per_s)};
}

}  // namespace inquest::jaeger
