// Command: one row of the table of commands; what every command is given.
// SPDX-License-Identifier: Apache-2.0
//
// A command parses its own arguments (CLI11), writes data to `out` and narration to `err`, and returns an exit code
// (design/engine.md "Commands"). Nothing here is global: Context carries the seams (clock, environment, streams).
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/base/time.h"
#include "runtime/frame/kernels/kernel.h"

namespace inquest {

struct User {                                   // what a command may touch of the outside
  Clock* clock = nullptr;
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::string program;                                     // path of the binary
  bool out_is_terminal = false, err_is_terminal = false, in_is_terminal = false;
  size_t columns = 80;
  Stop* stop = nullptr;                                    // set by ctrl-c
};

struct Command {
  const char* name;
  const char* group;                                       // heading in the help
  const char* doc;                                         // one line
  bool loads_lua;                                          // runs in a child process that the parent watches
  int (*run)(const std::vector<std::string>& arguments, User& user);
};

int fail(const Error& error);                              // prints "inquest: …" on stderr; the error's exit code

}  // namespace inquest
