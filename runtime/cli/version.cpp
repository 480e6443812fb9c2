// inquest version.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/version.h"
#include "runtime/cli/commands.h"

namespace inquest {
namespace {

int run_version(const std::vector<std::string>& arguments, User&) {
  if (!arguments.empty() && arguments[0] == "--json") {
    std::printf("{\"version\": \"%s\"}\n", inquest_version);
    return 0;
  }
  if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h")) {
    std::printf("Prints the version.\n\n  inquest version\n\nUsage: inquest version [OPTIONS]\n\nOptions:\n"
                "  -h,--help                   Print this help message and exit\n  --json                      one JSON document\n");
    return 0;
  }
  if (!arguments.empty())
    return fail(Error{Code::usage, "`" + arguments[0] + "` is not understood", "version", "`inquest version [--json]`"});
  std::printf("inquest %s\n", inquest_version);
  return 0;
}

}  // namespace

const Command version_command = {"version", "Program", "print the version", false, run_version};

}  // namespace inquest
