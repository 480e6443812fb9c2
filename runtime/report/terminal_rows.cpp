// The walk: answers, findings, and what reviews did not find or could not know.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/kernel.h"
#include "runtime/report/summary.h"
#include "runtime/report/terminal.h"

namespace inquest {
namespace {

constexpr size_t most_printed = 12, most_rows_short = 5, most_split_short = 3, most_causes = 3;

}  // namespace

bool TerminalWalk::judged(const std::string& state) const {
  if (!sop_) return false;
  const State* const here = sop_->state(state);
  if (!here) return false;
  if (!here->with.empty()) return true;
  return std::any_of(sop_->states.begin(), sop_->states.end(), [&](const State& s) {
    return !s.with.empty() && std::any_of(s.of.begin(), s.of.end(), [&](const std::string& of) {
      return of == state || (!here->fork.empty() && of == here->fork);
    });
  });
}

void TerminalWalk::answer(const JournalRow& row) {
  const std::string id = member_text(row.payload, "evidence"), state = member_text(row.payload, "state");
  heading(state);
  const ReportEvidence* const e = evidence_of(builder_.report(), id);
  const std::string in = bars() + "  ";
  if (!e) return;
  const std::string took = e->ms > 0 ? ", " + human(e->ms, "ms") : "";
  if (e->failure) {
    paper_.item(in, Tone::bad, "✖ " + words_("walk.failed", id),
                words_("walk.failure", e->ask, e->failure->cause, failure_name(e->failure->cls), e->source, took));
    if (!e->failure->cure.empty()) paper_.item(in + "  ", Tone::dim, words_("cure"), e->failure->cure);
    return;
  }
  std::string body = words_("walk.answered", e->ask, words_.plural("count.rows", e->rows), e->source, took);
  std::vector<std::string> scope;
  for (const auto& [name, value] : e->names) {
    if (!style_.verbose && !contexts_.empty()) {
      const auto said = contexts_.back().scope.names.find(name);
      if (said != contexts_.back().scope.names.end() && said->second == value) continue;
    }
    scope.push_back(name + "=" + value);
  }
  if (!scope.empty()) body += ", " + join(scope, ", ");
  if (e->then) body += ", " + words_("walk.against", clock_window(*e->then));
  if (!e->outside.empty()) body += ", " + words_("walk.outside", join(e->outside, ", "));
  Marks marks = e->marks;
  const bool in_short = !style_.verbose && judged(state);
  if (in_short) {   // limits are told at the end, under "not fully"; notes stand beside
    if (!marks.notes.empty()) body += "; " + join(marks.notes, "; ");
    marks.limited = marks.approximate = "";
    marks.notes.clear();
  }
  const std::string marked = marks_line(marks, words_);
  paper_.item(in, Tone::good, "✔ " + id, body);
  if (!marked.empty()) paper_.item(in + "  ", marks.partial.empty() ? Tone::dim : Tone::warn, "!", marked);
  if (style_.verbose && !e->link.empty()) paper_.text(in + "  ", e->link);
  if (!frames_ || in_short) return;   // what a review judges is told by its findings
  ReportEvidence with_frame = *e;
  with_frame.frame = frames_(id);
  paper_.table(in + "  ", in_language(evidence_table(with_frame, style_.verbose ? most_printed : most_rows_short), words_));
}

// Of the one series or latency that a finding about a service rests on.
std::string TerminalWalk::course(const Finding& finding) const {
  const auto service = finding.subject.find("service");
  if (!frames_ || service == finding.subject.end()) return "";
  const ReportEvidence* only = nullptr;
  for (const std::string& id : finding.evidence) {
    const ReportEvidence* const e = evidence_of(builder_.report(), id);
    if (!e || (e->shape != shape_name(Shape::series) && e->shape != shape_name(Shape::latency))) continue;
    if (only) return "";
    only = e;
  }
  const FramePtr frame = only ? frames_(only->id) : nullptr;
  if (!frame) return "";
  const bool latency = frame->shape == Shape::latency;
  if (latency && finding.subject.count("operation")) {   // of that operation, not of all of its service
    const auto operation = finding.subject.find("operation");
    const Column* const services = frame->column("service");
    const Column* const operations = frame->column("operation");
    if (!services || !operations || services->type != ColumnType::text || operations->type != ColumnType::text) return "";
    std::vector<uint32_t> rows;
    for (size_t r = 0; r < frame->rows; ++r)
      if (services->text(r) == service->second && operations->text(r) == operation->second) rows.push_back(static_cast<uint32_t>(r));
    for (const SeriesLine& line : latency_lines(*select(*frame, rows))) return sparkline(line.points, only->window);
    return "";
  }
  std::string best;
  double most = -1;
  for (const SeriesLine& line : latency ? latency_lines(*frame) : series_lines(*frame)) {
    if (line.service != service->second || line.points.empty()) continue;
    const auto [low, high] = std::minmax_element(line.points.begin(), line.points.end(),
                                                 [](const auto& a, const auto& b) { return a.second < b.second; });
    const double change = high->second - low->second;
    if (change <= most) continue;
    most = change;
    best = sparkline(line.points, only->window);
  }
  return best;
}

void TerminalWalk::reviewed(const JournalRow& row) {
  const Json& p = row.payload;
  heading(member_text(p, "state"));
  const std::string in = bars() + "  ";
  Rows rows;
  if (const Json* const json = member(p, "rows"))
    if (auto read = json_rows(*json)) rows = std::move(*read);
  const bool nothing = rows.found.empty() && rows.examined.empty() && rows.unknown.empty();
  if (style_.verbose) paper_.item(in, Tone::strong, member_text(p, "review"), nothing ? words_("walk.nothing_examined") : "");
  else if (nothing) paper_.item(in, Tone::dim, "–", member_text(p, "review") + ": " + words_("walk.nothing_examined"));
  for (const Finding& f : rows.found) {
    std::string body = cited(f);
    if (const std::string line = course(f); !line.empty()) body += " " + line;
    body += " (" + words_("strength", fmt::format("{:.2f}", f.strength)) + ")";
    if (style_.verbose) paper_.item(in + "  ", Tone::good, "✔ " + words_("walk.found", f.id), body);
    else paper_.item(in, Tone::good, "✔ " + f.id, body);
    if (f.onset && (!fresh_ || f.strength > strongest_.strength)) {
      strongest_ = f;
      fresh_ = &strongest_;
    }
  }
  if (style_.verbose) {
    for (const std::string& line : not_found(rows, words_)) paper_.item(in + "  ", Tone::dim, "– " + words_("walk.not_found"), line);
    for (const Gap& g : gaps_of(rows.unknown, words_))
      paper_.item(in + "  ", Tone::warn, "? " + words_("walk.unknown"), gap_line(g, words_));
    return;
  }
  const auto move = [](auto& to, auto& from) { to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end())); };
  move(just_.found, rows.found);
  move(just_.examined, rows.examined);
  move(just_.unknown, rows.unknown);
}

