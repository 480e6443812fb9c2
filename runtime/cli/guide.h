// Guide: asks a person at each choice of a guided run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/cli/command.h"
#include "runtime/engine/run.h"
#include "runtime/report/report.h"

namespace inquest {

// Shows what is offered and why, with the number that picks it; reads one line. A number, a label or its beginning is
// accepted, an empty line takes what an unattended run would, `q` leaves (the case waits: exit 6), `?` explains. Where a
// context may be about several findings the person picks one. End of input without an answer: nobody can decide.
class Guide final : public Chooser {
 public:
  Guide(const Style& style, User& user) : style_(style), user_(user) {}
  Result<std::optional<Choice>> choose(const Offer& offer, const Snapshot& snapshot) override;

 private:
  std::optional<std::string> line(const std::string& prompt);
  Style style_;
  User& user_;
};

}  // namespace inquest
