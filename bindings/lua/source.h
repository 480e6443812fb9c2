// What a chunk must be before LuaJIT's parser sees it: text, not too large, without the literals and the crash we know.
// SPDX-License-Identifier: Apache-2.0
//
// A lexer that splits exactly as LuaJIT's does (names with bytes above 0x7f, long brackets, \z, hex and binary
// numerals, a first line with '#', a byte order mark) and parses nothing. Refused, with file:line:
//   script_too_large          more than budget.source bytes
//   script_syntax             a zero byte or bytecode; more than budget.elseifs `elseif`; `for … in (constants, one nil) …`,
//                             whose method call crashes the parser of Debian 12's LuaJIT
//                             (`local _` newline `for _ in (nil):foo() do end`)
//   script_forbidden_literal  numerals ending in LL, ULL or i: they make cdata, the way to raw memory
// Everything else is left to the parser. Pure.
#pragma once

#include <string>
#include <string_view>

#include "bindings/lua/state.h"

namespace inquest::lua {

Status check_source(std::string_view text, const std::string& name, const Budget& budget);

}  // namespace inquest::lua
