// Merge: parts of a signal, in order, into its table. Internal to the reader.
// SPDX-License-Identifier: Apache-2.0
//
// Numbers of texts, resources and streams are given anew in order of first appearance over all rows, so that the table
// does not depend on where the parts were cut. What no row refers to (resources of bad lines) is left behind.
// Thread rule: one thread at a time.
#pragma once

#include <memory>
#include <vector>

#include "runtime/connectors/otlp_decode.h"

namespace inquest::otlp {

class Merge final {
 public:
  explicit Merge(Signal signal);
  ~Merge();
  // `share`: how much of all bytes (0 < share ≤ 1) is in after this part; what is to come is reserved by it.
  void add(const Part& part, double share);
  // Once, at the end: the table of the signal.
  std::shared_ptr<const void> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace inquest::otlp
