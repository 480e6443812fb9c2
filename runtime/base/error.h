// Errors as values: a closed list of codes, an Error that names place and cure, and Result<T>.
// SPDX-License-Identifier: Apache-2.0
//
// Expected failure is a value, never an exception. Every Error is written for the person who reads it: `where` is the
// file:line or the option at fault, `message` names the value, `cure` the way out (the nearest valid name, the command
// that mends it). `print()` is the one form in which errors reach a screen:
//
//     sops/x/sop.lua:12: unknown word `contxt`
//       did you mean `context`?
//
// Thread rule: values, no shared state.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace inquest {

// The closed list. code_name() and exit_code() are total over it (error_test.cpp ties them).
enum class Code {
  usage,           // a wrong option or argument; exit 2
  config,          // a wrong configuration or SOP file; exit 2
  not_found,       // a file, SOP or case that does not exist; exit 2
  io,              // reading or writing failed; exit 1
  parse,           // text that is not what it should be; exit 2
  script,          // a Lua script stopped; exit 1 (the cause is in `cause`)
  refused,         // a source refused credentials; exit 4
  nothing,         // sources answered and there was nothing to examine; exit 5
  waits,           // waits for a decision that nobody can give; exit 6
  source,          // a source failed; exit 1
  damaged,         // a case file whose hashes do not fit; exit 1
  busy,            // a case file that another process holds; exit 1
  timed_out,       // the time limit; exit 124
  interrupted,     // ctrl-c; exit 130
  bug,             // a broken promise of our own; exit 1
};

const char* code_name(Code code);
int exit_code(Code code);

struct Error {
  Code code = Code::bug;
  std::string message;     // one line, no trailing full stop, names the value at fault
  std::string where = {};  // file:line, option or source; may be empty
  std::string cure = {};   // what to do; may be empty
  std::string cause = {};  // a typed cause where one exists, e.g. script_instructions, timeout
  std::string print() const;
};

template <class T>
class [[nodiscard]] Result final {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}          // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}      // NOLINT: implicit on purpose
  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { assert(ok()); return std::get<0>(state_); }
  const T& value() const& { assert(ok()); return std::get<0>(state_); }
  T&& value() && { assert(ok()); return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { assert(!ok()); return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> final {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}                  // NOLINT: implicit on purpose
  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const Error& error() const { assert(!ok_); return error_; }

 private:
  Error error_;
  bool ok_ = true;
};
using Status = Result<void>;

}  // namespace inquest
