// Runner: one run while it lasts — the machine's effects carried out, each result journalled before the machine sees
// it. SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/engine. run.cpp makes one when everything that can be wrong beforehand is right; runner.cpp holds
// the loop and the effects, runner_end.cpp the ends of a run. Thread rule: the calling thread; only Gatherer uses
// others.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/gather.h"
#include "runtime/engine/reviewing.h"
#include "runtime/engine/starting.h"

namespace inquest {

class Runner final : private Sink {
 public:
  Runner(const RunRequest& request, const SourceMap& sources, CaseFile& file, int64_t started_ns);
  RunResult run(const Beginning& beginning, std::optional<Time> clock_read);

 private:
  struct End {
    int exit = 0;
    std::string why;
  };

  // The loop.
  std::optional<End> walk(Event event);
  std::optional<End> carry(const Effect& effect);
  std::optional<End> on(const EnterState& effect);
  std::optional<End> on(const EnterContext& effect);
  std::optional<End> on(const LeaveContext& effect);
  std::optional<End> on(const Tell& effect);
  std::optional<End> on(const Send& effect);
  std::optional<End> on(const RunReview& effect);
  std::optional<Unknown> root_of(const Ask& ask) const;
  std::optional<End> on(const Offer& effect);
  std::optional<End> on(const HypothesisChanged& effect);
  std::vector<Json> changed_;  // hypotheses that one review changed, not yet written: one row each, together
  std::optional<End> on(const Finish& effect);
  std::optional<End> decide(const Offer& offer, Choice& choice);

  // Sink.
  Status resolved(const std::string& source, const Resolution& resolution) override;
  Status sent(const Question& question) override;
  Status arrived(const Question& question, const Reply& reply) override;
  Status replied(const Question& question, Reply& reply) override;
  Status settle() override;

  // Ends.
  // Rows are written in groups and shown when their group is on the disk: settle() ends a group, before anything is
  // sent, reviewed or asked of a person, and whenever nothing more has arrived.
  Status write(const std::string& kind, Json payload, const RowSide& side = {});
  Status write_all(const std::string& kind, std::vector<Json> payloads);
  std::optional<End> written(const Status& status) const;  // an end when the case cannot be written
  bool cancelled() const;
  std::optional<End> cut_short() const;        // ctrl-c, time limit
  End ended(const std::string& reason) const;  // the exit of a run that came to its end
  RunResult close(const End& end);
  Status write_traffic();

  const RunRequest& request_;
  const SourceMap& sources_;
  CaseFile& file_;
  int64_t started_ns_;
  Stop never_ = false;
  const Stop& stop_;
  Machine machine_;
  Snapshot snapshot_;
  Gatherer gatherer_;
  std::deque<Event> events_;
  std::map<std::string, Kept> kept_;  // evidence → what it was
  int next_evidence_ = 1;
  std::string last_hash_;
  std::vector<JournalRow> unsettled_;  // written, not yet on the disk
  bool broken_ = false;  // the case cannot be written any more
  bool examined_ = false, refused_ = false, failed_ = false;
  std::optional<std::string> script_stopped_, failure_;
};

}  // namespace inquest
