// Threads made for one batch of jobs and joined at its end.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/pool.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace inquest {
namespace {

class Running final {
 public:
  Running(const std::vector<Job>& jobs, const PoolLimits& limits, Clock& clock)
      : jobs_(jobs), limits_(limits), clock_(clock), states_(jobs.size()) {}

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      const size_t job = next();
      if (job == none) {
        if (unstarted_gone() || cancelled_) return;
        changed_.wait(lock);
        continue;
      }
      State& state = states_[job];
      state.started = true;
      ++busy_[jobs_[job].source];
      const int64_t allowed = limits_.deadline.ns;
      const int64_t now = clock_.monotonic_ns();
      state.deadline.monotonic_ns = allowed > 0 ? (allowed < INT64_MAX - now ? now + allowed : INT64_MAX) : 0;
      lock.unlock();
      jobs_[job].work(state.deadline, state.stop);
      lock.lock();
      state.ended = true;
      --busy_[jobs_[job].source];
      ended_.push_back(job);
      changed_.notify_all();
    }
  }

  void watch(const std::function<bool()>& cancelled, const std::function<void(size_t, bool)>& done,
             const std::function<void()>& drained) {
    std::unique_lock lock(mutex_);
    for (size_t reported = 0; reported < jobs_.size();) {
      while (!ended_.empty()) {
        const size_t job = ended_.front();
        ended_.pop_front();
        ++reported;
        lock.unlock();
        done(job, states_[job].started);
        lock.lock();
      }
      if (drained) {
        lock.unlock();
        drained();
        lock.lock();
        if (!ended_.empty()) continue;
      }
      if (reported == jobs_.size()) break;
      if (!cancelled_ && cancelled()) {
        cancelled_ = true;
        for (size_t i = 0; i < jobs_.size(); ++i) {
          states_[i].stop = true;
          if (!states_[i].started) ended_.push_back(i);
        }
        changed_.notify_all();
        continue;
      }
      const int64_t now = clock_.monotonic_ns();
      int64_t look = look_every_ns;
      for (State& state : states_) {
        if (!state.started || state.ended || !state.deadline.monotonic_ns || state.stop) continue;
        if (now >= state.deadline.monotonic_ns) state.stop = true;
        else look = std::min(look, state.deadline.monotonic_ns - now);
      }
      changed_.wait_for(lock, std::chrono::nanoseconds(look));
    }
  }

 private:
  static constexpr size_t none = SIZE_MAX;
  static constexpr int64_t look_every_ns = 25 * ns_per_ms;  // at whether the run is cancelled: each look costs a thread's wake-up
  struct State {
    bool started = false, ended = false;
    Deadline deadline;
    Stop stop = false;
  };

  size_t next() {
    if (cancelled_) return none;
    for (size_t i = 0; i < jobs_.size(); ++i) {
      if (!states_[i].started && busy_[jobs_[i].source] < at_once(jobs_[i].source)) return i;
    }
    return none;
  }
  size_t at_once(size_t source) const {
    const size_t own = source < limits_.of_source.size() ? limits_.of_source[source] : 0;
    return own ? own : limits_.per_source;
  }
  bool unstarted_gone() const {
    return std::all_of(states_.begin(), states_.end(), [](const State& state) { return state.started; });
  }

  const std::vector<Job>& jobs_;
  const PoolLimits& limits_;
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<State> states_;
  std::map<size_t, size_t> busy_;
  std::deque<size_t> ended_;
  bool cancelled_ = false;
};

}  // namespace

void run_jobs(const std::vector<Job>& jobs, const PoolLimits& limits, Clock& clock,
              const std::function<bool()>& cancelled, const std::function<void(size_t job, bool started)>& done,
              const std::function<void()>& drained) {
  if (jobs.empty()) return;
  const PoolLimits sane{std::max<size_t>(limits.threads, 1), std::max<size_t>(limits.per_source, 1), limits.deadline,
                        limits.of_source};
  Running batch(jobs, sane, clock);
  std::vector<std::thread> threads;
  const size_t wanted = std::min(sane.threads, jobs.size());
  for (size_t i = 0; i < wanted; ++i) {
    try {
      threads.emplace_back([&batch] { batch.work(); });
    } catch (const std::system_error&) {  // fewer threads than wished for will do
      break;
    }
  }
  if (threads.empty()) {
    for (size_t i = 0; i < jobs.size(); ++i) {
      const Stop stop = cancelled();
      if (!stop) jobs[i].work({}, stop);
      done(i, !stop);
      if (drained) drained();
    }
    return;
  }
  batch.watch(cancelled, done, drained);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace inquest
