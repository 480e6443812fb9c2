// The watched child: fork, wait with a timeout, hand signals on, kill what overstays.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/lua/child.h"
#include "runtime/base/time.h"

#include <errno.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <new>

namespace inquest::lua {
namespace {

constexpr long look_every_ns = 20'000'000;


[[noreturn]] void be_child(const std::function<int(Watch&)>& child, Watch& watch, pid_t parent, const sigset_t& mask) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);            // a crash is expected and reported; its dump helps nobody
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  int code = 1;
  try {
    code = child(watch);
  } catch (const std::exception& error) {
    fmt::print(stderr, "inquest: {}\n", error.what());
  }
  std::cout.flush();
  std::cerr.flush();
  std::fflush(nullptr);
  _exit(code);
}

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  const char* says = sigdescr_np(number);
  return fmt::format("SIG{} ({})", name != nullptr ? name : "?", says != nullptr ? says : "unknown signal");
}

}  // namespace

int run_in_child(const std::function<int(Watch&)>& child,
                 const std::function<void(const std::string&, const std::string&)>& on_death) {
  void* page = mmap(nullptr, sizeof(Watch), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) {
    on_death("script_crashed", fmt::format("no shared page: {}", strerror(errno)));
    return 1;
  }
  auto* watch = new (page) Watch();
  std::cout.flush();
  std::cerr.flush();
  std::fflush(nullptr);                     // else the child prints again what is in the buffers

  sigset_t waited, mask;
  sigemptyset(&waited);
  for (const int number : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) sigaddset(&waited, number);
  sigprocmask(SIG_BLOCK, &waited, &mask);
  struct sigaction standard = {}, before = {};
  standard.sa_handler = SIG_DFL;            // where SIGCHLD is ignored, the exit code would be lost
  sigaction(SIGCHLD, &standard, &before);

  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) be_child(child, *watch, parent, mask);
  int code = 1;
  if (pid < 0) {
    on_death("script_crashed", fmt::format("fork failed: {}", strerror(errno)));
  } else {
    bool hung = false, lost = false;
    int asked = 0;
    int status = 0;
    for (;;) {
      const pid_t got = waitpid(pid, &status, WNOHANG);
      if (got == pid) break;
      lost = got < 0 && errno != EINTR;
      if (lost) break;
      const int64_t deadline = watch->deadline();
      if (!hung && deadline != 0 && monotonic_ns() > deadline) {
        hung = true;
        kill(pid, SIGKILL);
      }
      siginfo_t info = {};
      const timespec wait = {0, look_every_ns};
      const int number = sigtimedwait(&waited, &info, &wait);
      if (number == SIGINT || number == SIGTERM || number == SIGHUP) {
        asked = number;
        // A terminal signals the whole group, the child too; only what somebody sent to us alone is handed on.
        if (info.si_code <= 0) kill(pid, number);
      }
    }
    if (lost) {
      on_death("script_crashed", "the run ended and its exit code was lost");
    } else if (WIFEXITED(status)) {
      code = WEXITSTATUS(status);
    } else if (hung) {
      on_death("script_hung", "the script did not stop at its time limit and was killed");
    } else {
      const int number = WTERMSIG(status);
      if (number == SIGINT || number == SIGTERM || number == SIGHUP || (asked != 0 && number == asked)) code = 130;
      else on_death("script_crashed", "the run was ended by " + signal_name(number));
    }
  }
  watch->~Watch();
  munmap(page, sizeof(Watch));
  sigaction(SIGCHLD, &before, nullptr);
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  return code;
}

}  // namespace inquest::lua
