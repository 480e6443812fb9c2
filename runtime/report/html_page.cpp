// What the sections of a page share, and the words of subjects and numbers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/html_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runtime/base/text.h"
#include "runtime/machine/draw.h"
#include "runtime/report/builder.h"

namespace inquest {

const std::string* Page::slot(const Finding& finding, const std::string& name) const {
  for (const ReportReview& r : report.reviews) {
    if (std::find(r.findings.begin(), r.findings.end(), finding.id) == r.findings.end()) continue;
    const auto at = r.slots.find(name);
    return at == r.slots.end() ? nullptr : &at->second;
  }
  return nullptr;
}

Page page_of(const Report& report) {
  Page page{report, Words(report.lang), sop_of(report), "", std::nullopt, {}, {}, {}};
  const Verdict& v = report.judgement.verdict;
  const auto about = v.subject.find("service");
  if (report.judged && about != v.subject.end())
    page.service = about->second;
  else if (!report.suspects.empty() && report.suspects[0].score > 0)
    page.service = report.suspects[0].service;
  std::set<std::string> rests;
  for (const Judged& h : report.judgement.hypotheses)
    if (report.judged && h.hypothesis == v.hypothesis && h.key == v.subject)
      for (const std::string& id : h.findings)
        if (const Finding* const f = finding_of(report, id); f && rests.insert(id).second) page.rests.push_back(f);
  for (const Finding& f : report.findings)
    if (!rests.count(f.id)) page.others.push_back(&f);
  std::stable_sort(page.others.begin(), page.others.end(),
                   [](const Finding* a, const Finding* b) { return a->strength > b->strength; });
  if (report.judged) page.onset = v.onset;
  const Finding* best = nullptr;
  for (const Finding& f : report.findings) {
    const auto service = f.subject.find("service");
    if (f.onset && service != f.subject.end() && service->second == page.service &&
        (!best || f.strength > best->strength))
      best = &f;
  }
  if (!page.onset && best) page.onset = best->onset;
  return page;
}

std::string walk_dot(const Page& page) {
  if (!page.sop) return "";
  Walk walk = walk_of(page.report, *page.sop);
  std::map<std::string, std::vector<std::string>> found;
  size_t n = 0;
  for (const ReportStep& s : page.report.path) {
    std::string note = fmt::format("{}. {}", ++n, s.ms >= 0.5 ? human(s.ms, "ms") : "");
    std::string marks;
    for (const std::string& id : s.findings) {
      const bool ours =
          std::any_of(page.rests.begin(), page.rests.end(), [&](const Finding* f) { return f->id == id; });
      if (ours || s.findings.size() <= 3) marks += (marks.empty() ? "" : " ") + std::string(ours ? "✔" : "") + id;
    }
    if (marks.empty() && !s.findings.empty())
      marks = page.words.plural("html.findings", static_cast<int64_t>(s.findings.size()));
    if (!s.unknown.empty()) marks += (marks.empty() ? "" : " ") + std::string("?");
    if (!marks.empty()) note += (note.back() == ' ' ? "" : " · ") + marks;
    if (note.size() > 3) walk.notes[s.state] = trim(note);  // the latest visit counts
  }
  std::string dot = draw_dot(*page.sop, &walk);
  constexpr std::string_view label = "[label=\"";  // of edges: a little off the line, whatever font the reader has
  for (size_t at = 0; (at = dot.find(" -> ", at)) != std::string::npos; ++at) {
    const size_t end = dot.find('\n', at), from = dot.find(label, at);
    if (from < end && dot[from + label.size()] != '"') dot.insert(from + label.size(), "   ");
  }
  return dot;
}

std::string subject_text(const Subject& subject) {
  std::string out;
  const auto put = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + calm(text, 120); };
  const auto at = [&](const char* name) -> const std::string* {
    const auto found = subject.find(name);
    return found == subject.end() ? nullptr : &found->second;
  };
  if (at("service")) put(*at("service"));
  for (const auto& [name, value] : subject) {
    if (name == "service" || name == "value" || (name == "attribute" && at("value"))) continue;
    put(name == "template" ? "“" + value + "”" : name + " " + value);
  }
  if (at("attribute") && at("value"))
    put(*at("attribute") + " = " + *at("value"));
  else if (at("value"))
    put("value " + *at("value"));
  return out;
}

std::string number_text(const Report& report, const Finding& finding, const std::string& name) {
  const auto value = finding.numbers.find(name);
  if (value == finding.numbers.end()) return "–";
  const auto kind = report.number_units.find(finding.kind);
  if (kind != report.number_units.end())
    if (const auto unit = kind->second.find(name); unit != kind->second.end())
      return human(value->second, unit->second);
  return human(value->second, "");
}

std::string calm(std::string_view text, size_t at_most) {
  constexpr size_t longest = 64;
  std::string out;
  for (std::string word : split(printable(text), ' ')) {
    if (!out.empty()) out += ' ';
    // 2026-11-21T10:41:32.193283328Z: people are told the second, the case keeps the rest
    if (const size_t dot = word.find('.');
        dot != std::string::npos && dot >= 19 && word[dot - 9] == 'T' && word[dot - 3] == ':')
      if (const size_t z = word.find('Z', dot); z != std::string::npos) word.erase(dot, z - dot);
    out += width(word) > longest ? printable(word, longest) : word;
    if (out.size() > 4 * at_most) break;
  }
  return printable(out, at_most);
}

std::string clock_second(Time time) { return print_clock(time).substr(0, 8); }

}  // namespace inquest
