// Running a command in a forked child that its parent watches: a crash or a hang becomes a typed cause.
// SPDX-License-Identifier: Apache-2.0
//
// Text scripts can crash LuaJIT, so every command that loads Lua forks once, before any thread is started: the child is
// the run, the parent only waits. stdin, stdout, stderr are inherited, the exit code is passed through. SIGINT, SIGTERM
// and SIGHUP that reach the parent are handed on (a terminal's ctrl-c reaches the child by itself). A child that dies
// by a signal, or overstays the deadline in the shared page (then SIGKILL), makes one call of `on_death`. When the
// parent dies the child is killed. No zombie, no open descriptor is left. Linux.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace inquest::lua {

// A page shared by parent and child: the monotonic time (ns) by which the Lua run in progress must have ended; 0 when
// none is. Give it to Options::watch. Set by one thread of the child, read by the parent.
class Watch final {
 public:
  void set_deadline(int64_t monotonic_ns) { deadline_.store(monotonic_ns, std::memory_order_release); }
  int64_t deadline() const { return deadline_.load(std::memory_order_acquire); }

 private:
  std::atomic<int64_t> deadline_{0};
};

// Runs `child` in a forked process and gives its exit code: what `child` returned (its stdio is flushed, no destructor
// of the caller runs twice), 1 after `on_death(cause, detail)` — "script_crashed" with the signal's name or
// "script_hung" —, 130 when it was ended by SIGINT, SIGTERM or SIGHUP. An exception out of `child` is printed on stderr,
// exit 1. Where fork fails, `on_death("script_crashed", reason)`. Call it with one thread.
int run_in_child(const std::function<int(Watch&)>& child,
                 const std::function<void(const std::string& cause, const std::string& detail)>& on_death);

}  // namespace inquest::lua
