// Loading one script, running it under its budget, and its results as value and text.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/lua/run.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "bindings/lua/context.h"
#include "runtime/base/text.h"

namespace inquest::lua {
namespace {

// (light userdata Ended, results…): runs under the allowance, because a __tostring may be called.
int show(lua_State* L) {
  auto* ended = static_cast<Ended*>(lua_touserdata(L, 1));
  const int count = lua_gettop(L);
  for (int i = 2; i <= count; ++i) {
    if (i > 2) ended->text += '\t';
    auto value = read_value(L, i, "the result");
    const bool plain_table = lua_type(L, i) == LUA_TTABLE && luaL_getmetafield(L, i, "__tostring") == 0;
    if (value && (plain_table || lua_type(L, i) == LUA_TUSERDATA)) {
      ended->text += print_value(*value);
    } else if (!value && plain_table) {
      fail(value.error());               // a cycle, a hole, a key that is no text: say so, not `table#1`
    } else {
      push_text(L, i);
      size_t size = 0;
      const char* data = lua_tolstring(L, -1, &size);
      ended->text.append(data, size);
    }
    if (i == 2 && value) ended->value = std::move(*value);
  }
  return 0;
}

}  // namespace

Result<Ended> run_script(const std::string& text, const std::string& name, Options options,
                         const std::vector<std::string>& arguments) {
  auto opened = State::open(std::move(options));
  if (!opened) return opened.error();
  State& state = **opened;
  lua_State* L = state.get();
  Ended ended;
  lua_pushcfunction(L, guarded<show>);
  lua_pushlightuserdata(L, &ended);
  if (auto loaded = state.load(text, name); !loaded) return loaded.error();
  if (lua_checkstack(L, static_cast<int>(arguments.size()) + 8) == 0)
    return Error{Code::usage, "too many arguments for a script"};
  for (const std::string& argument : arguments) lua_pushlstring(L, argument.data(), argument.size());
  Status status = state.call(static_cast<int>(arguments.size()), LUA_MULTRET);
  if (status) status = state.call(lua_gettop(L) - 1, 0);
  if (!status) {
    Error error = status.error();
    if (error.where.empty()) error.where = name;         // a tail call left no line
    return error;
  }
  ended.spent = state.spent();
  return ended;
}

Result<Ended> run_file(const std::string& path, Options options, const std::vector<std::string>& arguments) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0)
    return Error{Code::not_found, fmt::format("no file `{}`", path), "", "give the path of a Lua file"};
  if (S_ISREG(info.st_mode) && static_cast<size_t>(info.st_size) > options.budget.source)
    return Error{Code::script, fmt::format("{} bytes of Lua, at most {} are read", info.st_size, options.budget.source), path,
                 "split the file; tables of data belong in a file of their own", cause_name(Cause::too_large)};
  auto text = read_file(path, options.budget.source + 1);
  if (!text) return text.error();
  return run_script(*text, path, std::move(options), arguments);
}

}  // namespace inquest::lua