void TerminalWalk::told_of_reviews() {
  if (just_.examined.empty() && just_.unknown.empty()) {
    just_ = {};
    return;
  }
  const Rows rows = std::move(just_);
  just_ = {};
  const std::string in = bars() + "  ";
  std::vector<std::string> absent;
  for (const Absence& a : absences(rows))
    absent.push_back(words_(absent.empty() ? "walk.in_of_first" : "walk.in_of", a.kind, a.missing, a.examined));
  if (!absent.empty()) paper_.item(in, Tone::dim, "– " + words_("walk.not_found"), join(absent, ", "));
  const std::vector<Gap> gaps = gaps_of(rows.unknown, words_);
  for (size_t i = 0; i < gaps.size() && i < most_causes; ++i)
    paper_.item(in, Tone::warn, "? " + words_("walk.unknown"), gaps[i].what + ": " + gaps[i].why);
  if (gaps.size() > most_causes) paper_.text(in + "  ", words_("walk.more_gaps", gaps.size() - most_causes));
}

void TerminalWalk::split_at_onset() {
  const Finding* const found = fresh_;
  fresh_ = nullptr;
  if (!found || !frames_ || split_) return;
  for (const ReportEvidence& e : builder_.report().evidence) {
    if (e.shape != shape_name(Shape::latency)) continue;
    const FramePtr frame = frames_(e.id);
    if (!frame) continue;
    Table table = in_language(latency_split(*frame, *found->onset, style_.verbose ? most_printed : most_split_short), words_);
    if (table.rows.empty()) continue;
    table.caption = words_("walk.onset_of", table.caption, e.id, found->id);
    paper_.table(bars() + "  ", table);
    split_ = true;
    return;
  }
}

}  // namespace inquest
