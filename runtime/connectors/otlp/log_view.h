// LogView: the log records of one ask: heads, severity as text, and which rows its scope and `where` let through.
// SPDX-License-Identifier: Apache-2.0
//
// `where` knows severity (as sent, without case; or by number: trace debug info warn error fatal), body (equal, or like "…")
// and attributes of the record, else of its resource. Borrows `logs` and `ask`; one per ask and thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/connectors/otlp/asking.h"

namespace inquest::otlp {

struct LogView {
  LogView(const Logs& logs, const Aliases& aliases, const Ask& ask);
  const Logs& logs;
  std::vector<Head> heads;                               // per resource
  bool holds(size_t row) const;                          // scope, where and windows of the ask
  std::string severity(size_t row) const;                // as sent, else by its number; empty when unknown
  const Cell* attribute(size_t row, std::string_view key) const;

 private:
  std::vector<uint8_t> resource_;
  std::vector<Stretch> windows_;
  std::optional<Condition> severity_, body_;
  std::vector<std::pair<std::string, Condition>> attributes_;
  mutable std::vector<uint8_t> body_known_;              // per text id: 0 not looked at, 1 fits, 2 does not
};

}  // namespace inquest::otlp
