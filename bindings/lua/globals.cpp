// The allow list: base functions, frozen libraries, the environment of every chunk, and `require` from a list.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bindings/lua/context.h"
#include "runtime/base/text.h"

namespace inquest::lua {
namespace {

// Names that people expect and why they are absent.
const char* absent(std::string_view name) {
  if (name == "io" || name == "loadfile" || name == "dofile") return "scripts read no files; data comes as frames";
  if (name == "os") return "scripts see no clock and no machine; times come from frames and windows";
  if (name == "load" || name == "loadstring" || name == "package") return "modules are files; use require \"name\"";
  if (name == "jit" || name == "ffi" || name == "debug" || name == "collectgarbage" || name == "newproxy" ||
      name == "getfenv" || name == "setfenv")
    return "it is not part of the sandbox";
  return nullptr;
}

int unknown_global(lua_State* L) {
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  const std::string name = lua_tostring(L, 2);
  if (const char* why = absent(name))
    fail(Error{Code::script, fmt::format("`{}` does not exist here", name), "", why, cause_name(Cause::error)});
  std::vector<std::string> known;
  lua_pushlightuserdata(L, key(keys.base));
  lua_rawget(L, LUA_REGISTRYINDEX);
  each_pair(L, -1, [&] {
    if (lua_type(L, -2) == LUA_TSTRING) known.emplace_back(lua_tostring(L, -2));
    return true;
  });
  const std::string near = nearest(name, known);
  fail(Error{Code::script, fmt::format("unknown name `{}`", printable(name, 80)), "",
             near.empty() ? "write `local` where it is first set" : fmt::format("did you mean `{}`?", near),
             cause_name(Cause::error)});
}

int write_global(lua_State* L) {
  push_text(L, 2);
  const std::string name = printable(lua_tostring(L, -1), 80);
  fail(Error{Code::script, fmt::format("the global `{}` cannot be set", name), "", fmt::format("write `local {}`", name),
             cause_name(Cause::error)});
}

int write_frozen(lua_State* L) {
  push_text(L, 2);
  const std::string field = printable(lua_tostring(L, -1), 80);
  fail(fmt::format("`{0}` is frozen: {0}.{1} cannot be set", lua_tostring(L, lua_upvalueindex(1)), field));
}

bool metatable_field(lua_State* L, int index, const char& which) {   // pushes the field when there is one
  if (lua_type(L, index) != LUA_TTABLE || lua_getmetatable(L, index) == 0) return false;
  lua_pushlightuserdata(L, key(which));
  lua_rawget(L, -2);
  lua_remove(L, -2);
  if (!lua_isnil(L, -1)) return true;
  lua_pop(L, 1);
  return false;
}

// Replaces the table at the top by an empty one that shows it.
void freeze_as(lua_State* L, const char* name, lua_CFunction write) {
  luaL_checkstack(L, 6, nullptr);
  lua_newtable(L);                       // view
  lua_newtable(L);                       // its metatable
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "__index");
  lua_pushlightuserdata(L, key(keys.frozen_inner));
  lua_pushvalue(L, -4);
  lua_rawset(L, -3);
  lua_pushlightuserdata(L, key(keys.frozen_name));
  lua_pushstring(L, name);
  lua_rawset(L, -3);
  if (write != nullptr) {
    lua_pushstring(L, name);
    lua_pushcclosure(L, write, 1);
    lua_setfield(L, -2, "__newindex");
  }
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_remove(L, -2);
}

int tostring(lua_State* L) {
  const Args args(L, "tostring");
  args.any(1, "value");
  push_text(L, 1);
  return 1;
}

int print(lua_State* L) {
  Context& context = context_of(L);
  std::string line;
  const int count = lua_gettop(L);
  for (int i = 1; i <= count; ++i) {
    push_text(L, i);
    size_t size = 0;
    const char* data = lua_tolstring(L, -1, &size);
    if (context.printed + line.size() + size > context.options.budget.output) {
      stop(context, Cause::too_large, fmt::format("the script printed more than {} bytes", context.options.budget.output));
      throw Stopped{};
    }
    if (i > 1) line += '\t';
    line.append(data, size);
    lua_pop(L, 1);
  }
  context.printed += line.size() + 1;
  spend(L, 10 + line.size() / 100);
  if (context.options.print) context.options.print(line);
  return 0;
}

void refuse_metafield(lua_State* L, const char* name, const char* why) {
  lua_pushstring(L, name);
  lua_rawget(L, 2);
  if (!lua_isnil(L, -1)) fail(fmt::format("setmetatable: `{}` is not allowed; {}", name, why));
  lua_pop(L, 1);
}

int setmetatable(lua_State* L) {
  const Args args(L, "setmetatable");
  args.table(1, "table");
  if (!lua_isnil(L, 2)) args.table(2, "metatable");
  args.any(2, "metatable");
  check_writable(L, 1);
  if (lua_isnil(L, 2) == 0) {
    refuse_metafield(L, "__gc", "when it runs depends on the garbage collector");
    refuse_metafield(L, "__mode", "what is left in a weak table depends on the garbage collector");
  }
  if (luaL_getmetafield(L, 1, "__metatable") != 0) fail("setmetatable: the metatable is protected");
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

// The handler of xpcall. The hook is off while an error out of the hook is handled: a stopped script gets no handler.
int handle_error(lua_State* L) {
  if (context_of(L).cause != Cause::none) return 1;
  const Level level(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}
int guarded_handler(lua_State* L) {
  return context_of(L).cause != Cause::none ? 1 : guard(L, handle_error);
}
int wrap_handler(lua_State* L) {
  lua_settop(L, 1);
  lua_pushcclosure(L, guarded_handler, 1);
  return 1;
}
// In Lua, so that a coroutine can yield across it.
constexpr char xpcall_text[] =
    "local native, wrap = ... return function(f, handler, ...) return native(f, wrap(handler), ...) end";

int rawget(lua_State* L) {
  const Args args(L, "rawget");
  args.table(1, "table");
  args.any(2, "key");
  lua_settop(L, 2);
  if (push_inner(L, 1)) lua_replace(L, 1);
  lua_rawget(L, 1);
  return 1;
}

int rawset(lua_State* L) {
  const Args args(L, "rawset");
  args.table(1, "table");
  args.any(3, "value");
  lua_settop(L, 3);
  check_writable(L, 1);
  if (lua_isnil(L, 2)) fail("rawset: argument 2 `key` must not be nil");
  if (lua_type(L, 2) == LUA_TNUMBER && std::isnan(lua_tonumber(L, 2))) fail("rawset: argument 2 `key` must not be NaN");
  lua_rawset(L, 1);
  return 1;
}

int require(lua_State* L) {
  Context& context = context_of(L);
  const Args args(L, "require");
  const std::string name(args.text(1, "name"));
  lua_pushlightuserdata(L, key(keys.modules));
  lua_rawget(L, LUA_REGISTRYINDEX);
  const int loaded = lua_gettop(L);
  lua_getfield(L, loaded, name.c_str());
  if (!lua_isnil(L, -1)) return 1;
  lua_pop(L, 1);
  const auto found = context.modules.find(name);
  if (found == context.modules.end()) {
    std::vector<std::string> known;
    for (const auto& [other, module] : context.modules) known.push_back(other);
    fail(Error{Code::script, fmt::format("require: no module `{}`", printable(name, 80)), "",
               known.empty() ? "no modules were given" : did_you_mean(name, known), cause_name(Cause::error)});
  }
  if (std::find(context.requiring.begin(), context.requiring.end(), name) != context.requiring.end())
    fail(fmt::format("require: `{}` requires itself", name));
  const Level level(L);
  if (auto status = context.state->load(found->second.text, found->second.file); !status) fail(status.error());
  if (context.L != L) lua_xmove(context.L, L, 1);
  context.requiring.push_back(name);
  auto status = context.state->call_on(L, 0, 1);
  context.requiring.pop_back();
  if (!status) fail(status.error());
  if (lua_isnil(L, -1)) fail(fmt::format("require: {} returned nothing", found->second.file));
  lua_pushvalue(L, -1);
  lua_setfield(L, loaded, name.c_str());
  return 1;
}

// Copies fields of the table at `from` to the table at the top.
void copy(lua_State* L, int from, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    lua_getfield(L, from, name);
    lua_setfield(L, -2, name);
  }
}

void open_original(lua_State* L, lua_CFunction open, const char* name) {
  lua_pushcfunction(L, open);
  lua_pushstring(L, name);
  lua_call(L, 1, 0);
}

}  // namespace

bool push_inner(lua_State* L, int index) { return metatable_field(L, index, keys.frozen_inner); }

bool frozen(lua_State* L, int index) {
  if (!metatable_field(L, index, keys.frozen_name)) return false;
  lua_pop(L, 1);
  return true;
}

void check_writable(lua_State* L, int index) {
  if (!metatable_field(L, index, keys.frozen_name)) return;
  if (context_of(L).options.globals_writable && std::string_view(lua_tostring(L, -1)) == "_G") {
    lua_pop(L, 1);
    return;
  }
  fail(fmt::format("`{}` is frozen", lua_tostring(L, -1)));
}

void freeze(lua_State* L, const char* name) { freeze_as(L, name, guarded<write_frozen>); }

void define(lua_State* L, const char* name) {
  lua_pushlightuserdata(L, key(keys.base));
  lua_rawget(L, LUA_REGISTRYINDEX);
  lua_insert(L, -2);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

void push_text(lua_State* L, int index) {
  if (index < 0 && index > LUA_REGISTRYINDEX) index = lua_gettop(L) + index + 1;
  if (lua_checkstack(L, 8) == 0) fail("too many values at once");
  switch (lua_type(L, index)) {
    case LUA_TNONE: case LUA_TNIL: lua_pushliteral(L, "nil"); return;
    case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, index) != 0 ? "true" : "false"); return;
    case LUA_TSTRING: lua_pushvalue(L, index); return;
    case LUA_TNUMBER:
      lua_pushvalue(L, index);
      lua_tolstring(L, -1, nullptr);
      return;
    case LUA_TLIGHTUSERDATA: lua_pushliteral(L, "null"); return;
    default: break;
  }
  if (luaL_getmetafield(L, index, "__tostring") != 0) {
    const Level level(L);
    lua_pushvalue(L, index);
    lua_call(L, 1, 1);
    if (lua_type(L, -1) != LUA_TSTRING) {
      if (lua_type(L, -1) != LUA_TNUMBER) fail("tostring: `__tostring` must return a text, got " + kind_of(L, -1));
      lua_tolstring(L, -1, nullptr);
    }
    return;
  }
  push_identity(L, index);
}

