// Check: runs its parts over one view and sorts what they found; the printed and JSON forms.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/check.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/machine/check_view.h"

namespace inquest {

const std::vector<std::string>& check_rules() {
  static const std::vector<std::string> rules = {
      // check_walk.cpp
      "duplicate-name", "unknown-target", "unreachable", "dead-end", "no-last-edge", "duplicate-label", "never-offered", "endless-loop",
      "says-without-end", "next-outside-top", "on-without-top", "top-without-on", "top-without-next", "top-without-about",
      "empty-context", "empty-fork",
      // check_contexts.cpp
      "bad-phrase", "unknown-scope-name", "unknown-finding-field", "unbound-name", "out-of-scope", "native-ignores-scope",
      // check_asks.cpp
      "query-without-asks", "unknown-ask", "unknown-measure", "unknown-option", "missing-option", "wrong-option", "bad-where",
      "unknown-review", "unknown-state", "no-frames", "frames-later", "no-frame", "two-frames", "unknown-frame", "wrong-frame", "kind-taken",
      // check_findings.cpp
      "unknown-finding", "unreviewed-finding", "wrong-match", "hypothesis-without-needs", "unknown-hypothesis", "explains-circle",
      "wrong-key",
      // check.cpp
      "too-large"};
  return rules;
}

std::vector<Diagnostic> check(const Sop& sop, const Catalogue& catalogue) {
  if (sop.states.size() > CheckView::most_states || sop.contexts.size() > CheckView::most_contexts)
    return {{sop.file, sop.at, "too-large", std::to_string(sop.states.size()) + " states and " + std::to_string(sop.contexts.size()) + " contexts are too many",
             "at most " + std::to_string(CheckView::most_states) + " states and " + std::to_string(CheckView::most_contexts) + " contexts: split the procedure"}};
  CheckView view(sop, catalogue);
  check_walk(view);
  check_contexts(view);
  check_asks(view);
  check_findings(view);
  std::stable_sort(view.problems.begin(), view.problems.end(), [](const Diagnostic& a, const Diagnostic& b) { return a.at < b.at; });
  // The same words at the same place, found from two sides, are one mistake.
  const auto same = [](const Diagnostic& a, const Diagnostic& b) { return a.at == b.at && a.message == b.message; };
  view.problems.erase(std::unique(view.problems.begin(), view.problems.end(), same), view.problems.end());
  return std::move(view.problems);
}

std::string Diagnostic::print() const {
  std::string out = file.empty() ? "" : file + ":";
  if (at.line > 0) out += std::to_string(at.line) + ":" + std::to_string(at.column) + ":";
  out += (out.empty() ? "" : " ") + std::string(warning ? "warning: " : "") + message;
  if (!cure.empty()) out += "\n  " + cure;
  return out;
}

Json diagnostics_json(const std::vector<Diagnostic>& diagnostics) {
  Json out = Json::array();
  for (const Diagnostic& d : diagnostics)
    out.push_back({{"file", d.file}, {"line", d.at.line}, {"column", d.at.column}, {"rule", d.rule}, {"message", d.message},
                   {"cure", d.cure}, {"severity", d.warning ? "warning" : "error"}});
  return out;
}

}  // namespace inquest
