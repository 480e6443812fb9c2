// Findings: each one a sentence with its figure beside it, its numbers with units, and links to what it rests on.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/report/builder.h"
#include "runtime/report/html_page.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

constexpr size_t most_findings = 120, most_listed = 3;

// "need of unbounded_cache", "speaks against load": what the hypotheses make of it.
std::string roles(const Page& page, const Finding& f) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& text) {
    if (std::find(out.begin(), out.end(), text) == out.end() && out.size() < 4) out.push_back(text);
  };
  for (const Judged& j : page.report.judgement.hypotheses) {
    if (std::find(j.against.begin(), j.against.end(), f.id) != j.against.end())
      add(page.words("html.against_hypothesis", j.hypothesis));
    if (std::find(j.findings.begin(), j.findings.end(), f.id) == j.findings.end() || !page.sop) continue;
    for (const Hypothesis& h : page.sop->hypotheses)
      if (h.name == j.hypothesis) {
        const auto has = [&](const std::vector<Condition>& list) {
          return std::any_of(list.begin(), list.end(), [&](const Condition& c) { return c.kind == f.kind; });
        };
        if (has(h.needs))
          add(page.words("html.need_of", h.name));
        else if (has(h.helps))
          add(page.words("html.help_of", h.name));
      }
  }
  return join(out, ", ");
}

std::string list_text(const std::vector<std::string>& items) {
  std::vector<std::string> first;
  bool times = true;
  for (const std::string& i : items) times = times && i.size() > 19 && i[4] == '-' && i[10] == 'T';
  for (size_t i = 0; i < items.size() && i < (times ? 12 : most_listed); ++i) {
    const bool id = items[i].size() == 32 && items[i].find_first_not_of("0123456789abcdef") == std::string::npos;
    first.push_back(times ? items[i].substr(11, 8) : id ? items[i].substr(0, 12) + "…" : printable(items[i], 160));
  }
  return join(first, ", ") + (items.size() > first.size() ? ", …" : "");
}

std::string article(Page& page, const Finding& f, bool figures) {
  const Report& report = page.report;
  const std::string subject = subject_text(f.subject);
  std::string out = fmt::format("<article id=\"{}\">\n<h3>{} {}{}</h3>\n<p>{}</p>\n", html(f.id, 20), html(f.id, 20),
                                html(f.kind, 80), subject.empty() ? "" : ": " + html(subject, 160),
                                html_cited(calm(cited(f), 700), report));
  std::vector<std::string> numbers;
  for (const auto& [name, value] : f.numbers) {
    std::string label = name;
    std::replace(label.begin(), label.end(), '_', ' ');
    numbers.push_back("<b>" + html(number_text(report, f, name), 40) + "</b> " + html(label, 60));
  }
  std::vector<std::pair<std::string, std::string>> facts = {{page.word("page.numbers"), join(numbers, ", ")}};
  if (f.onset) facts.emplace_back(page.word("page.onset"), html(print_second(*f.onset)));
  facts.emplace_back(page.words("html.strength"), html(page.words("html.of_one", fmt::format("{:.2f}", f.strength))));
  for (const auto& [name, items] : f.lists) {
    std::string label = name;
    std::replace(label.begin(), label.end(), '_', ' ');
    std::string text = html(list_text(items), 500);
    const std::string all = join(items, "\n");
    if (items.size() > most_listed && all != text && !(items[0].size() > 19 && items[0][10] == 'T'))
      text = html_details(count(static_cast<int64_t>(items.size())) + ": " + list_text(items),
                          "<pre>" + html(all, 4000) + "</pre>");
    facts.emplace_back(label, text);
  }
  facts.emplace_back(page.word("html.role"), html(roles(page, f), 300));
  facts.emplace_back(
      page.word("page.seen_in"),
      "<a href=\"#path\">" +
          html(f.review.empty() || f.review == f.kind ? f.state : page.words("page.seen_by", f.state, f.review), 200) +
          "</a>");
  facts.emplace_back(page.word("page.evidence"), html_links(f.evidence));
  return out + (figures ? html_figures(page, f, html_facts(facts)) : html_facts(facts)) + "</article>\n";
}

}  // namespace

std::string html_factors(Page& page) {
  std::string out = "<section id=\"factors\">\n<h2>" + html(page.word("html.factors")) + "</h2>\n";
  if (page.rests.empty()) return out + "<p>" + html(page.word("html.no_factors")) + "</p>\n</section>\n";
  const bool confirmed = page.report.judgement.verdict.word == "confirmed";
  out += "<p class=\"note\">" + html(page.word(confirmed ? "html.factors_note" : "html.factors_open")) + "</p>\n";
  size_t n = 0;
  for (const Finding* f : page.rests)
    if (n++ < most_findings) out += article(page, *f, true);
  return out + "</section>\n";
}

std::string html_others(Page& page) {
  std::string out = "<section id=\"findings\">\n<h2>" +
                    html(page.word(page.rests.empty() ? "page.findings" : "html.other_findings")) + "</h2>\n";
  if (page.others.empty())
    return out + "<p>" + html(page.word(page.rests.empty() ? "page.nothing_found" : "html.nothing_else")) +
           "</p>\n</section>\n";
  constexpr size_t most_drawn = 24;
  for (size_t i = 0; i < page.others.size() && i < most_findings; ++i)
    out += article(page, *page.others[i], i < most_drawn);
  if (page.others.size() > most_findings)
    out += "<p class=\"note\">" + html(page.words("page.findings_of", most_findings, page.others.size())) + "</p>\n";
  return out + "</section>\n";
}

}  // namespace inquest
