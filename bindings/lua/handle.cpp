// Handles: userdata with a hidden, frozen metatable whose object is released when its scope ends.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/lua/handle.h"

#include <fmt/format.h>

#include <new>

#include "bindings/lua/context.h"
#include "runtime/base/text.h"

namespace inquest::lua {
namespace {

using Box = std::shared_ptr<Slot>;

const HandleKind* kind_at(lua_State* L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || lua_getmetatable(L, index) == 0) return nullptr;
  lua_pushlightuserdata(L, key(keys.kind));
  lua_rawget(L, -2);
  const auto* kind = static_cast<const HandleKind*>(lua_touserdata(L, -1));
  lua_pop(L, 2);
  return kind;
}

void release(lua_State* L, Slot& slot) {
  discharge(L, slot.bytes);
  slot.bytes = 0;
  slot.object.reset();
}

int collect(lua_State* L) {
  auto* box = static_cast<Box*>(lua_touserdata(L, 1));
  if (*box) {
    release(L, **box);
  }
  box->~Box();
  return 0;
}

const HandleKind& of(lua_State* L) {
  const HandleKind* kind = kind_at(L, 1);
  if (kind == nullptr) fail("not a handle");
  return *kind;
}

int index_handle(lua_State* L) {
  const HandleKind& kind = of(L);
  lua_pushvalue(L, 2);
  lua_rawget(L, lua_upvalueindex(1));
  if (!lua_isnil(L, -1)) return 1;
  lua_pop(L, 1);
  if (kind.index != nullptr) return kind.index(L);
  std::vector<std::string> known;
  for (const Entry* entry = kind.methods; entry != nullptr && entry->name != nullptr; ++entry)
    known.emplace_back(entry->name);
  push_text(L, 2);
  const std::string name = lua_tostring(L, -1);
  fail(Error{Code::script, fmt::format("a {} has no field `{}`", kind.name, printable(name, 80)), "",
             known.empty() ? "" : did_you_mean(name, known), cause_name(Cause::error)});
}

int write_handle(lua_State* L) { fail(fmt::format("a {} cannot be changed", of(L).name)); }

int text_handle(lua_State* L) {
  lua_pushstring(L, fmt::format("{}#{}", of(L).name, serial_of(L, 1)).c_str());
  return 1;
}

int equal_handle(lua_State* L) {
  const HandleKind* a = kind_at(L, 1);
  const HandleKind* b = kind_at(L, 2);
  bool same = a != nullptr && a == b;
  if (same) {
    const Box& left = *static_cast<Box*>(lua_touserdata(L, 1));
    const Box& right = *static_cast<Box*>(lua_touserdata(L, 2));
    same = left == right || (left->object != nullptr && left->object == right->object);
  }
  lua_pushboolean(L, same ? 1 : 0);
  return 1;
}

}  // namespace

void define_handle(lua_State* L, const HandleKind& kind) {
  luaL_checkstack(L, 8, nullptr);
  lua_pushlightuserdata(L, const_cast<HandleKind*>(&kind));
  lua_newtable(L);
  lua_pushlightuserdata(L, key(keys.kind));
  lua_pushlightuserdata(L, const_cast<HandleKind*>(&kind));
  lua_rawset(L, -3);
  lua_newtable(L);
  if (kind.methods != nullptr) set_functions(L, kind.methods);
  lua_pushcclosure(L, guarded<index_handle>, 1);
  lua_setfield(L, -2, "__index");
  const Entry entries[] = {{"__newindex", guarded<write_handle>},
                           {"__tostring", kind.text != nullptr ? kind.text : guarded<text_handle>},
                           {"__eq", guarded<equal_handle>},
                           {"__gc", collect},
                           {nullptr, nullptr}};
  set_functions(L, entries);
  if (kind.length != nullptr) {
    lua_pushcfunction(L, kind.length);
    lua_setfield(L, -2, "__len");
  }
  if (kind.call != nullptr) {
    lua_pushcfunction(L, kind.call);
    lua_setfield(L, -2, "__call");
  }
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_rawset(L, LUA_REGISTRYINDEX);
}

void push_handle_slot(lua_State* L, const HandleKind& kind, std::shared_ptr<const void> object, Scope* scope,
                      size_t bytes) {
  luaL_checkstack(L, 4, nullptr);
  charge(L, bytes);
  auto slot = std::make_shared<Slot>(Slot{std::move(object), bytes});
  new (lua_newuserdata(L, sizeof(Box))) Box(slot);
  lua_pushlightuserdata(L, const_cast<HandleKind*>(&kind));
  lua_rawget(L, LUA_REGISTRYINDEX);
  if (lua_isnil(L, -1)) {
    static_cast<Box*>(lua_touserdata(L, -2))->~Box();
    discharge(L, bytes);
    fail(Error{Code::bug, fmt::format("the handle `{}` was not defined in this state", kind.name)});
  }
  lua_setmetatable(L, -2);
  if (scope != nullptr) scope->slots_.push_back(slot);
}

void Scope::end() {
  for (const auto& weak : slots_) {
    if (const auto slot = weak.lock()) release(L_, *slot);
  }
  slots_.clear();
}

bool is_handle(lua_State* L, int index, const HandleKind& kind) { return kind_at(L, index) == &kind; }

const char* handle_name(lua_State* L, int index) {
  const HandleKind* kind = kind_at(L, index);
  return kind == nullptr ? nullptr : kind->name;
}

std::shared_ptr<const void> handle_object(lua_State* L, int index, const HandleKind& kind, const char* function) {
  if (!is_handle(L, index, kind))
    fail(fmt::format("{}: argument {} must be a {}, got {}", function, index, kind.name, kind_of(L, index)));
  const Box& box = *static_cast<Box*>(lua_touserdata(L, index));
  if (box->object == nullptr)
    fail(Error{Code::script, fmt::format("{}: this {} belongs to a call that ended", function, kind.name), "",
               "keep the numbers you need, not the " + std::string(kind.name), cause_name(Cause::error)});
  return box->object;
}

}  // namespace inquest::lua
