// The limiting allocator, and the serial numbers that stand in for addresses.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>

#include "bindings/lua/context.h"

namespace inquest::lua {
namespace {

// 16 bytes, so that blocks stay aligned as malloc gives them.
struct Header {
  uint64_t creation;
  uint64_t serial;
};
static_assert(sizeof(Header) == 16);

// A stopped script still needs room to unwind and to print its error.
constexpr size_t slack = size_t{4} << 20;

Header* header_of(lua_State* L, int index) {
  const Context& context = context_of(L);
  const void* at = lua_topointer(L, index);
  switch (lua_type(L, index)) {
    case LUA_TTABLE: case LUA_TFUNCTION: case LUA_TTHREAD: break;
    case LUA_TUSERDATA: at = static_cast<const char*>(at) - context.userdata_offset; break;
    default: return nullptr;
  }
  return static_cast<Header*>(const_cast<void*>(at)) - 1;
}

}  // namespace

void* allocate(void* data, void* block, size_t old_size, size_t size) {
  Context& context = *static_cast<Context*>(data);
  Header* header = block != nullptr ? static_cast<Header*>(block) - 1 : nullptr;
  const size_t before = header != nullptr ? old_size + sizeof(Header) : 0;
  if (size == 0) {
    std::free(header);
    context.used -= before;
    return nullptr;
  }
  const size_t after = size + sizeof(Header);
  if (after > before && context.opened && context.running > 0) {
    const size_t limit = context.options.budget.memory + (context.cause != Cause::none ? slack : 0);
    if (context.used - before + after + context.charged > limit) {
      stop(context, Cause::memory);
      return nullptr;
    }
  }
  auto* fresh = static_cast<Header*>(std::realloc(header, after));
  if (fresh == nullptr) {
    if (after > before && context.opened) stop(context, Cause::memory);
    return nullptr;
  }
  if (header == nullptr) *fresh = {++context.blocks, 0};
  context.used = context.used - before + after;
  context.peak = std::max(context.peak, context.used + context.charged);
  context.last_block = fresh + 1;
  return fresh + 1;
}

uint64_t serial_of(lua_State* L, int index) {
  Header* header = header_of(L, index);
  if (header == nullptr) return 0;
  if (header->serial == 0) header->serial = ++context_of(L).serials;
  return header->serial;
}

uint64_t creation_of(lua_State* L, int index) {
  const Header* header = header_of(L, index);
  return header == nullptr ? 0 : header->creation;
}

void charge(lua_State* L, size_t bytes) {
  Context& context = context_of(L);
  const size_t limit = context.options.budget.memory;
  if (context.used + context.charged + bytes > limit || bytes > limit) {
    if (bytes <= limit) lua_gc(L, LUA_GCCOLLECT, 0);
    if (bytes > limit || context.used + context.charged + bytes > limit) {
      stop(context, Cause::memory);
      throw Stopped{};
    }
  }
  context.charged += bytes;
  context.peak = std::max(context.peak, context.used + context.charged);
}

void discharge(lua_State* L, size_t bytes) {
  Context& context = context_of(L);
  context.charged -= std::min(bytes, context.charged);
}

}  // namespace inquest::lua
