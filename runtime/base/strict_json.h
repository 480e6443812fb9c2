// Strict JSON from servers: events or a tree, within limits of depth and memory; the door's way into json.h.
// SPDX-License-Identifier: Apache-2.0
//
// Differs from parse_json, which reads what we wrote ourselves: nothing ambiguous passes. Refused are bytes behind the
// end, bare NaN and Infinity, numbers beyond a double (1e400), integers beyond 64 bits, duplicate keys, raw control
// characters in texts, depth above the limit. Kept are integers of 64 bits (signed or unsigned), -0 (a double), U+0000.
// Bytes that are not UTF-8 and lone surrogates become U+FFFD and are counted.
// Memory: the events need none but one text at a time; the tree is estimated while it is built, from above.
// Errors: Code::parse; `cause` is "malformed" or "too_large"; the message names the byte.
// Numbers are read without the locale. No recursion. Thread rule: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/error.h"
#include "runtime/base/json.h"

namespace inquest {

struct JsonLimits {
  size_t depth = 128;
  size_t memory = size_t{64} << 20;      // of the tree, in bytes
};

// What a text consists of, in order. A handler that answers false ends the reading with the Error of `why()`.
// Duplicate keys are the handler's to find (the tree does). A `text` lives for the call only.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual bool null() = 0;
  virtual bool boolean(bool value) = 0;
  virtual bool integer(int64_t value) = 0;
  virtual bool unsigned_integer(uint64_t value) = 0;  // above the largest int64 only
  virtual bool number(double value) = 0;
  virtual bool string(std::string_view text) = 0;
  virtual bool key(std::string_view text) = 0;
  virtual bool begin_object() = 0;
  virtual bool end_object() = 0;
  virtual bool begin_array() = 0;
  virtual bool end_array() = 0;
  virtual Error why() const { return {Code::parse, "not what was expected", "", "", "malformed"}; }
};

// `replaced`: texts in which bytes or surrogates were replaced.
Status read_strict_json(std::string_view text, JsonEvents& events, const JsonLimits& limits = {}, size_t* replaced = nullptr);
Result<Json> strict_json(std::string_view text, const JsonLimits& limits = {}, size_t* replaced = nullptr);

}  // namespace inquest
