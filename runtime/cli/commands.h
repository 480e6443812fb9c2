// The commands, one a file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/cli/command.h"

namespace inquest {

extern const Command run_command, check_command, draw_command, list_command, describe_command, report_command,
    cases_command, sources_command, test_command, lua_command, repl_command, new_command, docs_command, completion_command,
    version_command, export_command, plan_command;
const std::vector<std::string>& export_formats();
const std::vector<const Command*>& commands();   // in the order of the help; docs is hidden

}  // namespace inquest
