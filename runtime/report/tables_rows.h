// Tables of frames whose rows are shown themselves: spans by trace, contrast, logs, templates, tables.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/report/tables.h"

namespace inquest {

Table rows_table(const Frame& frame, const Window& window, size_t most);
// One cell as people read it: clock times, durations with unit, counts in groups, "–" where there is none.
std::string cell_text(const Column& column, size_t row);

}  // namespace inquest
