// The last block of the terminal walk: verdict, how sure, what was ruled out, what was not looked at, what to do next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/report/paper.h"

namespace inquest {

void print_closing(Paper& paper, const Report& report);

}  // namespace inquest
