// Session: asks and reviews one at a time, without a SOP and without a case: the REPL, `inquest lua`, tests of reviews.
// SPDX-License-Identifier: Apache-2.0
//
// The same code as in a run sends asks, limits them by the scope, resolves measures and checks rows of reviews; nothing is
// journalled. `scope` and `names` are the caller's to set between calls. Thread rule: one owner thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/run.h"

namespace inquest {

struct SessionRequest {
  const Catalogue* catalogue = nullptr;
  std::vector<Source>* sources = nullptr;            // may be empty: every ask is then unsupported
  std::map<std::string, std::string> signals = {};   // signal → source name, from configuration
  Reviewer* reviewer = nullptr;                      // required for review()
  Clock* clock = nullptr;
  std::optional<Time> from = {}, to = {};            // else the recording, else back from now
  std::optional<Duration> since = {};                // 1h without a recording
  std::map<std::string, std::string> sentences = {};
  Duration ask_deadline = {30 * ns_per_s};
  size_t pool = 8, per_source = 4;
  bool offline = false;                              // sources on servers are not asked
  Stop* stop = nullptr;
};

class Session final {
 public:
  // Probes the sources. Errors: config (two sources of one name), usage (an empty window), interrupted.
  static Result<std::unique_ptr<Session>> open(const SessionRequest& request);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Scope scope;                                       // in force for the next ask and review
  Map names;                                         // values for `$name`; `bindings` of a call win
  struct SourceNote { std::string name, kind; Probe probe; std::optional<Failure> failure; };
  std::vector<SourceNote> sources() const;           // by name

  // The ask as it would be sent: options bound, window absolute. Names that are unbound stand in Ask::unknown_names.
  Result<Ask> bound(const AskSpec& spec, const Map& bindings = {}) const;
  // Never RetryLater: it is waited for within the deadline. Two sources of the signal and no word which: rejected.
  Outcome<FramePtr> ask(const AskSpec& spec, const Map& bindings = {});
  // Slot → frame; a frame that came from ask() carries its evidence (E1, … in the order of the asks). Errors: usage
  // (no such review or slot), script, interrupted. A required slot without a frame gives unknown rows.
  Result<Rows> review(const std::string& name, const Map& options, const std::map<std::string, FramePtr>& frames,
                      const std::vector<Finding>& earlier = {});
  // What resolutions said so far: "memory → process.memory.usage (9 services)".
  const std::vector<std::string>& resolved() const;

 private:
  struct Inside;
  explicit Session(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace inquest
