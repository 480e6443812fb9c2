// Kernel: a pure function on frames, by name; the list of all of them is kernels.cpp.
// SPDX-License-Identifier: Apache-2.0
//
// A kernel takes frames and options and returns a frame (mostly shape `table`, one row a group). Its C++ form with
// typed
// arguments stands in its own header (quantile.h, change_point.h, …) and is what connectors call; the row here wraps it
// for Lua: `kernel.change_point(frame, { by = { "service" } })`. Groups: unless `by` is given, the kernel groups by the
// head columns and every further label column of the shape. Rows of the result are in ascending order of the group key.
// Long loops poll `stop` and return Error{Code::interrupted}.
#pragma once

#include <atomic>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/frame/frame.h"

namespace inquest {

using Stop = std::atomic<bool>;

constexpr int kernels_version = 2;             // raised when a kernel's numbers change; journalled, for replay

struct Kernel {
  const char* name;
  const char* doc;       // one line: what, units, source of the formula
  const char* options;   // "by, value, at" — names of the options it knows, comma-separated; others are errors
  Result<FramePtr> (*run)(const std::vector<FramePtr>& frames, const Map& options, const Stop* stop);
};

const std::vector<Kernel>& kernels();          // sorted by name
const Kernel* kernel(std::string_view name);

}  // namespace inquest
