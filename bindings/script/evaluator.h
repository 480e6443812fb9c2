// Evaluator: the words of asks and reviews as functions, for the REPL and `inquest lua`, through the engine's own code.
// SPDX-License-Identifier: Apache-2.0
//
//     local memory = metric.memory {}                       -- a frame
//     local slow = spans.slowest { limit = 20, service = "a" }   -- scope names narrow, as a context's `only` does
//     local load = promql [[up]] {}                         -- a native ask
//     reviews.memory_growth { memory = memory }             -- { found = …, examined = …, unknown = … }
//     within { service = "a", window = "10m" }              -- limits every ask from here on; within {} lifts it again
//     within { onset = t }  spans.contrast { against = "before $onset" }   -- any other name is bound for `$name`
// An ask takes its options, `from`, `against`, `outside`, `where`, scope names and `window`; a review its slots (frames)
// and its options: they are checked by the rules of `inquest check`. An ask that fails raises an error with its cause,
// unknown asks, options and reviews name the nearest. What reviews found is `earlier` for the next ones, as far as its
// subject agrees with the limits in force; the same review under the same limits replaces what it found before.
// Time spent waiting on sources does not count against the script's allowance. Thread rule: one thread.
#pragma once

#include <memory>

#include "bindings/inquest.h"
#include "runtime/engine/session.h"

namespace inquest::script {

class Evaluator final {
 public:
  // Probes the sources of `inquest`, which may have none: asks then say how to name one. Errors are told by define().
  Evaluator(Inquest& inquest, Stop& stop, Clock& clock);
  // With the reviews and measures of a SOP's folder, and another budget for reviews than the default.
  // Of `options` from, to, since and offline count.
  Evaluator(Inquest& inquest, Stop& stop, Clock& clock, const std::string& sop_folder, lua::Watch* watch,
            const RunOptions& options = {});
  ~Evaluator();
  // Frames, kernels, asks, reviews, `within`, `like`, `above`, `below`, and the words of review files. In Options::setup.
  Status define(lua_State* L);
  const Scope& scope() const;
  const Map& names() const;                                   // bound by within
  const std::vector<Finding>& findings() const;
  const Catalogue& catalogue() const;
  const AskRow* asked(const Frame& frame) const;              // the ask that gave it; null: it was computed
  std::vector<Session::SourceNote> sources() const;
  const std::vector<std::string>& resolved() const;

  struct Inside;                                              // evaluator.cpp

 private:
  std::unique_ptr<Inside> inside_;
};

}  // namespace inquest::script
