// TerminalWalk: prints an investigation as its rows arrive; the same text when a kept case is fed through it.
// SPDX-License-Identifier: Apache-2.0
//
//     TerminalWalk walk(style, stderr, [&](const std::string& id) { … frame of evidence id … }, case_path);
//     request.observer = [&](const JournalRow& row) { walk.row(row); };
//
// State by state: kind, title, window; each answer with rows, source and time taken, and a table of its frame; each
// finding as one sentence with `[E3]`; what is offered and what is not, with reasons; a context with the limit that is
// now in force. When the run ends: verdict, how sure, what was ruled out, what was not looked at, case path, next
// commands. No line is wider than Style::columns (at least 40); hostile text is escaped; without Style::colour no
// escape is written. The branches of a fork are told one after the other as their answers come in. Thread rule: one
// thread.
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "runtime/report/builder.h"
#include "runtime/report/paper.h"
#include "runtime/report/report.h"

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
  void opening(const JournalRow& row);
  void heading(const std::string& state);        // of a state not yet told
  void answer(const JournalRow& row);
  void reviewed(const JournalRow& row);
  void offered(const JournalRow& row);
  void context(const JournalRow& row);
  void split_at_onset();                         // latency before and after the onset that a review just found
  void closing();
  std::string bars() const;                      // │ per context in force
  const ReportStep* step(const std::string& state) const;

  Style style_;
  Paper paper_;
  Frames frames_;
  ReportBuilder builder_;
  std::vector<Window> windows_;                  // of the contexts in force
  std::vector<std::string> untold_;              // branches of a fork whose heading waits for an answer
  std::string told_;                             // state whose heading stands above
  const Finding* fresh_ = nullptr;               // strongest finding with an onset of the reviews just run
  Finding strongest_;
  bool split_ = false, ended_ = false;
};

}  // namespace inquest
