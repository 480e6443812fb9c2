// Sentences about a case, from its judgement, its rows and its evidence.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runtime/base/text.h"
#include "runtime/report/builder.h"

namespace inquest {
namespace {

constexpr size_t most_named = 5;   // subjects in one sentence

std::string some(const std::vector<std::string>& names) {
  std::string out;
  for (size_t i = 0; i < names.size() && i < most_named; ++i) out += (i ? ", " : "") + names[i];
  if (names.size() > most_named) out += fmt::format(" and {} more", names.size() - most_named);
  return out;
}

std::string about(const Subject& subject) { return subject.empty() ? "all subjects" : print_subject(subject); }

std::string quoted(const std::string& text) {   // for a shell
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-_./:=,+@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

const Judged* judged_pair(const Report& report) {
  const Verdict& v = report.judgement.verdict;
  for (const Judged& h : report.judgement.hypotheses)
    if (h.hypothesis == v.hypothesis && h.key == v.subject) return &h;
  return nullptr;
}

std::string named(const Report& report, const std::string& id) {
  const Finding* const f = finding_of(report, id);
  if (!f) return id;
  std::string out = id + " " + f->kind;
  for (const std::string& e : f->evidence) out += " [" + e + "]";
  return out;
}

std::string missing_line(const Missing& m) {
  std::string out = "unknown: " + m.kind;
  if (!m.signal.empty()) out += ", add " + m.signal;
  if (!m.why.empty()) out += " (" + m.why + ")";
  if (!m.tried.empty()) out += "; looked for " + some(m.tried);
  if (!m.cure.empty()) out += "; " + m.cure;
  return out;
}

void add(std::vector<Gap>& gaps, Gap gap) {
  const bool there = std::any_of(gaps.begin(), gaps.end(),
                                 [&](const Gap& g) { return g.what == gap.what && g.why == gap.why; });
  if (!there) gaps.push_back(std::move(gap));
}

void evidence_gaps(const Report& report, std::vector<Gap>& gaps) {
  for (const ReportEvidence& e : report.evidence) {
    const std::string what = fmt::format("{}.{} [{}]", e.state, e.ask, e.id);
    if (e.failure)
      add(gaps,
          {what, fmt::format("failed ({}): {}", failure_name(e.failure->cls), e.failure->cause), e.failure->cure});
    else if (!e.answered) add(gaps, {what, "the run stopped before the answer", ""});
    if (!e.marks.partial.empty()) add(gaps, {what, "partial: " + e.marks.partial, ""});
    if (!e.marks.limited.empty()) add(gaps, {what, "limited: " + e.marks.limited, ""});
    if (!e.marks.approximate.empty()) add(gaps, {what, "approximate: " + e.marks.approximate, ""});
  }
}

void state_gaps(const Report& report, std::vector<Gap>& gaps) {
  const auto sop = sop_of(report);
  if (!sop) return;
  std::set<std::string> visited;
  for (const ReportStep& s : report.path) visited.insert(s.state);
  for (const State& s : sop->states) {
    if (visited.count(s.name) || !s.fork.empty()) continue;
    std::string why = report.finished ? "no transition that was taken leads there" : "the run stopped before";
    for (const ReportStep& step : report.path)
      for (const ReportOffer& o : step.offers)
        if (o.to == s.name)
          why = !o.offered
                    ? "\"" + o.label + "\" was not offered: " + o.why_not
                    : "\"" + o.label + "\" was not chosen" + (step.chose.empty() ? "" : ", but \"" + step.chose + "\"");
    add(gaps, {std::string("state ") + title_of(s.title, s.name), why, ""});
  }
}

}  // namespace

Headline headline(const Report& report) {
  const Verdict& v = report.judgement.verdict;
  std::string where = v.hypothesis;
  if (!where.empty() && !v.subject.empty()) where += " at " + print_subject(v.subject);
  if (!report.judged) return {"!", "NO VERDICT", "", report.ended_why};
  if (v.word == "confirmed") return {"✔", "CONFIRMED", where, v.says};
  if (v.word == "ruled_out") return {"✖", "RULED OUT", where, v.says};
  if (v.word == "inconclusive") return {"?", "INCONCLUSIVE", where, v.says};
  return {"–", "NOTHING FOUND", where, v.says};
}

std::vector<std::string> how_sure(const Report& report) {
  std::vector<std::string> out;
  const Verdict& v = report.judgement.verdict;
  const Judged* const pair = report.judged ? judged_pair(report) : nullptr;
  if (!pair) return out;
  const std::string needs = fmt::format("{} of {} needs found", pair->needs_found, pair->needs);
  out.push_back(v.word == "confirmed" ? fmt::format("strength {:.2f} of 1: {}", v.strength, needs) : needs);
  for (const std::string& id : pair->findings) out.push_back(named(report, id));
  for (const std::string& id : pair->against) out.push_back("speaks against it: " + named(report, id));
  for (const std::string& kind : pair->not_found) out.push_back("looked for and not found: " + kind);
  for (const Missing& m : pair->missing) out.push_back(missing_line(m));
  return out;
}

std::vector<std::string> ruled_out(const Report& report) {
  // By hypothesis and reason, in the order of the judgement.
  struct Line { std::string hypothesis, why; std::vector<std::string> keys; };
  std::vector<Line> lines;
  for (const Judged& h : report.judgement.hypotheses) {
    if (h.word != "ruled_out") continue;
    std::vector<std::string> why;
    for (const std::string& id : h.against) {
      const Finding* const f = finding_of(report, id);
      why.push_back((f ? f->kind : id) + " speaks against it");
    }
    if (!h.not_found.empty()) why.push_back(join(h.not_found, ", ") + " not found");
    const std::string reason = join(why, "; ");
    const auto same = std::find_if(lines.begin(), lines.end(),
                                   [&](const Line& l) { return l.hypothesis == h.hypothesis && l.why == reason; });
    Line& line = same != lines.end() ? *same : lines.emplace_back(Line{h.hypothesis, reason, {}});
    line.keys.push_back(about(h.key));
  }
  std::vector<std::string> out;
  for (const Line& l : lines) out.push_back(l.hypothesis + " at " + some(l.keys) + (l.why.empty() ? "" : ": " + l.why));
  return out;
}

std::vector<Gap> gaps_of(const std::vector<Unknown>& unknown) {
  struct Row { Gap gap; std::string kind; std::vector<std::string> subjects; };
  std::vector<Row> rows;
  for (const Unknown& u : unknown) {
    std::string why = u.why;
    if (!u.signal.empty()) why += (why.empty() ? "" : "; ") + std::string("needs ") + u.signal;
    if (!u.tried.empty()) why += "; looked for " + some(u.tried);
    const auto same =
        std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.kind == u.kind && r.gap.why == why; });
    Row& row = same != rows.end() ? *same : rows.emplace_back(Row{{"", why, u.cure}, u.kind, {}});
    const std::string subject = about(u.subject.value_or(Subject{}));
    if (std::find(row.subjects.begin(), row.subjects.end(), subject) == row.subjects.end())
      row.subjects.push_back(subject);
  }
  std::vector<Gap> out;
  for (Row& r : rows) {
    r.gap.what = r.kind + " about " + some(r.subjects);
    out.push_back(std::move(r.gap));
  }
  return out;
}

