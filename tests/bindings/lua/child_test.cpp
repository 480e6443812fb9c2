// The watched child: exit codes, crashes, hangs and signals as the parent sees them.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/lua/child.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "bindings/lua/run.h"

using namespace inquest;

namespace {

int64_t now_ns() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

struct Seen {
  int code = 0, deaths = 0;
  std::string cause, detail;
};
Seen watched(const std::function<int(lua::Watch&)>& child) {
  Seen seen;
  const auto plain = [&](lua::Watch& watch) {   // without the signal handlers of the test program
    for (const int number : {SIGSEGV, SIGABRT, SIGTERM}) signal(number, SIG_DFL);
    return child(watch);
  };
  seen.code = lua::run_in_child(plain, [&](const std::string& cause, const std::string& detail) {
    ++seen.deaths;
    seen.cause = cause;
    seen.detail = detail;
  });
  return seen;
}
size_t open_files() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE("the exit code of the child is passed through") {
  for (const int code : {0, 1, 6, 124}) {
    const Seen seen = watched([&](lua::Watch&) { return code; });
    CHECK(seen.code == code);
    CHECK(seen.deaths == 0);
  }
}

TEST_CASE("death by a signal is script_crashed with the name of the signal") {
  const Seen seen = watched([](lua::Watch&) { return raise(SIGSEGV); });
  CHECK(seen.code == 1);
  CHECK(seen.deaths == 1);
  CHECK(seen.cause == "script_crashed");
  CHECK(seen.detail.find("SIGSEGV") != std::string::npos);
}

TEST_CASE("the parser crash of LuaJIT itself kills the child only") {
  const Seen seen = watched([](lua::Watch&) {
    lua_State* L = luaL_newstate();          // a bare interpreter, without our check of the source
    for (int i = 0; i < 200; ++i) {
      luaL_loadstring(L, "local _\nfor _ in (nil):foo() do end");
      lua_settop(L, 0);
    }
    return 0;
  });
  // A LuaJIT without the fault ends orderly; then there is nothing to survive.
  if (seen.deaths == 0) WARN("this LuaJIT does not have the parser crash");
  else CHECK(seen.cause == "script_crashed");
  CHECK(seen.code == (seen.deaths == 0 ? 0 : 1));
}

TEST_CASE("a child that overstays its deadline is killed as script_hung") {
  const auto start = std::chrono::steady_clock::now();
  const Seen seen = watched([](lua::Watch& watch) -> int {
    watch.set_deadline(now_ns() + 50'000'000);
    for (;;) pause();
  });
  CHECK(seen.cause == "script_hung");
  CHECK(seen.code == 1);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(500));
}

TEST_CASE("a host function that never returns is ended by the watch of its script") {
  const Seen seen = watched([](lua::Watch& watch) {
    lua::Options options;
    options.budget.seconds = 0.05;
    options.budget.grace = 0.05;
    options.watch = &watch;
    options.setup = [](lua_State* L) -> Status {
      lua_pushcfunction(L, [](lua_State*) -> int { for (;;) pause(); });
      lua::define(L, "stuck");
      return {};
    };
    return lua::run_script("stuck()", "try.lua", options) ? 0 : 2;
  });
  CHECK(seen.cause == "script_hung");
}

TEST_CASE("no deadline holds while a script does not run") {
  const Seen seen = watched([](lua::Watch& watch) {
    lua::Options options;
    options.budget.seconds = 0.02;
    options.budget.grace = 0.02;
    options.watch = &watch;
    if (!lua::run_script("return 1", "try.lua", options)) return 2;
    usleep(150'000);
    return watch.deadline() == 0 ? 0 : 3;
  });
  CHECK(seen.code == 0);
}

TEST_CASE("SIGTERM that reaches the parent ends the child, exit 130") {
  const pid_t self = getpid();
  const Seen seen = watched([&](lua::Watch&) -> int {
    usleep(20'000);
    kill(self, SIGTERM);
    for (;;) pause();
  });
  CHECK(seen.code == 130);
  CHECK(seen.deaths == 0);
}

TEST_CASE("an exception out of the child is exit 1, not a crash") {
  const int quiet = dup(2);
  REQUIRE(freopen("/dev/null", "w", stderr) != nullptr);
  const Seen seen = watched([](lua::Watch&) -> int { throw std::runtime_error("broken"); });
  fflush(stderr);
  dup2(quiet, 2);
  close(quiet);
  CHECK(seen.code == 1);
  CHECK(seen.deaths == 0);
}

TEST_CASE("neither a zombie nor an open descriptor nor a blocked signal is left") {
  const size_t before = open_files();
  for (int i = 0; i < 5; ++i) watched([](lua::Watch&) { return raise(SIGKILL); });
  CHECK(open_files() == before);
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
  sigset_t mask;
  sigprocmask(SIG_BLOCK, nullptr, &mask);
  CHECK(sigismember(&mask, SIGINT) == 0);
  CHECK(sigismember(&mask, SIGCHLD) == 0);
}
