// The frame as scripts see it: an immutable handle with methods; small results become tables, large ones stay handles.
// SPDX-License-Identifier: Apache-2.0
//
//     frame:rows()                       number of rows; also #frame
//     frame:shape()                      "series", "latency", …
//     frame:columns()                    names of the columns, in order
//     frame:has("error")                 true when there is a column of this name
//     frame:table()                      list of rows { column = value }; absent cells are nil
//     frame:column("value")              list of the values of one column; absent cells are `null`
//     for row in frame:each("service", "value") do … end    the rows one by one, with these columns (without names all),
//                                        in the order of the frame; of any length, each row costs its cells of the budget
//     frame:where { kind = { "server", "consumer" }, service = "a" }   rows whose cells equal, as a frame
//     frame:first(n)                     the first n rows, as a frame
//     frame:sort("value", "descending")  stable; absent cells last, as a frame
//     frame:partial()                    why the answer is partial, or nil
//     frame:limited()                    what the ask itself left out ("500 of 9 214 templates, …"), or nil
// Results of more than 10 000 cells do not become tables: an error says so and names the way out (each, a kernel, first, where).
// time, duration and integers beyond 2^53 are userdata (bindings/lua/call.h).
#pragma once

#include "bindings/lua/handle.h"
#include "runtime/frame/frame.h"

namespace inquest::wrap {

constexpr size_t most_cells = 10'000;

void define_frame(lua_State* L);                                             // in setup
void push_frame(lua_State* L, const FramePtr& frame, lua::Scope* scope);     // nil when null
FramePtr to_frame(lua_State* L, int index, const char* function);            // throws lua::Raise
bool is_frame(lua_State* L, int index);
void push_rows(lua_State* L, const Frame& frame);                            // what frame:table() gives

}  // namespace inquest::wrap
