// Console: lines typed one after the other in one interpreter, with what each gives as frames and texts to show.
// SPDX-License-Identifier: Apache-2.0
//
// A line is tried as an expression first (`return LINE`), then as statements; globals stay, `local` ends with its line.
// Each line has a fresh allowance; an error ends the line and nothing else. Thread rule: one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bindings/script/evaluator.h"

namespace inquest::script {

struct Shown {
  FramePtr frame;               // null: `text` stands for the value
  std::string kind, unit;       // of the ask that gave the frame; empty: it was computed
  std::string text;             // several lines for the rows of a review
};

class Console final {
 public:
  // `sop_folder` may be empty; `print` gets what scripts print, a line a call. `evaluator` must outlive it.
  static Result<std::unique_ptr<Console>> open(Evaluator& evaluator, Stop& stop, lua::Watch* watch,
                                               std::function<void(std::string_view)> print);
  ~Console();

  struct Answer {
    bool incomplete = false;    // the text ends too early: give it again with the next line behind it
    std::vector<Shown> values;
  };
  Result<Answer> line(const std::string& text);

 private:
  struct Inside;
  explicit Console(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace inquest::script
