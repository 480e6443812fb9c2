// The table of commands: one row each, in the order of the help.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cli/commands.h"

namespace inquest {

const std::vector<const Command*>& commands() {
  static const std::vector<const Command*> all = {
      &run_command,  &plan_command, &report_command, &cases_command,    &sources_command,    &list_command,    &describe_command, &check_command, &draw_command,
      &export_command, &test_command, &new_command,    &repl_command,     &lua_command,        &completion_command, &version_command, &docs_command,
  };
  return all;
}

}  // namespace inquest
