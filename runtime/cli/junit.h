// JUnit XML of a case, for CI servers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/report/report.h"

namespace inquest {

// One test case a state visited (classname sop.NAME, name "Kind title"), and one for the verdict, a <failure> when
// `failed`. States with unknown rows carry them as <system-out>; a failed run is an <error>.
std::string junit(const Report& report, bool failed);

}  // namespace inquest
