// The kernels as scripts see them: kernel.NAME(frame, …, { option = value }) gives a frame.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lua.hpp>

namespace inquest::wrap {

// Defines the frozen global `kernel`, one function a row of kernels(). Frames come first (as many as the kernel takes),
// then a table of options. An error of a kernel is an error of the script, with its cure.
void define_kernels(lua_State* L);

}  // namespace inquest::wrap
