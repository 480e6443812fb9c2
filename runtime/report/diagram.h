// Diagram: a dot drawing laid out as SVG by Graphviz, as a child process; and its SVG made fit to stand inside a page.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "runtime/base/error.h"

namespace inquest {

using Layout = std::function<Result<std::string>(const std::string& dot)>;   // dot text → SVG

// Runs `dot -Tsvg` found on PATH: text in through a pipe, at most 10 s and 4 MB. Errors: not_found when there is no
// dot, timed_out, io when it fails. The result went through inline_svg().
Result<std::string> dot_svg(const std::string& dot);

// The <svg> element alone: no prolog, doctype, comments or namespace addresses. Io error when there is none or when it
// holds anything that could run or fetch.
Result<std::string> inline_svg(const std::string& document);

}  // namespace inquest
