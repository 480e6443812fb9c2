// TerminalWalk: prints an investigation as its rows arrive; the same text when a kept case is fed through it.
// SPDX-License-Identifier: Apache-2.0
//
//     TerminalWalk walk(style, stderr, [&](const std::string& id) { … frame of evidence id … }, case_path);
//     request.observer = [&](const JournalRow& row) { walk.row(row); };
//
// State by state: kind and title; each answer with rows, source and time taken; each finding as one sentence with its
// strength, `[E3]` and the course of what it rests on; what was looked for in vain and what is unknown, once per cause;
// the choice, with what else was offered and what was not; a context with the limit that is now in force. An answer that
// no review judges shows its first rows. When the run ends: verdict, how sure, what was ruled out, what was not looked
// at, case path, next commands. With Style::verbose also the table of every answer, the names that measures were found
// under, every review by itself, every subject and every offer. No claim is told in one form alone.
// No line is wider than Style::columns (at least 40); hostile text is escaped; without Style::colour no escape is
// written. The branches of a fork are told one after the other as their answers come in. Thread rule: one thread.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/report/builder.h"
#include "runtime/report/paper.h"
#include "runtime/report/report.h"
#include "runtime/report/words.h"

namespace inquest {

class TerminalWalk final {
 public:
  using Frames = std::function<FramePtr(const std::string& evidence)>;  // null when there is none
  TerminalWalk(const Style& style, Paper::Sink sink, Frames frames = {}, const std::string& case_path = {});
  TerminalWalk(const Style& style, std::FILE* file, Frames frames = {}, const std::string& case_path = {});
  void row(const JournalRow& row);
  // For a walk whose last row was not run_ended: what is known of it. Nothing after run_ended. Call once, at the end.
  void end();

 private:
  void opening();
  void heading(const std::string& state);        // of a state not yet told
  void answer(const JournalRow& row);
  void reviewed(const JournalRow& row);
  void hypothesis(const JournalRow& row);
  void told_of_reviews();                        // what the reviews just run looked for in vain, and what is unknown
  void offered(const JournalRow& row);
  void chose(const JournalRow& row);
  std::string offers(bool offered, const std::string& but) const;
  void context(const JournalRow& row);
  void split_at_onset();                         // latency before and after the onset that a review just found
  std::string course(const Finding& finding) const;   // a sparkline of what the finding rests on; may be empty
  void closing();
  bool judged(const std::string& state) const;   // a review reads the answers of this state
  std::string bars() const;                      // │ per context in force
  const ReportStep* step(const std::string& state) const;

  Style style_;
  Paper paper_;
  Frames frames_;
  Words words_;
  ReportBuilder builder_;
  std::optional<Sop> sop_;
  std::vector<ReportContext> contexts_;          // in force
  std::vector<std::string> untold_;              // branches of a fork whose heading waits for an answer
  std::string told_;                             // state whose heading stands above
  std::string chosen_;                           // label of the choice just told
  Rows just_;                                    // of the reviews just run, when they are told together
  Json offer_;                                   // that waits for a choice
  const Finding* fresh_ = nullptr;               // strongest finding with an onset of the reviews just run
  Finding strongest_;
  bool split_ = false, ended_ = false;
};

}  // namespace inquest