void push_identity(lua_State* L, int index) {
  const char* kind = lua_type(L, index) == LUA_TTABLE      ? "table"
                     : lua_type(L, index) == LUA_TFUNCTION ? "function"
                     : lua_type(L, index) == LUA_TTHREAD   ? "coroutine"
                     : lua_type(L, index) == LUA_TUSERDATA ? "handle"
                                                           : nullptr;
  if (kind == nullptr) {
    push_text(L, index);
    return;
  }
  lua_pushstring(L, fmt::format("{}#{}", kind, serial_of(L, index)).c_str());
}

void open_globals(lua_State* L) {
  Context& context = context_of(L);
  for (const Module& module : context.options.modules) context.modules[module.name] = module;
  lua_pushlightuserdata(L, key(keys.modules));
  lua_newtable(L);
  lua_rawset(L, LUA_REGISTRYINDEX);

  open_original(L, luaopen_base, "");
  open_original(L, luaopen_table, LUA_TABLIBNAME);
  open_original(L, luaopen_string, LUA_STRLIBNAME);
  open_original(L, luaopen_math, LUA_MATHLIBNAME);
  open_original(L, luaopen_bit, LUA_BITLIBNAME);
  open_values(L);
  lua_settop(L, 0);
  lua_pushvalue(L, LUA_GLOBALSINDEX);    // 1: the originals, out of reach when this function ends
  lua_newtable(L);                       // 2: base
  lua_pushlightuserdata(L, key(keys.base));
  lua_pushvalue(L, 2);
  lua_rawset(L, LUA_REGISTRYINDEX);
  copy(L, 1, {"assert", "error", "getmetatable", "ipairs", "pcall", "rawequal", "select", "tonumber", "type", "unpack"});
  if (luaL_loadbuffer(L, xpcall_text, sizeof xpcall_text - 1, "=xpcall") != 0) lua_error(L);
  lua_getfield(L, 1, "xpcall");
  lua_pushcfunction(L, guarded<wrap_handler>);
  lua_call(L, 2, 1);
  lua_setfield(L, 2, "xpcall");
  const Entry entries[] = {{"tostring", guarded<tostring>}, {"print", guarded<print>},
                           {"setmetatable", guarded<setmetatable>}, {"rawget", guarded<rawget>},
                           {"rawset", guarded<rawset>}, {"require", guarded<require>}, {nullptr, nullptr}};
  set_functions(L, entries);
  open_pairs(L);
  lua_pushliteral(L, "Lua 5.1");
  lua_setfield(L, 2, "_VERSION");
  push_null(L);
  lua_setfield(L, 2, "null");

  lua_getfield(L, 1, "bit");
  freeze(L, "bit");
  lua_setfield(L, 2, "bit");
  const struct { const char* name; void (*open)(lua_State*); } libraries[] = {
      {"string", open_strings}, {"table", open_tables}, {"math", open_math}, {"coroutine", open_coroutines}};
  for (const auto& library : libraries) {
    lua_getfield(L, 1, library.name);
    library.open(L);                     // original at the top → our own table at the top
    if (std::string_view(library.name) == "string") {
      lua_pushliteral(L, "");            // the metatable of texts
      lua_newtable(L);
      lua_pushvalue(L, -3);
      lua_setfield(L, -2, "__index");
      lua_pushboolean(L, 0);
      lua_setfield(L, -2, "__metatable");
      lua_setmetatable(L, -2);
      lua_pop(L, 1);
    }
    freeze(L, library.name);
    lua_setfield(L, 2, library.name);
  }

  lua_newtable(L);                       // metatable of base: what is not there
  lua_pushcfunction(L, guarded<unknown_global>);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, 2);
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  freeze_as(L, "_G", context.options.globals_writable ? nullptr : guarded<write_global>);
  lua_pushvalue(L, 3);
  lua_setfield(L, 2, "_G");
  lua_pushlightuserdata(L, key(keys.environment));
  lua_pushvalue(L, 3);
  lua_rawset(L, LUA_REGISTRYINDEX);
  // Nothing of the originals stays where a chunk, a coroutine or the environment of a host function could show it.
  for (const int libraries_too : {1, 0}) {
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
      if (libraries_too == 1 && lua_type(L, -1) == LUA_TTABLE && lua_rawequal(L, -1, 1) == 0) {
        lua_getfield(L, -1, "dump");
        if (!lua_isnil(L, -1)) {
          lua_pushnil(L);
          lua_setfield(L, -3, "dump");
        }
        lua_pop(L, 1);
      }
      lua_pop(L, 1);
      if (libraries_too == 0) {
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, 1);
      }
    }
  }
  lua_pushvalue(L, 3);
  lua_replace(L, LUA_GLOBALSINDEX);
  lua_pushnil(L);
  lua_setfield(L, LUA_REGISTRYINDEX, "_LOADED");
  lua_settop(L, 0);
}

}  // namespace inquest::lua
