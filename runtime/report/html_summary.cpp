// Summary: the verdict and what it rests on, on one screen.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/kernel.h"
#include "runtime/report/builder.h"
#include "runtime/report/html_page.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

// What role a finding has for the verdict: one of its needs, or a help.
std::string role_of(const Page& page, const Finding& f) {
  if (!page.sop) return "";
  for (const Hypothesis& h : page.sop->hypotheses) {
    if (h.name != page.report.judgement.verdict.hypothesis) continue;
    for (const auto& [list, key] : {std::pair{&h.needs, "html.needed"}, {&h.helps, "html.helps"}})
      for (const Condition& c : *list)
        if (c.kind == f.kind) return page.word(key);
  }
  return "";
}

}  // namespace

std::string html_summary(const Page& page) {
  const Report& report = page.report;
  const Headline head = headline(report);
  const Verdict& v = report.judgement.verdict;
  const char* const tone = head.glyph == std::string_view("✔")   ? "good"
                           : head.glyph == std::string_view("!") ? "bad"
                                                                 : "warn";
  std::string out = fmt::format(
      "<section id=\"summary\" class=\"verdict {}\" aria-label=\"{}\">\n<h2><span class=\"word\">{} {}</span>{}</h2>\n",
      tone, html(page.word("html.summary")), head.glyph, html(head.word),
      head.about.empty() ? "" : " " + html(calm(head.about, 160), 160));
  if (!head.says.empty()) out += "<p>" + html_cited(calm(head.says, 500), report) + "</p>\n";
  if (report.judged && !report.finished)
    out += "<p><span class=\"word\">" + html(page.word("html.unfinished")) + "</span> " + html(report.ended_why) +
           "</p>\n";
  std::vector<std::pair<std::string, std::string>> facts;
  const auto fact = [&](const char* key, const std::string& content) { facts.emplace_back(page.word(key), content); };
  fact("html.answer", html(report.answer));
  if (report.judged && v.onset) {
    std::string since = html(print_second(*v.onset));
    if (report.window.contains(*v.onset))
      since += ", " + html(page.words("html.until", clock_second(report.window.to),
                                      human_ns(report.window.to.ns / 1'000'000'000 * 1'000'000'000 -
                                               v.onset->ns / 1'000'000'000 * 1'000'000'000)));
    fact("html.since_head", since);
  }
  std::vector<std::string> rests;
  const Judged* pair = nullptr;
  for (const Judged& h : report.judgement.hypotheses)
    if (report.judged && h.hypothesis == v.hypothesis && h.key == v.subject) pair = &h;
  for (const Finding* f : page.rests) {
    const std::string role = role_of(page, *f);
    rests.push_back(html_links({f->id}) + " " + html(calm(f->says.empty() ? f->kind : f->says, 240), 240) +
                    (role.empty() ? "" : " <span class=\"in\">(" + html(role) + ")</span>"));
    if (rests.size() >= 6 && page.rests.size() > 7) {
      rests.push_back("<a href=\"#factors\">" + html(page.words("html.and_more", page.rests.size() - rests.size())) +
                      "</a>");
      break;
    }
  }
  if (pair) {
    std::string sure = html(page.words("html.needs_found", pair->needs_found, pair->needs));
    if (v.word == "confirmed")
      sure = html(page.words("html.strength_of", fmt::format("{:.2f}", v.strength))) + ", " + sure;
    for (const std::string& id : pair->against)
      sure += "; " + html(page.word("html.speaks_against")) + " " + html_links({id});
    if (!pair->not_found.empty())
      sure += "; " + html(page.word("page.not_found") + ": " + join(pair->not_found, ", "), 200);
    std::vector<std::string> missing;
    for (const Missing& m : pair->missing) missing.push_back(m.kind + (m.signal.empty() ? "" : " (" + m.signal + ")"));
    if (!missing.empty()) sure += "; " + html(page.word("page.unknown") + ": " + join(missing, ", "), 200);
    fact("html.how_sure", sure);
  }
  fact("html.rests_on", html_list(rests));
  std::vector<std::string> missing;
  for (const Missing& m : v.missing) {
    std::string text = m.kind + ": " + m.why;
    if (!m.signal.empty()) text += "; " + page.words("html.needs_signal", m.signal);
    if (!m.cure.empty()) text += ". " + page.word("page.cure_head") + ": " + m.cure;
    missing.push_back(html(text, 300));
  }
  fact("html.missing", html_list(missing));
  if (report.judged && report.findings.empty()) {   // an empty verdict says what it is empty of
    std::vector<std::string> kinds;
    for (const Examined& e : report.examined)
      if (std::find(kinds.begin(), kinds.end(), e.kind) == kinds.end()) kinds.push_back(e.kind);
    if (!kinds.empty())
      fact("html.looked_for", "<a href=\"#ruled-out\">" + html(calm(join(kinds, ", "), 400), 400) + "</a>");
  }
  std::vector<std::string> also;
  for (const auto& [hypothesis, key] : v.also)
    if (also.size() < 4) also.push_back(html(hypothesis + (key.empty() ? "" : ": " + subject_text(key)), 160));
  if (v.also.size() > also.size())
    also.push_back("<a href=\"#hypotheses\">" + html(page.words("html.and_more", v.also.size() - also.size())) +
                   "</a>");
  fact("html.also", join(also, "; "));
  std::vector<std::string> suspects;
  for (size_t i = 0; i < report.suspects.size() && i < 3 && report.suspects[i].score > 0; ++i)
    suspects.push_back(
        html(fmt::format("{} {:.2f}", printable(report.suspects[i].service, 60), report.suspects[i].score)));
  if (!suspects.empty()) fact("html.suspects", "<a href=\"#signals\">" + join(suspects, ", ") + "</a>");
  const size_t gaps = not_looked_at(report).size();
  if (gaps > 0)
    fact("page.not_looked_at",
         "<a href=\"#unknown\">" + html(page.words.plural("html.gaps", static_cast<int64_t>(gaps))) + "</a>");
  if (!report.window.empty())
    fact("html.window", html(print_window(report.window) +
                             (report.window_from.empty() ? "" : ", " + page.words("page.from", report.window_from))));
  std::vector<std::string> sources;
  if (report.sources.is_array())
    for (const Json& s : report.sources) sources.push_back(html(source_line(s), 160));
  fact("html.sources", join(sources, "; "));
  fact("html.procedure",
       html(report.sop + (report.sop_hash.empty() ? "" : ", sha256 " + report.sop_hash.substr(0, 12)) +
            (report.inquest_version.empty() ? "" : ", Inquest " + report.inquest_version)));
  if (report.finished && report.exit != 0)
    fact("html.exit", html(fmt::format("{}: {}", report.exit, report.ended_why)));
  return out + html_facts(facts) + "</section>\n";
}

}  // namespace inquest
