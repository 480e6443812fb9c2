// Rows of a group are on the disk together: one chain, all of them or none.
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "runtime/engine/case_file.h"
#include "tests/runtime/engine/folder.h"

using namespace inquest;
using inquest::testing::Folder;

TEST_CASE("Rows of a group have the chain of rows appended one by one") {
  Folder folder;
  ManualClock clock({1'700'000'000 * ns_per_s});
  auto one = CaseFile::create(folder / "one.case", clock), many = CaseFile::create(folder / "many.case", clock);
  REQUIRE(one);
  REQUIRE(many);
  std::string last, grouped;
  REQUIRE((*many)->begin());
  for (int i = 0; i < 3; ++i) {
    last = (*one)->append("told", Json{{"n", i}})->hash;
    grouped = (*many)->append("told", Json{{"n", i}})->hash;
  }
  CHECK_FALSE((*many)->append("no_such_kind", Json()));
  REQUIRE((*many)->commit());
  CHECK(grouped == last);
  CHECK((*many)->journal()->size() == 3);
}

TEST_CASE("A writer that is killed inside a group leaves the groups before it and nothing of its own") {
  Folder folder;
  const std::string path = folder / "a.case";
  const pid_t child = ::fork();
  if (child == 0) {
    ManualClock clock({1'700'000'000 * ns_per_s});
    auto file = CaseFile::create(path, clock);
    (void)(*file)->begin();
    for (int i = 0; i < 5; ++i) (void)(*file)->append("told", Json{{"n", i}});
    (void)(*file)->commit();
    (void)(*file)->begin();
    for (int i = 5; i < 9; ++i) (void)(*file)->append("told", Json{{"n", i}});
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  auto reader = CaseFile::open(path);
  REQUIRE(reader);
  CHECK((*reader)->journal()->size() == 5);
}

TEST_CASE("A group that does not fit on the disk is an error, and what was written before it stands") {
  Folder folder;
  const std::string path = folder / "a.case";
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    ManualClock clock({1'700'000'000 * ns_per_s});
    auto file = CaseFile::create(path, clock);
    if (!file || !(*file)->append("told", Json{{"n", 0}})) ::_exit(1);
    const rlimit limit{120'000, 120'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    bool failed = !(*file)->begin();
    for (int i = 1; i < 60; ++i) failed = !(*file)->append("told", Json{{"n", i}, {"text", std::string(5000, 'x')}}) || failed;
    failed = !(*file)->commit() || failed;
    (void)(*file)->close();
    ::_exit(failed ? 100 : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 100);
  auto reader = CaseFile::open(path);
  REQUIRE(reader);
  CHECK((*reader)->journal()->size() == 1);
}
