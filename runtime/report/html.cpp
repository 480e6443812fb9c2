// The page: verdict on one screen, then findings, charts, path, hypotheses, what is unknown, evidence, how to run it
// again. SPDX-License-Identifier: Apache-2.0
#include "runtime/report/html.h"

#include <fmt/format.h>

#include "runtime/base/text.h"
#include "runtime/machine/draw.h"
#include "runtime/report/builder.h"
#include "runtime/report/chart.h"
#include "runtime/report/formats.h"
#include "runtime/report/html_text.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

constexpr size_t most_page = 940'000, most_svg = 250'000;

void row(std::string& out, const char* name, const std::string& content) {
  if (!content.empty()) out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, content);
}

std::string linked(const std::vector<std::string>& texts, const Report& report) {
  std::vector<std::string> items;
  for (const std::string& t : texts) items.push_back(html_cited(t, report));
  return html_list(items);
}

std::string context_name(const Report& report, int index) {
  if (index < 0) return "";
  for (const ReportContext& c : report.contexts)
    if (c.index == index) return fmt::format("Ctx[{}] {}", index, c.name);
  return fmt::format("Ctx[{}]", index);
}

}  // namespace

std::string html_verdict(const Report& report) {
  const Headline head = headline(report);
  const Verdict& v = report.judgement.verdict;
  const char* const tone = head.word == "CONFIRMED" ? "good" : head.word == "NO VERDICT" ? "bad" : "warn";
  std::string out = fmt::format(
      "<section id=\"verdict\" class=\"verdict {}\" aria-label=\"Verdict\">\n<h2><span class=\"word\">{} "
      "{}</span>{}</h2>\n",
      tone, head.glyph, html(head.word), head.about.empty() ? "" : " " + html(head.about, 200));
  if (!head.says.empty()) out += "<p>" + html_cited(head.says, report) + "</p>\n";
  if (report.judged && !report.finished)
    out += "<p><span class=\"word\">Unfinished:</span> " + html(report.ended_why) + "</p>\n";
  out += "<dl>\n";
  if (!report.answer.empty()) row(out, "Answer", html(report.answer));
  if (report.judged && v.onset)
    row(out, "Since",
        html(print_second(*v.onset)) + (report.window.contains(*v.onset) ? " until the end of the window at least" : ""));
  if (!report.window.empty())
    row(out, "Window",
        html(print_window(report.window) + (report.window_from.empty() ? "" : ", from the " + report.window_from)));
  row(out, "How sure", linked(how_sure(report), report));
  std::vector<std::string> also, sources, suspects;
  for (const auto& [hypothesis, key] : v.also) also.push_back(html(hypothesis + " at " + print_subject(key)));
  row(out, "Also", join(also, "; "));
  for (size_t i = 0; i < report.suspects.size() && i < 5 && (i == 0 || report.suspects[i].score > 0); ++i) {
    const Suspect& s = report.suspects[i];
    suspects.push_back(html(
        fmt::format("{} {:.2f}{}", printable(s.service, 80), s.score, s.why.empty() ? "" : " (" + s.why + ")"), 200));
  }
  row(out, "Suspects", join(suspects, ", "));
  if (report.sources.is_array())
    for (const Json& s : report.sources) sources.push_back(html(source_line(s), 200));
  row(out, "Sources", join(sources, "; "));
  row(out, "Procedure", html(report.sop + (report.sop_hash.empty() ? "" : ", sha256 " + report.sop_hash.substr(0, 16)) +
                             (report.inquest_version.empty() ? "" : ", Inquest " + report.inquest_version)));
  if (report.finished && report.exit != 0) row(out, "Exit", html(fmt::format("{}: {}", report.exit, report.ended_why)));
  return out + "</dl>\n</section>\n";
}

std::string html_charts(const Report& report) {
  const std::vector<Chart> charts = charts_of(report);
  std::string out = "<section id=\"charts\">\n<h2>Charts</h2>\n";
  if (charts.empty()) return out + "<p>No series or latency was answered that could be drawn.</p>\n</section>\n";
  out += "<div class=\"charts\">\n";
  for (const Chart& c : charts) {
    out += fmt::format("<figure>\n<figcaption>{} {}</figcaption>\n", html(c.title), html_links({c.evidence}));
    out += chart_svg(c);
    out += "<details><summary>Values</summary>\n" + html_table(chart_values(c)) + "</details>\n";
    out += "<p class=\"note\">Times in UTC. Solid and bold: what the verdict is about." +
           (c.note.empty() ? "" : " " + html(c.note) + ".") + "</p>\n</figure>\n";
  }
  return out + "</div>\n</section>\n";
}

