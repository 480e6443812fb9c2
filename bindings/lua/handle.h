// Handles: typed userdata that hold a shared_ptr<const T> and die when the scope they were made for ends.
// SPDX-License-Identifier: Apache-2.0
//
// A kind of handle is a constant description; its address is its identity:
//
//     const lua::HandleKind frame_kind = {"frame", frame_methods, frame_index, nullptr, nullptr, nullptr};
//     lua::define_handle(L, frame_kind);                                   // once a State, in setup
//     lua::Scope scope(L);                                                 // one call of a review
//     lua::push_handle(L, frame_kind, frame_ptr, scope, bytes_of(frame));  // bytes count against budget.memory
//     const Frame& f = lua::handle<Frame>(L, 1, frame_kind, "frame.column");
//
// After the scope's end the object is released, and every use says "this frame belongs to a call that ended". The
// metatable is frozen and hidden (`getmetatable` gives false), writes raise an error. Equality is identity of the
// object (two handles of one object are equal). The address is never shown: tostring gives `frame#4` unless the kind
// has its own. Scope must not outlive its State. One thread.
#pragma once

#include <cstddef>
#include <lua.hpp>
#include <memory>
#include <string>
#include <vector>

#include "bindings/lua/call.h"

namespace inquest::lua {

struct HandleKind {
  const char* name;                        // "frame": in errors and tostring
  const Entry* methods = nullptr;          // ends at the entry without a name; `frame:column(…)`
  lua_CFunction index = nullptr;           // (handle, key) when no method has the name; none: an error with the nearest
  lua_CFunction length = nullptr;          // #handle
  lua_CFunction text = nullptr;            // tostring(handle)
  lua_CFunction call = nullptr;            // handle(…)
};

void define_handle(lua_State* L, const HandleKind& kind);

struct Slot {                              // internal: what a handle and its scope share
  std::shared_ptr<const void> object;
  size_t bytes = 0;
};

class Scope final {
 public:
  explicit Scope(lua_State* L) : L_(L) {}
  ~Scope() { end(); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  void end();                              // releases every object; idempotent

 private:
  friend void push_handle_slot(lua_State*, const HandleKind&, std::shared_ptr<const void>, Scope*, size_t);
  lua_State* L_;
  std::vector<std::weak_ptr<Slot>> slots_;
};

// scope null: lives as long as the script can reach it.
void push_handle_slot(lua_State* L, const HandleKind& kind, std::shared_ptr<const void> object, Scope* scope,
                      size_t bytes);
template <class T>
void push_handle(lua_State* L, const HandleKind& kind, std::shared_ptr<const T> object, Scope& scope,
                 size_t bytes = 0) {
  push_handle_slot(L, kind, std::move(object), &scope, bytes);
}
template <class T>
void push_handle(lua_State* L, const HandleKind& kind, std::shared_ptr<const T> object, size_t bytes = 0) {
  push_handle_slot(L, kind, std::move(object), nullptr, bytes);
}

bool is_handle(lua_State* L, int index, const HandleKind& kind);
// The name of the kind when the value is a handle of any kind, else null.
const char* handle_name(lua_State* L, int index);
// Throws Raise: "FUNCTION: argument I must be a frame, got a text", or that it belongs to a call that ended.
std::shared_ptr<const void> handle_object(lua_State* L, int index, const HandleKind& kind, const char* function);

template <class T>
std::shared_ptr<const T> handle(lua_State* L, int index, const HandleKind& kind, const char* function) {
  return std::static_pointer_cast<const T>(handle_object(L, index, kind, function));
}

}  // namespace inquest::lua