std::vector<Gap> not_looked_at(const Report& report) {
  std::vector<Gap> out = gaps_of(report.unknown);
  for (const std::string& s : report.stopped) add(out, {"a review that stopped", s, ""});
  evidence_gaps(report, out);
  state_gaps(report, out);
  for (const Judged& h : report.judgement.hypotheses)
    for (const Missing& m : h.helps_missing) {
      const bool told =
          std::any_of(out.begin(), out.end(), [&](const Gap& g) { return g.what.rfind(m.kind + " about ", 0) == 0; });
      const bool ours = h.hypothesis == report.judgement.verdict.hypothesis && h.key == report.judgement.verdict.subject;
      if (!told && (ours || m.why != "not examined"))   // what nobody looked at elsewhere is no gap of this verdict
        add(out, {m.kind + ", which would help " + h.hypothesis,
                  m.why + (m.signal.empty() ? "" : "; needs " + m.signal), m.cure});
    }
  return out;
}

std::vector<std::string> not_found(const Rows& rows) {
  struct Row { std::string kind; std::vector<std::string> missing; size_t examined = 0; };
  std::vector<Row> kinds;
  for (const Examined& e : rows.examined) {
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const Row& r) { return r.kind == e.kind; });
    Row& row = same != kinds.end() ? *same : kinds.emplace_back(Row{e.kind, {}, 0});
    ++row.examined;
    const auto there = [&](const auto& other) { return other.kind == e.kind && agrees(other.subject, e.subject); };
    const bool found = std::any_of(rows.found.begin(), rows.found.end(), there);
    const bool unknown = std::any_of(rows.unknown.begin(), rows.unknown.end(), [&](const Unknown& u) {
      return u.kind == e.kind && (!u.subject || agrees(*u.subject, e.subject));
    });
    if (!found && !unknown) row.missing.push_back(about(e.subject));
  }
  std::vector<std::string> out;
  for (const Row& r : kinds)
    if (!r.missing.empty())
      out.push_back(
          fmt::format("{}: not in {} of {} examined ({})", r.kind, r.missing.size(), r.examined, some(r.missing)));
  return out;
}

