// How long a source is borne with: without one good answer for some seconds, a request to it is tried once and waited for less.
// SPDX-License-Identifier: Apache-2.0
//
// A server that is down for a moment is worth the retries of each request; one that is down for good would cost a run the
// retries of all of them. Nothing is held back: each request is still sent, and the first good answer brings all tries back.
// Thread rule: may be used from several threads at once. Times are monotonic.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "runtime/base/time.h"

namespace inquest::http {

class Patience final {
 public:
  static constexpr int64_t lasts_ns = 5 * ns_per_s;

  // The server answered, if only to refuse.
  void answered() { failing_since_.store(0); }
  // A request that began at `began_ns` got nothing for all its tries.
  void failed(int64_t began_ns) {
    int64_t none = 0;
    failing_since_.compare_exchange_strong(none, began_ns);
  }
  bool over(int64_t now_ns) const {
    const int64_t since = failing_since_.load();
    return since != 0 && now_ns - since >= lasts_ns;
  }
  int attempts(int usual, bool is_over) const { return is_over ? 1 : usual; }
  // A third of the usual time, yet not under `lasts_ns`.
  int64_t allowed_ns(int64_t usual, bool is_over) const { return is_over ? std::min(usual, std::max(usual / 3, lasts_ns)) : usual; }

 private:
  std::atomic<int64_t> failing_since_{0};
};

}  // namespace inquest::http
