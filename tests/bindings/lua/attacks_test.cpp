// Every hostile script of tests/attacks ends with its typed cause, in time, and leaves no process behind.
// SPDX-License-Identifier: Apache-2.0
//
// First line of a script: `-- expect: script_…` or `-- expect: ok TEXT` (the text of its results; \n and \t as escapes).
// An optional second line `-- budget: instructions=N seconds=S memory=MB` widens or narrows the small budget below.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "bindings/lua/child.h"
#include "bindings/lua/run.h"
#include "runtime/base/text.h"

using namespace inquest;

namespace {

lua::Budget small_budget() {
  lua::Budget budget;
  budget.instructions = 10'000'000;
  budget.seconds = 0.5;
  budget.memory = size_t{48} << 20;
  budget.grace = 0.2;
  return budget;
}

struct Attack {
  std::string file, text, expected;
  lua::Budget budget = small_budget();
};

Attack read_attack(const std::filesystem::path& path) {
  Attack attack;
  attack.file = "tests/attacks/" + path.filename().string();
  attack.text = read_file(path.string(), size_t{4} << 20).value();
  std::istringstream lines(attack.text);
  std::string line;
  std::getline(lines, line);
  const std::string head = "-- expect: ";
  if (line.rfind(head, 0) == 0) attack.expected = line.substr(head.size());
  std::getline(lines, line);
  const std::string second = "-- budget: ";
  if (line.rfind(second, 0) == 0) {
    for (const std::string& part : split(line.substr(second.size()), ' ')) {
      const size_t equals = part.find('=');
      const std::string name = part.substr(0, equals);
      const double value = std::atof(part.c_str() + equals + 1);
      if (name == "instructions") attack.budget.instructions = static_cast<uint64_t>(value);
      else if (name == "seconds") attack.budget.seconds = value;
      else if (name == "memory") attack.budget.memory = static_cast<size_t>(value) << 20;
      else FAIL("unknown budget " << name << " in " << attack.file);
    }
  }
  return attack;
}

// "script_…" or "ok TEXT", as it came out of the child.
struct Ending {
  std::string what, detail;
  double seconds = 0;
  bool orderly = false;
};

Ending run(const Attack& attack) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  Ending outcome;
  const auto start = std::chrono::steady_clock::now();
  lua::run_in_child(
      [&](lua::Watch& watch) {
        for (const int number : {SIGSEGV, SIGABRT, SIGFPE}) signal(number, SIG_DFL);   // not the test program's handlers
        lua::Options options;
        options.budget = attack.budget;
        options.watch = &watch;
        auto ended = lua::run_script(attack.text, attack.file, std::move(options), {"first", "second"});
        std::string said = ended ? (ended->text.empty() ? "ok" : "ok " + ended->text)
                                 : ended.error().cause + "\n" + ended.error().print().substr(0, 4000);
        return write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 1;
      },
      [&](const std::string& cause, const std::string& detail) {
        outcome.what = cause;
        outcome.detail = detail;
      });
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  close(ends[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) said.append(buffer, static_cast<size_t>(n));
  close(ends[0]);
  if (outcome.what.empty()) {
    outcome.orderly = true;
    if (said.rfind("ok", 0) == 0) {
      for (const char c : said) outcome.what += c == '\n' ? "\\n" : c == '\t' ? "\\t" : std::string(1, c);
    } else {
      outcome.what = said.substr(0, said.find('\n'));
      outcome.detail = said;
    }
  }
  return outcome;
}

std::vector<Attack> attacks() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(INQUEST_SOURCE_DIR "/tests/attacks")) {
    if (entry.path().extension() == ".lua") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Attack> all;
  for (const auto& file : files) all.push_back(read_attack(file));
  return all;
}

}  // namespace

TEST_CASE("every hostile script ends with the cause its first line names, within its budget and 250 ms") {
  const auto all = attacks();
  CHECK(all.size() >= 60);
  for (Attack attack : all) {
#ifdef __SANITIZE_ADDRESS__
    attack.budget.seconds *= 20;         // instrumented code is slower; causes and order are what counts there
    if (attack.expected == "script_time") attack.budget.memory *= 20;   // what it keeps in that time grows with it
#endif
    Ending outcome = run(attack);
    // Wall clock is the machine's too: a cause that only a busy machine can give is looked at again.
    for (int again = 0; again < 3 && (outcome.seconds >= attack.budget.seconds + 0.25 ||
                                      (outcome.what != attack.expected &&
                                       (outcome.what == "script_time" || outcome.what == "script_hung")));
         ++again)
      outcome = run(attack);
    INFO(attack.file << ": " << outcome.detail << " after " << outcome.seconds << " s");
    REQUIRE(!attack.expected.empty());
    CHECK(outcome.what == attack.expected);
    CHECK(outcome.orderly);              // none of them needs its process killed
    CHECK(outcome.seconds < attack.budget.seconds + 0.25);
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
  }
}

TEST_CASE("hostile scripts end the same way a second time, to the byte") {
  for (const Attack& attack : attacks()) {
    if (attack.expected.rfind("ok", 0) != 0) continue;
    INFO(attack.file);
    CHECK(run(attack).what == run(attack).what);
  }
}
