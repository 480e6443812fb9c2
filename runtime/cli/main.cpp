// The program: help, signals, and the command that was named.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "runtime/base/text.h"
#include "runtime/base/version.h"
#include "runtime/cli/choose.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"

namespace inquest {

namespace {

Stop stop_flag{false};

void on_signal(int) { stop_flag.store(true); }

size_t terminal_columns() {
  if (const char* columns = std::getenv("COLUMNS"); columns && std::atoi(columns) >= 20) return static_cast<size_t>(std::atoi(columns));
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  return 100;
}

std::string help() {
  std::string out = fmt::format("inquest {}: runs written investigations on real telemetry\n\n"
                                "  inquest run memory_leak --demo            the shipped recording of a real leak\n"
                                "  inquest \"my pods keep being OOM killed\"  which SOP fits\n", inquest_version);
  std::string group;
  for (const Command* c : commands()) {
    if (!*c->group) continue;
    if (group != c->group) {
      group = c->group;
      out += "\n" + group + "\n";
    }
    out += fmt::format("  {:<12}{}\n", c->name, c->doc);
  }
  return out + "\n`inquest COMMAND --help` shows its options.\nExit codes: 0 ended, 1 failed, 2 usage, 3 --fail-on, 4 refused by a source,\n"
               "5 nothing to examine, 6 waits for a decision, 124 time limit, 130 interrupted.\n";
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command* c : commands())
    if (*c->group) names.emplace_back(c->name);
  return names;
}

int no_command(const std::string& name, const std::string& cure = {}) {
  return fail(Error{Code::usage, fmt::format("no command `{}`", printable(name, 80)), "",
                    cure.empty() ? did_you_mean(name, command_names(), 20) + "; `inquest help` shows what each does" : cure});
}

// A run takes what answers need, gives it back and takes it again, and ends soon: what is free is kept for the next
// answer, not returned to the system, which would hand out cleared pages each time (a sixth of the CPU time of a run).
void keep_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
  mallopt(M_ARENA_MAX, 2);
#endif
}

}  // namespace

int start(int count, char** words) {
  keep_memory();
  for (int stream = 0; stream <= 2; ++stream)   // a closed one would be given to the first file opened: a case, say
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDWR) != stream) return 1;
  SystemClock clock;
  User user;
  user.clock = &clock;
  user.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
  user.program = words[0];
  user.out_is_terminal = isatty(STDOUT_FILENO) != 0;
  user.err_is_terminal = isatty(STDERR_FILENO) != 0;
  user.in_is_terminal = isatty(STDIN_FILENO) != 0;
  user.columns = terminal_columns();
  user.stop = &stop_flag;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);

  if (count < 2) {
    std::fputs(help().c_str(), stdout);
    return 0;
  }
  const std::string name = words[1];
  const std::vector<std::string> arguments(words + 2, words + count);
  if (name == "--help" || name == "-h" || name == "help") {
    if (!arguments.empty())
      for (const Command* c : commands())
        if (arguments[0] == c->name) return c->run({"--help"}, user);
    if (!arguments.empty()) return no_command(arguments[0]);
    std::fputs(help().c_str(), stdout);
    return 0;
  }
  if (name == "--version" || name == "-V") return version_command.run({}, user);
  if (name == "__complete") return complete_words(arguments, user);
  for (const Command* c : commands())
    if (name == c->name) return c->run(arguments, user);
  const auto is_option = [](const std::string& word) { return word.rfind("-", 0) == 0; };
  if (is_option(name)) return no_command(name);
  if (std::any_of(arguments.begin(), arguments.end(), is_option))  // a command was meant
    return is_sop(name) ? no_command(name, fmt::format("a SOP is run with `inquest run {}`", printable(name, 80))) : no_command(name);
  const std::vector<std::string> said(words + 1, words + count);   // words of a person
  if (!arguments.empty() || name.find(' ') != std::string::npos) return choose_by_words(said, user);
  if (nearest(name, command_names()).empty())
    if (const auto shown = show_matches(said, user)) return *shown;
  return no_command(name);
}

}  // namespace inquest

int main(int count, char** words) { return inquest::ended(inquest::start(count, words)); }
