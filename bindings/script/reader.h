// Reader: the text of a SOP file as a Sop, against the words of the catalogue; and plain data files as a Value.
// SPDX-License-Identifier: Apache-2.0
//
// Nothing is run. `problems` holds everything that syntax, words and types show, sorted by position; what needs the whole
// procedure (targets, names, slots, reachability) is found by check() on the Sop. Rules given here: syntax, unknown-word,
// misplaced, reserved, unknown-field, missing-field, field-twice, wrong-type, bad-name, bad-input, todo.
// A Sop that comes with problems lacks what could not be read: good for drawing and editors, never to be walked.
//
//     const std::vector<Diagnostic> problems = check_text(text, "sops/x/sop.lua", catalogue);   // reader, then check()
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/machine/check.h"

namespace inquest {

struct Read {
  std::optional<Sop> sop;               // absent when the file is no `return sop "name" { … }`
  std::vector<Diagnostic> problems;
};
Read read_sop(const std::string& text, const std::string& file, const Catalogue& catalogue);

// All problems of a SOP file: those of the reader; without any, those of check().
std::vector<Diagnostic> check_text(const std::string& text, const std::string& file, const Catalogue& catalogue);

// A file of data: `return VALUE`, `local name = VALUE` allowed at its head (bindings/script/syntax.h says the forms).
// The Error has the first problem: where = file:line:column.
Result<Value> read_data(const std::string& text, const std::string& file);

// A problem as an Error of code `config`, for callers that stop at the first.
Error first_error(const std::vector<Diagnostic>& problems);

}  // namespace inquest
