// Evaluator: the words of asks and reviews as functions, for the REPL and `inquest lua`, through the engine's own code.
// SPDX-License-Identifier: Apache-2.0
//
//     local memory = metric.memory {}                       -- a frame
//     local slow = spans.slowest { limit = 20, service = "a" }   -- scope names narrow, as a context's `only` does
//     reviews.memory_growth { memory = memory }             -- { found = …, examined = …, unknown = … }
//     within { service = "a", window = "10m" }              -- limits every ask from here on; within {} lifts it again
// An ask that fails raises an error with its cause. What reviews found is `earlier` for the next ones.
#pragma once

#include <memory>

#include "bindings/inquest.h"

namespace inquest::script {

class Evaluator final {
 public:
  Evaluator(Inquest& inquest, Stop& stop, Clock& clock);
  ~Evaluator();
  // Frames, kernels and the words of review files always; asks, reviews and `within` when a source is there.
  Status define(lua_State* L);
  const Scope& scope() const;
  const std::vector<Finding>& findings() const;
  const Catalogue& catalogue() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace inquest::script
