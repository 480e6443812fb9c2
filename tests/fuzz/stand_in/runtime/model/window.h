// Stands in for the model's header of this name in the fuzzer: the one type of it that the reader uses.
// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer needs clang, and clang does not take value.h, which window.h includes (a vector of a type not yet complete).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "runtime/base/json.h"
#include "runtime/base/time.h"

namespace inquest {

struct Window {
  Time from, to;
};

}  // namespace inquest