std::string html_path(const Report& report, const Layout& layout) {
  std::string out = "<section id=\"path\">\n<h2>Path taken</h2>\n";
  if (const auto sop = sop_of(report)) {
    const Walk walk = walk_of(report, *sop);
    Result<std::string> svg =
        layout ? layout(draw_dot(*sop, &walk)) : Result<std::string>(Error{Code::not_found, "no layout"});
    if (svg && svg->size() > most_svg) svg = Error{Code::io, "the drawing is larger than 250 kB"};
    if (svg) {
      out += "<p class=\"note\">Solid: taken. Dashed: not taken.</p>\n";
      out +=
          "<div class=\"wide diagram\" role=\"region\" tabindex=\"0\" aria-label=\"Diagram of the procedure with the "
          "path taken\">\n" +
          *svg + "\n</div>\n";
      out += "<details><summary>The same as text</summary>\n<pre>" + html(draw_text(*sop, &walk, 100), 30'000) +
             "</pre>\n</details>\n";
    } else {
      out += "<p class=\"note\">Drawn as text: " + html(svg.error().message) +
             ". ✔ marks what was visited and taken.</p>\n";
      out += "<pre>" + html(draw_text(*sop, &walk, 100), 30'000) + "</pre>\n";
    }
  }
  Table steps;
  steps.caption = "Step by step; decisions are by the one named";
  steps.columns = {{"step", true}, {"state"}, {"kind"}, {"scope"},       {"entered by"},
                   {"evidence"},   {"found"}, {"then"}, {"began (UTC)"}, {"took", true}};
  size_t n = 0;
  for (const ReportStep& s : report.path) {
    std::string then = s.chose.empty()
                           ? ""
                           : "chose \"" + s.chose + "\", by " + (s.chose_by.empty() ? "nobody" : s.chose_by) +
                                 (s.chose_why.empty() ? "" : ": " + s.chose_why);
    for (const ReportOffer& o : s.offers)
      if (!o.offered)
        then += (then.empty() ? "" : "; ") + std::string("not offered: \"") + o.label + "\", " + o.why_not;
    steps.rows.push_back({std::to_string(++n), title_of(s.title, s.state), kind_word(s.kind),
                          context_name(report, s.context), s.via, join(s.evidence, " "), join(s.findings, " "), then,
                          print_clock(s.at), s.ms > 0 ? human(s.ms, "ms") : "–"});
    if (n >= 300) { steps.note = fmt::format("300 of {} steps", report.path.size()); break; }
  }
  out += html_table(steps);
  Table limits;
  limits.caption = "Contexts: what every question inside was limited to";
  limits.columns = {{"context"}, {"limit"}, {"round", true}};
  for (const ReportContext& c : report.contexts)
    if (c.entered && limits.rows.size() < 100)
      limits.rows.push_back({fmt::format("Ctx[{}] {}", c.index, c.name), scope_line(c.scope),
                             fmt::format("{} of {}", c.round, c.rounds)});
  return out + html_table(limits) + "</section>\n";
}

std::string html_again(const Report& report) {
  std::string out = "<section id=\"again\">\n<h2>Run it again</h2>\n";
  for (const Command& c : next_commands(report))
    out += "<p>" + html(c.doc) + "</p>\n<pre><code>" + html(c.command, 4000) + "</code></pre>\n";
  Table times;
  times.caption = "The run itself, UTC";
  times.columns = {{"what"}, {"value"}};
  times.rows = {{"began", print_time(report.started)},
                {"ended", print_time(report.ended)},
                {"took", human(report.ms, "ms")},
                {"case", report.case_path},
                {"sealed", report.sealed     ? "yes"
                           : report.finished ? "ended, not sealed"
                                             : "no: the run did not end"}};
  return out + html_table(times) + "</section>\n";
}

std::string html_page(const Report& report, const Layout& layout) {
  const std::string name = title_of(report.title, report.sop);
  const Headline head = headline(report);
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri "
      "'none'; form-action 'none'\" />\n"
      "<meta name=\"referrer\" content=\"no-referrer\" />\n";
  out += "<title>" + html(head.word + (head.about.empty() ? "" : ": " + head.about) + " – " + name, 160) + "</title>\n";
  out += std::string("<style>\n") + html_style() + "</style>\n</head>\n<body>\n<header>\n<h1>" + html(name, 200) +
         "</h1>\n</header>\n<main>\n";
  out += html_verdict(report);
  out += "<nav aria-label=\"Sections\"><ul>";
  for (const auto& [id, title] :
       {std::pair{"findings", "Findings"}, std::pair{"charts", "Charts"}, std::pair{"path", "Path taken"},
        std::pair{"hypotheses", "Hypotheses"}, std::pair{"unknown", "Not looked at"}, std::pair{"evidence", "Evidence"},
        std::pair{"again", "Run it again"}})
    out += fmt::format("<li><a href=\"#{}\">{}</a></li>", id, title);
  out += "</ul></nav>\n";
  out += html_findings(report) + html_charts(report) + html_path(report, layout) + html_hypotheses(report) +
         html_unknown(report);
  const std::string last = html_again(report);
  const size_t used = out.size() + last.size() + 100;
  out += html_evidence(report, used < most_page ? most_page - used : 0);
  return out + last + "</main>\n</body>\n</html>\n";
}

std::string html_report(const Report& report, const Style&) { return html_page(report, dot_svg); }

}  // namespace inquest
