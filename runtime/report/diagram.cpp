// Graphviz behind a pipe with a deadline.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/diagram.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/base/text.h"

extern char** environ;

namespace inquest {
namespace {

constexpr size_t most_bytes = size_t{4} << 20;
constexpr int64_t most_ms = 10'000;

int64_t now_ms() {
  timespec at{};
  clock_gettime(CLOCK_MONOTONIC, &at);
  return static_cast<int64_t>(at.tv_sec) * 1000 + at.tv_nsec / 1'000'000;
}

struct Pipe {
  int read = -1, write = -1;
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  static void shut(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  ~Pipe() {
    shut(read);
    shut(write);
  }
};

Error broken(const std::string& what) { return Error{Code::io, "dot: " + what + ": " + std::strerror(errno)}; }

// A child that closes its end must not end us: writes are tried with SIGPIPE blocked for this thread and taken back.
class NoPipeSignal final {
 public:
  NoPipeSignal() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~NoPipeSignal() {
    const timespec none{};
    if (!sigismember(&before_, SIGPIPE)) sigtimedwait(&set_, nullptr, &none);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  sigset_t set_, before_;
};

void erase_between(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
    const size_t end = text.find(to, at + from.size());
    text.erase(at, end == std::string::npos ? std::string::npos : end + to.size() - at);
  }
}

}  // namespace

Result<std::string> inline_svg(const std::string& document) {
  const Error bad{Code::io, "dot: its answer is no SVG that may stand in a page"};
  const size_t from = document.find("<svg"), to = document.rfind("</svg>");
  if (from == std::string::npos || to == std::string::npos || to < from) return bad;
  std::string out = document.substr(from, to + 6 - from);
  erase_between(out, "<!--", "-->");
  erase_between(out, " xmlns:xlink=\"", "\"");
  erase_between(out, " xmlns=\"", "\"");
  for (size_t at = 0; (at = out.find("&#45;", at)) != std::string::npos;) out.replace(at, 5, "-");  // comments are gone
  const std::string small = lower(out);
  for (const char* word : {"<script", "<image", "<foreignobject", "<style", "href", " on", "url("})
    for (size_t at = 0; (at = small.find(word, at)) != std::string::npos; ++at) {
      const size_t open = small.rfind('<', at), close = small.rfind('>', at);   // inside a tag, not in its text
      const bool tag = word[0] == '<' || (open != std::string::npos && (close == std::string::npos || open > close));
      const bool attribute = word[0] != ' ' || (small.find('=', at) < small.find_first_of(" >\"", at + 3));
      const bool quoted = tag && word[0] != '<' &&
                          std::count(small.begin() + static_cast<std::ptrdiff_t>(open),
                                     small.begin() + static_cast<std::ptrdiff_t>(at), '"') %
                                  2 ==
                              1;
      if (tag && attribute && !quoted) return bad;
    }
  return out;
}

Result<std::string> dot_svg(const std::string& dot) {
  Pipe in, out;
  if (!in.open() || !out.open()) return broken("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  char name[] = "dot", option[] = "-Tsvg";
  char* const arguments[] = {name, option, nullptr};
  pid_t child = -1;
  const int failed = posix_spawnp(&child, "dot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return Error{Code::not_found, "dot (Graphviz) is not installed", "",
                 "install the package graphviz for a drawn diagram"};
  Pipe::shut(in.read);
  Pipe::shut(out.write);
  const NoPipeSignal quiet;
  ::fcntl(in.write, F_SETFL, O_NONBLOCK);
  std::string got;
  size_t sent = 0;
  const int64_t end = now_ms() + most_ms;
  bool late = false;
  while (out.read >= 0) {
    const int64_t left = end - now_ms();
    if (left <= 0 || got.size() > most_bytes) { late = true; break; }
    pollfd ends[2] = {{out.read, POLLIN, 0}, {in.write, POLLOUT, 0}};
    if (::poll(ends, in.write >= 0 ? 2 : 1, static_cast<int>(left)) < 0 && errno != EINTR) break;
    if (in.write >= 0 && ends[1].revents) {
      const ssize_t n = ::write(in.write, dot.data() + sent, dot.size() - sent);
      if (n > 0) sent += static_cast<size_t>(n);
      if (sent == dot.size() || (n < 0 && errno != EAGAIN && errno != EINTR)) Pipe::shut(in.write);
    }
    if (ends[0].revents) {
      char buffer[16384];
      const ssize_t n = ::read(out.read, buffer, sizeof buffer);
      if (n > 0) got.append(buffer, static_cast<size_t>(n));
      else if (n == 0 || errno != EINTR) Pipe::shut(out.read);
    }
  }
  if (late) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (late) return Error{Code::timed_out, "dot took more than 10 s or wrote more than 4 MB"};
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return Error{Code::io, "dot ended with an error"};
  return inline_svg(got);
}

}  // namespace inquest