std::vector<Command> next_commands(const Report& report) {
  std::vector<Command> out;
  const std::string path = quoted(printable(report.case_path));
  out.push_back({"inquest report " + path + " --report report.html", "this case as a page to hand on"});
  std::string again = "inquest run " + (report.sop.empty() ? std::string("SOP") : quoted(report.sop));
  bool files = false, servers = false;
  if (report.sources.is_array())
    for (const Json& s : report.sources) (member_text(s, "kind") == "otlp" ? files : servers) = true;
  if (servers) again += " --sources FILE";
  else if (files) again += " --data DIR";
  if (!report.window.empty())
    again += " --from " + print_time(report.window.from) + " --to " + print_time(report.window.to);
  for (const auto& [name, value] : report.inputs)
    if (!value.null() && std::find(report.defaulted.begin(), report.defaulted.end(), name) == report.defaulted.end())
      again += " --input " + quoted(printable(name + "=" + print_value(value)));
  std::map<std::string, std::string> answers = report.answers;
  if (report.mode == "guided")   // what a person decided, so that the same walk needs none
    for (const ReportStep& s : report.path)
      if (!s.chose.empty() && s.chose_by == "person") answers[s.state] = s.chose;
  for (const auto& [state, label] : answers) again += " --answer " + quoted(printable(state + "=" + label));
  out.push_back(
      {again, "the same investigation again" + std::string(servers ? "; FILE: the configuration of the sources"
                                                           : files ? "; DIR: the folder with the telemetry"
                                                                   : "")});
  return out;
}

std::string source_line(const Json& source) {
  std::string out = member_text(source, "name");
  if (const std::string kind = member_text(source, "kind"); !kind.empty()) out += " (" + kind + ")";
  std::vector<std::string> signals;
  if (const Json* const list = member(source, "signals"); list && list->is_array())
    for (const Json& s : *list) if (s.is_string()) signals.push_back(s.get<std::string>());
  if (!signals.empty()) out += ": " + join(signals, ", ");
  std::vector<std::string> without;
  if (const Json* const list = member(source, "without"); list && list->is_array())
    for (const Json& s : *list) if (s.is_string()) without.push_back(s.get<std::string>());
  if (!without.empty()) out += "; without " + join(without, ", ");
  return out;
}

std::string marks_line(const Marks& marks) {
  std::vector<std::string> parts;
  if (!marks.partial.empty()) parts.push_back("partial: " + marks.partial);
  if (!marks.limited.empty()) parts.push_back("limited: " + marks.limited);
  if (!marks.approximate.empty()) parts.push_back("approximate: " + marks.approximate);
  for (const std::string& n : marks.notes) parts.push_back("note: " + n);
  return join(parts, "; ");
}

std::string clock_window(const Window& window) {
  if (window.empty()) return "no window";
  const std::string from = print_time(window.from), to = print_time(window.to);
  if (from.substr(0, 10) == to.substr(0, 10)) return print_clock(window.from) + "–" + print_clock(window.to);
  return from.substr(0, 10) + " " + print_clock(window.from) + "–" + to.substr(0, 10) + " " + print_clock(window.to);
}

std::string scope_line(const Scope& scope) {
  std::string out = scope.window.empty() ? std::string() : clock_window(scope.window) + " UTC";
  for (const auto& [name, value] : scope.names) out += (out.empty() ? "" : ", ") + name + "=" + value;
  return out;
}

std::string cited(const Finding& finding) {
  std::string out = finding.says.empty() ? finding.kind + " " + print_subject(finding.subject) : finding.says;
  if (finding.says.empty())
    for (const auto& [name, value] : finding.numbers) out += ", " + name + " " + human(value, "");
  for (const std::string& e : finding.evidence) out += " [" + e + "]";
  return out;
}

std::string title_of(const std::string& title, const std::string& name) {
  return title.empty() || title == name ? name : title + " (" + name + ")";
}

const char* kind_word(const std::string& kind) {
  if (kind == "info") return "Info";
  if (kind == "query") return "Query";
  if (kind == "review") return "Review";
  if (kind == "suggest") return "Suggest";
  if (kind == "fork") return "Fork";
  return "State";
}

std::string print_second(Time time) {
  const int64_t rest = ((time.ns % ns_per_s) + ns_per_s) % ns_per_s;
  return print_time(Time{time.ns - rest});
}

}  // namespace inquest
