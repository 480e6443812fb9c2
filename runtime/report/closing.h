// The last block of the terminal walk: verdict, how sure, what was ruled out, what was not looked at, what to do next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/report/paper.h"

namespace inquest {

// In the language of the report. In short: what concerns the verdict, and how much more there is; `verbose`: all of it.
void print_closing(Paper& paper, const Report& report, bool verbose = false);

}  // namespace inquest
