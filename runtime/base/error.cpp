// Names, exit codes and the printed form of errors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/error.h"

namespace inquest {

const char* code_name(Code code) {
  switch (code) {
    case Code::usage: return "usage";
    case Code::config: return "config";
    case Code::not_found: return "not_found";
    case Code::io: return "io";
    case Code::parse: return "parse";
    case Code::script: return "script";
    case Code::refused: return "refused";
    case Code::nothing: return "nothing";
    case Code::waits: return "waits";
    case Code::source: return "source";
    case Code::damaged: return "damaged";
    case Code::busy: return "busy";
    case Code::timed_out: return "timed_out";
    case Code::interrupted: return "interrupted";
    case Code::bug: return "bug";
  }
  return "bug";
}

int exit_code(Code code) {
  switch (code) {
    case Code::usage:
    case Code::config:
    case Code::not_found:
    case Code::parse: return 2;
    case Code::refused: return 4;
    case Code::nothing: return 5;
    case Code::waits: return 6;
    case Code::timed_out: return 124;
    case Code::interrupted: return 130;
    case Code::io:
    case Code::script:
    case Code::source:
    case Code::damaged:
    case Code::busy:
    case Code::bug: return 1;
  }
  return 1;
}

std::string Error::print() const {
  std::string out;
  if (!where.empty()) out += where + ": ";
  out += message;
  if (!cure.empty()) out += "\n  " + cure;
  return out;
}

}  // namespace inquest
