// ReportBuilder: makes a Report row by row, so that a running case and a kept one are read by the same code.
// SPDX-License-Identifier: Apache-2.0
//
// Pure: what row() makes of a journal row depends on the rows before it alone. A row of an unknown kind changes
// nothing; a member of the wrong type is as if it were absent. Frames and wire sizes come from the evidence table
// through evidence(), in any order after their ask_sent row.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/model/sop.h"
#include "runtime/report/report.h"

namespace inquest {

class ReportBuilder final {
 public:
  void row(const JournalRow& row);
  void evidence(const EvidenceRow& row);
  const Report& report() const { return report_; }
  Report take();                                  // closes what is open; the builder is spent afterwards
  void case_path(const std::string& path) { report_.case_path = path; }

 private:
  ReportStep* step(const std::string& state);     // the latest visit, null when there was none
  ReportEvidence* entry(const std::string& id);
  void started(const Json& p);
  void entered(const JournalRow& row);
  void context(const Json& p, bool entered);
  void sent(const Json& p);
  void reviewed(const Json& p);
  void offered(const Json& p);
  void gather();                                  // findings, unknown, examined of the latest runs

  struct RunOf { std::string state, use, bindings, review; std::map<std::string, std::string> slots; Rows rows; };
  Report report_;
  std::vector<RunOf> runs_;
  std::vector<std::pair<int, std::string>> bindings_;   // of the contexts in force
  std::string last_kind_;
  int64_t last_seq_ = 0;
  Time last_at_;
};

// The SOP as kept in run_started; nullopt when the row has none that can be read.
std::optional<Sop> sop_of(const Report& report);
// What the walk marks on a drawing of that SOP: visited states, taken edges, the current state of a run that did not
// end.
struct Walk;
Walk walk_of(const Report& report, const Sop& sop);

const Finding* finding_of(const Report& report, std::string_view id);
const ReportEvidence* evidence_of(const Report& report, std::string_view id);

}  // namespace inquest
