// One guarded function for all kernels: the registry's row travels as an upvalue.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/wrap/kernels.h"

#include "bindings/wrap/frame.h"
#include "runtime/frame/kernels/kernel.h"

namespace inquest::wrap {
namespace {

int call(lua_State* L) {
  const auto& row = *static_cast<const Kernel*>(lua_touserdata(L, lua_upvalueindex(1)));
  const std::string function = std::string("kernel.") + row.name;
  const lua::Args args(L, function.c_str());
  std::vector<FramePtr> frames;
  int at = 1;
  for (; at <= args.count() && is_frame(L, at); ++at) frames.push_back(to_frame(L, at, function.c_str()));
  if (frames.empty()) args.expected(1, "frame", "a frame");
  Map options;
  if (args.given(at)) options = args.map(at, "options");
  args.end(at);
  size_t work = 0;
  for (const FramePtr& frame : frames) work += frame->rows;
  lua::spend(L, work / 10);
  Result<FramePtr> result = row.run(frames, options, lua::stop_flag(L));
  lua::poll(L);
  if (!result) {
    Error error = result.error();
    error.code = Code::script;
    error.message = function + ": " + error.message;
    error.cause = "script_error";
    lua::fail(error);
  }
  push_frame(L, *result, nullptr);
  return 1;
}

}  // namespace

void define_kernels(lua_State* L) {
  lua_newtable(L);
  for (const Kernel& row : kernels()) {
    lua_pushlightuserdata(L, const_cast<Kernel*>(&row));
    lua_pushcclosure(L, lua::guarded<call>, 1);
    lua_setfield(L, -2, row.name);
  }
  lua::freeze(L, "kernel");
  lua::define(L, "kernel");
}

}  // namespace inquest::wrap
