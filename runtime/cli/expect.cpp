// Comparing expectations of sop_test.lua with a report.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cli/expect.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"

namespace inquest {
namespace {

bool has(const std::vector<std::string>& list, const std::string& text) { return std::find(list.begin(), list.end(), text) != list.end(); }
std::string shown(const std::vector<std::string>& list) { return list.empty() ? "none" : join(list, ", "); }
std::string text_of(const Json& row, const char* name) {
  const auto at = row.find(name);
  return at != row.end() && at->is_string() ? at->get<std::string>() : "";
}

// The event that a row of the journal hands to the machine, if it does.
std::optional<Event> event_of(const JournalRow& row) {
  const Json& p = row.payload;
  if (row.kind == "run_started") {
    Started event;
    if (auto window = p.contains("window") ? json_window(p["window"]) : Result<Window>(Error{})) event.window = *window;
    event.window_given = text_of(p, "window_from") != "start of the run";
    if (p.contains("inputs") && p["inputs"].is_object())
      for (const auto& [name, value] : p["inputs"].items())
        if (auto read = json_value(value)) event.inputs.emplace_back(name, *read);
    if (p.contains("defaulted") && p["defaulted"].is_array())
      for (const Json& name : p["defaulted"])
        if (name.is_string()) event.defaulted.insert(name.get<std::string>());
    return event;
  }
  if (row.kind == "answered")
    return Answered{text_of(p, "state"), text_of(p, "ask"), text_of(p, "evidence"), p.contains("marks") ? json_marks(p["marks"]) : Marks{}};
  if (row.kind == "ask_failed")
    return Failed{text_of(p, "state"), text_of(p, "ask"), text_of(p, "evidence"),
                  Failure{failure_class(text_of(p, "class")).value_or(Failure::Class::internal), text_of(p, "cause"), text_of(p, "cure")}};
  if (row.kind == "reviewed") {
    Reviewed event;
    event.state = text_of(p, "state");
    if (p.contains("use") && p["use"].is_number_integer()) event.use = p["use"].get<size_t>();
    if (auto rows = p.contains("rows") ? json_rows(p["rows"]) : Result<Rows>(Error{})) event.rows = std::move(*rows);
    return event;
  }
  if (row.kind == "chose") {
    Chose event{text_of(p, "state"), text_of(p, "label"), std::nullopt, text_of(p, "by"), text_of(p, "why")};
    if (const std::string finding = text_of(p, "finding"); !finding.empty()) event.finding = finding;
    return event;
  }
  return std::nullopt;
}

// Which conditions of each `at` held when the run last left its state; empty optional: it was never there.
std::vector<std::optional<std::vector<bool>>> held(const SopTest& test, const Procedure& procedure, const Report& report) {
  std::vector<std::optional<std::vector<bool>>> out(test.ats.size());
  const Machine machine(procedure.sop, procedure.catalogue);
  Snapshot snapshot;
  const auto look = [&](const std::string& state) {
    for (size_t i = 0; i < test.ats.size(); ++i) {
      if (test.ats[i].state != state) continue;
      std::vector<bool> holds;
      for (const Condition& condition : test.ats[i].conditions) holds.push_back(machine.holds(snapshot, condition));
      out[i] = std::move(holds);
    }
  };
  for (const JournalRow& row : report.rows) {
    const std::optional<Event> event = event_of(row);
    if (!event) continue;
    look(snapshot.state);
    auto stepped = machine.step(std::move(snapshot), *event);
    snapshot = std::move(stepped.snapshot);
    // A state without an event of its own (info, a query inside a fork) is left in the step that entered it.
    for (const Effect& effect : stepped.effects)
      if (const auto* entered = std::get_if<EnterState>(&effect); entered && entered->state != snapshot.state) look(entered->state);
  }
  look(snapshot.state);
  return out;
}

std::string verdict_text(const Verdict& v) {
  std::string out = v.word;
  if (!v.hypothesis.empty()) out += " " + v.hypothesis;
  if (!v.subject.empty()) out += " (" + printable(print_subject(v.subject), 120) + ")";
  return out;
}

void compare_missing(const std::vector<std::string>& wanted, const std::vector<Missing>& missing, Position at, std::vector<Unmet>& out) {
  std::vector<std::string> got;
  for (const Missing& m : missing) {
    // A kind that was never examined misses no signal: it stands by its own name.
    const bool examined = !m.signal.empty() || !m.measure.empty();
    const std::string row = !examined ? m.kind + " (never examined)" : m.signal + (m.measure.empty() ? "" : " (" + m.measure + ")");
    if (has(got, row)) continue;
    got.push_back(row);
    if (!examined && !has(wanted, m.kind)) out.push_back({at.line, fmt::format("missing: {} was never examined, which is not expected", m.kind)});
    if (examined && !has(wanted, m.signal) && !has(wanted, m.measure)) out.push_back({at.line, fmt::format("missing: {} misses {}, which is not expected", m.kind, row)});
  }
  for (const std::string& name : wanted)
    if (std::none_of(missing.begin(), missing.end(), [&](const Missing& m) { return m.signal == name || m.measure == name || (m.signal.empty() && m.measure.empty() && m.kind == name); }))
      out.push_back({at.line, fmt::format("missing: expected {}, got {}", name, shown(got))});
}

void compare(const TestExpect& e, const Report& report, std::vector<Unmet>& out) {
  const Verdict& v = report.judgement.verdict;
  const auto note = [&](std::string what) { out.push_back({e.at.line, std::move(what)}); };
  if (!report.judged) return note(fmt::format("verdict: expected {}, the run ended without one: {}", e.verdict, printable(report.ended_why, 200)));
  if (v.word != e.verdict) note(fmt::format("verdict: expected {}, got {}", e.verdict, verdict_text(v)));
  if (!e.hypothesis.empty() && v.hypothesis != e.hypothesis)
    note(fmt::format("hypothesis: expected {}, got {}", e.hypothesis, v.hypothesis.empty() ? "none" : verdict_text(v)));
  for (const auto& [name, value] : e.subject) {
    const auto at = v.subject.find(name);
    if (at == v.subject.end() || at->second != value)
      note(fmt::format("subject: expected {} = \"{}\", got {}", name, value, at == v.subject.end() ? "none" : "\"" + printable(at->second, 80) + "\""));
  }
  std::vector<std::string> also;
  for (const auto& [name, subject] : v.also) also.push_back(name);
  for (const std::string& name : e.also)
    if (!has(also, name)) note(fmt::format("also: expected {}, got {}", name, shown(also)));
  if (!e.missing.empty()) compare_missing(e.missing, v.missing, e.at, out);
}

// At the keys that have these fields; without a key that has them it was never judged there.
void compare(const TestJudged& j, const Report& report, std::vector<Unmet>& out) {
  std::vector<std::string> keys;
  for (const Judged& judged : report.judgement.hypotheses) {
    if (judged.hypothesis != j.hypothesis) continue;
    keys.push_back(fmt::format("{} ({})", judged.word, judged.key.empty() ? "all" : printable(print_subject(judged.key), 80)));
    const bool here = std::all_of(j.subject.begin(), j.subject.end(), [&](const auto& field) {
      const auto at = judged.key.find(field.first);
      return at != judged.key.end() && at->second == field.second;
    });
    if (!here || judged.word != j.verdict) continue;
    std::vector<Unmet> wrong;
    if (!j.missing.empty()) compare_missing(j.missing, judged.missing, j.at, wrong);
    for (Unmet& u : wrong) out.push_back({u.line, j.hypothesis + ": " + u.what});
    return;
  }
  out.push_back({j.at.line, fmt::format("{}: expected {}{}, got {}", j.hypothesis, j.verdict, j.subject.empty() ? "" : " (" + print_subject(j.subject) + ")", shown(keys))});
}

}  // namespace

std::vector<Unmet> unmet(const SopTest& test, const Procedure& procedure, const Report& report) {
  std::vector<Unmet> out;
  int64_t rows = 0;
  for (const ReportEvidence& evidence : report.evidence) rows += evidence.rows;
  if (rows == 0)
    out.push_back({test.at.line, fmt::format("data: the run examined none ({} ask{} without a row)", report.evidence.size(), report.evidence.size() == 1 ? "" : "s")});
  const int wanted = test.expect ? test.expect->exit.value_or(0) : 0;
  if (report.exit != wanted)
    out.push_back({test.expect ? test.expect->at.line : test.at.line,
                   fmt::format("exit: expected {}, got {}{}", wanted, report.exit, report.ended_why.empty() ? "" : ": " + printable(report.ended_why, 300))});
  if (test.expect) compare(*test.expect, report, out);
  for (const TestJudged& judged : test.judged) compare(judged, report, out);
  const auto holds = held(test, procedure, report);
  for (size_t i = 0; i < test.ats.size(); ++i) {
    const TestAt& at = test.ats[i];
    if (!holds[i]) {
      out.push_back({at.at.line, fmt::format("at \"{}\": the run was never there", at.state)});
      continue;
    }
    for (size_t c = 0; c < at.conditions.size(); ++c) {
      if ((*holds[i])[c]) continue;
      std::string got;
      for (const Finding& f : report.findings)
        if (f.kind == at.conditions[c].kind && got.size() < 400) got += (got.empty() ? "; found " : ", ") + printable(f.says.empty() ? print_subject(f.subject) : f.says, 160);
      for (const Unknown& u : report.unknown)
        if (u.kind == at.conditions[c].kind && got.size() < 400) got += (got.empty() ? "; unknown: " : ", unknown: ") + printable(u.why, 160);
      out.push_back({at.at.line, fmt::format("at \"{}\": {} does not hold{}", at.state, print_condition(at.conditions[c]), got.empty() ? "; no row of this kind was found" : got)});
    }
  }
  if (!test.path.empty()) {
    std::vector<std::string> walked, all;
    for (const ReportStep& step : report.path) {
      all.push_back(step.state);
      if (step.fork.empty() || has(test.path, step.state)) walked.push_back(step.state);
    }
    if (walked != test.path) out.push_back({test.at.line, fmt::format("path: expected {}; got {}", join(test.path, " → "), join(all, " → "))});
  }
  return out;
}

}  // namespace inquest
