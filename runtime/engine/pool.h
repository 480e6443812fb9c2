// Pool: runs jobs on at most n threads, at most m at once for one source, each with a deadline; one cancel ends them
// all. SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/engine. Jobs start in the order given, as far as the limit of their source lets them. `done` runs
// on the calling thread, once for each job, in the order in which they end, and `drained` whenever it has been told of all
// that have ended so far, and every 10 ms while it waits for more; a job that was never started because of the
// cancel is reported too. Past its deadline a job's own stop flag is raised: it is expected to return soon after.
// Thread rule: run_jobs blocks its caller; jobs must not share what is not immutable or guarded.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/base/time.h"
#include "runtime/connectors/connector.h"

namespace inquest {

struct Job {
  size_t source = 0;                                       // for the limit per source
  std::function<void(const Deadline&, const Stop&)> work;  // never throws past the pool
};
struct PoolLimits {
  size_t threads = 8, per_source = 4;
  Duration deadline = {30 * ns_per_s};  // of one job, from its start; 0: none
  std::vector<size_t> of_source = {};   // by Job::source, in place of per_source; 0 or beyond its end: per_source
};

void run_jobs(const std::vector<Job>& jobs, const PoolLimits& limits, Clock& clock,
              const std::function<bool()>& cancelled, const std::function<void(size_t job, bool started)>& done,
              const std::function<void()>& drained = {});

}  // namespace inquest
