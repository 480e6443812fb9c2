// The walk: its diagram, its steps, and the timeline of the system and of the investigation, in UTC.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/machine/draw.h"
#include "runtime/report/builder.h"
#include "runtime/report/html_page.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

constexpr size_t most_steps = 200, most_times = 60;

std::string context_name(const Report& report, int index) {
  if (index < 0) return "";
  for (const ReportContext& c : report.contexts)
    if (c.index == index) return fmt::format("Ctx[{}] {}", index, c.name);
  return fmt::format("Ctx[{}]", index);
}

}  // namespace

std::string html_timeline(const Page& page) {
  const Report& report = page.report;
  std::string out = "<section id=\"timeline\">\n<h2>" + html(page.word("html.timeline")) + "</h2>\n";
  struct Event {
    Time at;
    int order;
    std::string what, by;
  };
  std::vector<Event> events;
  if (!report.window.empty()) {
    events.push_back({report.window.from, 0, html(page.word("html.window_begins")), ""});
    events.push_back({report.window.to, 9, html(page.word("html.window_ends")), ""});
  }
  if (report.judged && report.judgement.verdict.onset)
    events.push_back({*report.judgement.verdict.onset, 1,
                      "<b>" + html(page.words("html.onset_of_verdict", report.judgement.verdict.hypothesis)) + "</b>",
                      "<a href=\"#summary\">" + html(page.word("html.verdict")) + "</a>"});
  std::vector<std::pair<std::string, std::pair<Time, std::vector<const Finding*>>>>
      onsets;  // one line a kind and second
  for (const Finding& f : report.findings) {
    if (f.onset && f.evidence.size() <= 3) {  // what fuses signals begins with them
      const std::string key = f.kind + "\n" + print_second(*f.onset);
      const auto same = std::find_if(onsets.begin(), onsets.end(), [&](const auto& o) { return o.first == key; });
      if (same != onsets.end())
        same->second.second.push_back(&f);
      else
        onsets.push_back({key, {*f.onset, {&f}}});
    }
    const auto times = f.lists.find("times");
    if (times == f.lists.end()) continue;
    for (const std::string& text : times->second)
      if (const auto at = parse_time(text); at && (!f.onset || at->ns != f.onset->ns) && events.size() < most_times)
        events.push_back({*at, 3, html(f.kind, 60) + ": " + html(subject_text(f.subject), 120), html_links({f.id})});
  }
  for (const auto& [key, group] : onsets) {
    std::vector<std::string> names, ids;
    for (const Finding* f : group.second) {
      if (names.size() < 4) names.push_back(printable(subject_text(f->subject), 80));
      if (ids.size() < 12) ids.push_back(f->id);
    }
    if (group.second.size() > names.size())
      names.push_back(page.words("html.and_more", group.second.size() - names.size()));
    events.push_back({group.first, 2,
                      html(page.words("html.begins", group.second[0]->kind), 80) + ": " + html(join(names, "; "), 400),
                      html_links(ids)});
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.at.ns != b.at.ns ? a.at.ns < b.at.ns : a.order < b.order;
  });
  HtmlTable system;
  system.caption = page.word("html.system_times");
  system.columns = {{page.word("html.time_utc")}, {page.word("page.what")}, {page.word("html.seen_by")}};
  std::string day;
  for (const Event& e : events) {
    const std::string text = print_second(e.at);
    system.rows.push_back(
        {html(text.substr(0, 10) == day ? text.substr(11, 8) : text.substr(0, 10) + " " + text.substr(11, 8)), e.what,
         e.by});
    day = text.substr(0, 10);
  }
  out += system.rows.empty() ? "<p>" + html(page.word("page.nothing")) + "</p>\n" : html_table(system);
  HtmlTable run;
  run.caption = page.words("html.run_times", print_second(report.started).substr(0, 10));
  run.columns = {{page.word("html.time_utc")},
                 {page.word("html.after_start"), true},
                 {page.word("page.what")},
                 {page.word("page.by")}};
  const auto after = [&](Time at) { return "+" + human_ns(std::max<int64_t>(0, at.ns - report.started.ns)); };
  run.rows.push_back({html(clock_second(report.started)), "", html(page.words("html.run_began", report.sop)),
                      html(report.mode.empty() ? "" : page.words.of("by", report.mode))});
  size_t n = 0;
  for (const ReportStep& s : report.path) {
    if (n++ >= most_steps) break;
    std::string what = html(page.words.of("kind", s.kind)) + " <b>" + html(title_of(s.title, s.state), 120) + "</b>";
    if (!s.evidence.empty()) what += " " + html_links(s.evidence);
    if (!s.findings.empty()) what += " → " + html_links(s.findings);
    run.rows.push_back({html(clock_second(s.at)), after(s.at), what, ""});
    if (!s.chose.empty())
      run.rows.push_back({"", "",
                          "→ “" + html(s.chose, 120) + "”" + (s.chose_why.empty() ? "" : ": " + html(s.chose_why, 160)),
                          html(page.words.of("by", s.chose_by.empty() ? "unattended" : s.chose_by), 80)});
  }
  if (report.judged)
    run.rows.push_back({html(clock_second(report.ended)), after(report.ended),
                        "<b>" + html(headline(report).word) + "</b> " + html(headline(report).about, 160), ""});
  if (!report.finished) run.rows.push_back({"", "", html(report.ended_why), ""});
  if (report.path.size() > most_steps) run.note = page.words("page.steps_of", most_steps, report.path.size());
  return out + html_table(run) + "</section>\n";
}

