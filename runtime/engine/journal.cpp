// The closed list of kinds and the hash that chains the rows.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/journal.h"

#include "runtime/base/hash.h"

namespace inquest {

const std::vector<std::string>& journal_kinds() {
  static const std::vector<std::string> kinds = {
      "run_started",        "clock_read",     "resolved", "state_entered", "context_entered", "context_left", "told",
      "answer_given",       "ask_sent",       "answered", "ask_failed",    "reviewed",        "offered",      "chose",
      "hypothesis_changed", "script_stopped", "resumed",  "traffic",        "verdict",       "run_ended"};
  return kinds;
}

std::string chain_hash(const std::string& previous, int64_t seq, const std::string& kind, const std::string& payload) {
  std::string text;
  text.reserve(previous.size() + kind.size() + payload.size() + 24);
  text.append(previous).append("\n").append(std::to_string(seq)).append("\n").append(kind).append("\n").append(payload);
  return sha256_hex(text);
}

}  // namespace inquest