std::string html_path(const Page& page, const Result<std::string>& drawing) {
  const Report& report = page.report;
  constexpr size_t most_svg = 250'000;
  std::string out = "<section id=\"path\">\n<h2>" + html(page.word("page.path")) + "</h2>\n";
  if (page.sop) {
    const Walk walk = walk_of(report, *page.sop);
    const std::string text = "<pre>" + html(draw_text(*page.sop, &walk, 100), 30'000) + "</pre>\n";
    if (drawing && drawing->size() <= most_svg) {
      out += "<p class=\"note\">" + html(page.word("html.diagram_note")) +
             "</p>\n<div class=\"wide diagram\" role=\"region\" tabindex=\"0\" aria-label=\"" +
             html(page.word("page.diagram")) + "\">\n" + *drawing + "\n</div>\n" +
             html_details(page.word("page.as_text"), text);
    } else {
      out +=
          "<p class=\"note\">" +
          html(page.words("page.drawn_as_text", drawing ? page.word("html.drawing_large") : drawing.error().message)) +
          "</p>\n" + text;
    }
  }
  HtmlTable steps;
  steps.caption = page.word("page.step_by_step");
  steps.columns = {{page.word("page.step"), true}, {page.word("page.state")},      {page.word("page.kind")},
                   {page.word("page.scope")},      {page.word("page.entered_by")}, {page.word("page.evidence_head")},
                   {page.word("page.found_head")}, {page.word("page.took"), true}};
  size_t n = 0;
  for (const ReportStep& s : report.path) {
    if (n++ >= most_steps) break;
    steps.rows.push_back({std::to_string(n), html(title_of(s.title, s.state), 120), html(page.words.of("kind", s.kind)),
                          html(context_name(report, s.context), 80), html(s.via, 100), html_links(s.evidence),
                          html_links(s.findings), s.ms > 0 ? human(s.ms, "ms") : "–"});
  }
  if (report.path.size() > most_steps) steps.note = page.words("page.steps_of", most_steps, report.path.size());
  out += html_table(steps);
  Table limits;
  limits.caption = page.word("page.contexts");
  limits.columns = {{page.word("page.context")}, {page.word("page.limit")}, {page.word("page.round"), true}};
  for (const ReportContext& c : report.contexts)
    if (c.entered && limits.rows.size() < 60)
      limits.rows.push_back(
          {fmt::format("Ctx[{}] {}", c.index, c.name), scope_line(c.scope), page.words("page.of", c.round, c.rounds)});
  return out + html_table(limits) + "</section>\n";
}

}  // namespace inquest
