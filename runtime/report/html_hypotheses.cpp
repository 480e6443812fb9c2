// Hypotheses: each claim with what confirms, helps and refutes it, and what of that was found, not found or unknown.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "runtime/base/text.h"
#include "runtime/report/builder.h"
#include "runtime/report/html_page.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

constexpr size_t most_shown = 3, most_lines = 20, most_named = 8;

bool agrees_both(const Subject& key, const Subject& subject) {
  return std::all_of(key.begin(), key.end(), [&](const auto& k) {
    const auto at = subject.find(k.first);
    return at == subject.end() || at->second == k.second;
  });
}

// The sentence of a claim; names that nothing is bound to are set off instead of their $.
std::string sentence(const std::string& says) {
  std::string out;
  const std::string text = calm(says, 400);
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    while (end < text.size() && (text[end] == '_' || text[end] == '.' || (text[end] >= '0' && text[end] <= '9') ||
                                 (text[end] >= 'a' && text[end] <= 'z')))
      ++end;
    while (end > at + 1 && text[end - 1] == '.') --end;
    const bool name = text[at] == '$' && end > at + 1;
    if (!name) end = text.find('$', at + 1);
    if (end == std::string::npos) end = text.size();
    const std::string part = text.substr(at + (name ? 1 : 0), end - at - (name ? 1 : 0));
    out += name ? "<i>" + html(part) + "</i>" : html(part);
    at = end;
  }
  return out;
}

// What is known of one kind about one key.
std::string known_of(const Page& page, const std::string& kind, const Subject& key) {
  std::vector<std::string> ids;
  for (const Finding& f : page.report.findings)
    if (f.kind == kind && agrees_both(key, f.subject) && ids.size() < 8) ids.push_back(f.id);
  if (!ids.empty()) return "<b>✔ " + html(page.word("html.found")) + "</b> " + html_links(ids);
  for (const Unknown& u : page.report.unknown)
    if (u.kind == kind && (!u.subject || agrees_both(key, *u.subject)))
      return "<b>? " + html(page.word("page.unknown")) + "</b> " +
             html(u.why + (u.cure.empty() ? "" : ". " + page.word("page.cure_head") + ": " + u.cure), 300);
  std::vector<std::string> evidence, smallest;
  bool examined = false;
  for (const Examined& e : page.report.examined)
    if (e.kind == kind && agrees_both(key, e.subject)) {
      examined = true;
      for (const std::string& id : e.evidence)
        if (std::find(evidence.begin(), evidence.end(), id) == evidence.end() && evidence.size() < 5)
          evidence.push_back(id);
      const auto units = page.report.number_units.find(kind);
      if (smallest.empty())
        for (const auto& [name, value] : e.smallest) {
          std::string unit = name == "times" ? "ratio" : name == "share" ? "share" : "";
          if (units != page.report.number_units.end())
            if (const auto at = units->second.find(name); at != units->second.end()) unit = at->second;
          std::string label = name;
          std::replace(label.begin(), label.end(), '_', ' ');
          smallest.push_back(label + " " + human(value, unit));
        }
    }
  if (!examined) return "– " + html(page.word("html.not_examined"));
  return "<b>✖ " + html(page.word("page.not_found")) + "</b> " + html_links(evidence) +
         (smallest.empty() ? "" : " " + html(page.words("html.would_have_seen", join(smallest, ", ")), 200));
}

std::string claim(const Page& page, const Hypothesis& h, const Judged& j) {
  HtmlTable table;
  const char* const glyph = j.word == "confirmed" ? "✔" : j.word == "ruled_out" ? "✖" : "?";
  table.caption = fmt::format(
      "{} {}{}{}", glyph, page.words.of("verdict", j.word),
      j.key.empty() ? "" : ": " + printable(subject_text(j.key), 120),
      j.word == "confirmed" ? ", " + page.words("html.strength_of", fmt::format("{:.2f}", j.strength)) : "");
  table.columns = {{page.word("html.condition")}, {page.word("html.role")}, {page.word("html.what_is_known")}};
  for (const auto& [list, key] :
       {std::pair{&h.needs, "page.needs"}, {&h.helps, "page.helped_by"}, {&h.refuted_by, "page.refuted_by"}})
    for (const Condition& c : *list)
      table.rows.push_back(
          {"<code>" +
               html(c.match.empty() && !c.kind.empty() && c.op == Condition::Op::found ? c.kind : print_condition(c),
                    160) +
               "</code>",
           html(page.word(key)), c.kind.empty() ? "–" : known_of(page, c.kind, j.key)});
  for (const std::string& name : h.explains)
    table.rows.push_back({"<code>" + html(name, 80) + "</code>", html(page.word("html.explains")), ""});
  return html_table(table);
}

}  // namespace

std::string html_hypotheses(const Page& page) {
  std::string out = "<section id=\"hypotheses\">\n<h2>" + html(page.word("page.hypotheses")) +
                    "</h2>\n<p class=\"note\">" + html(page.word("page.claims")) + "</p>\n";
  if (!page.sop || page.sop->hypotheses.empty())
    return out + "<p>" + html(page.word("page.no_hypotheses")) + "</p>\n</section>\n";
  for (const Hypothesis& h : page.sop->hypotheses) {
    out += "<h3>" + html(h.name, 80) + "</h3>\n";
    std::vector<const Judged*> all, shown;
    for (const Judged& j : page.report.judgement.hypotheses)
      if (j.hypothesis == h.name) all.push_back(&j);
    if (all.empty()) {
      out += "<p>" + sentence(h.say) + "</p>\n<p>" + html(page.word("page.not_judged")) + "</p>\n";
      continue;
    }
    const auto rank = [&](const Judged* j) {
      return (j->key == page.report.judgement.verdict.subject ? 0 : 2) + (j->word == "confirmed"      ? 0
                                                                          : j->word == "inconclusive" ? 1
                                                                                                      : 2);
    };
    std::stable_sort(all.begin(), all.end(), [&](const Judged* a, const Judged* b) { return rank(a) < rank(b); });
    // Condition by condition: where the verdict is, whatever became of the claim there, and where else it is confirmed.
    for (const Judged* j : all)
      if (shown.empty() || (j->word == "confirmed" && shown.size() < most_shown)) shown.push_back(j);
    const std::string& says = shown[0]->says.empty() ? h.say : shown[0]->says;
    if (!says.empty()) out += "<p>" + sentence(says) + "</p>\n";
    for (const Judged* j : shown) out += claim(page, h, *j);
    struct Group {
      std::string word, why;
      std::vector<std::string> links, keys;
      size_t more = 0;
    };
    std::vector<Group> groups;
    for (const Judged* j : all) {
      if (std::find(shown.begin(), shown.end(), j) != shown.end()) continue;
      std::vector<std::string> why;
      if (!j->not_found.empty()) why.push_back(page.words("html.not_found_kinds", join(j->not_found, ", ")));
      if (!j->against.empty()) why.push_back(page.word("html.speaks_against"));
      std::vector<std::string> missing;
      for (const Missing& m : j->missing) missing.push_back(m.kind + (m.why.empty() ? "" : " (" + m.why + ")"));
      if (!missing.empty() && j->word == "inconclusive")
        why.push_back(page.word("page.unknown") + ": " + join(missing, ", "));
      const std::string reason = join(why, "; ");
      const auto same = std::find_if(groups.begin(), groups.end(),
                                     [&](const Group& g) { return g.word == j->word && g.why == reason; });
      Group& g = same != groups.end() ? *same : groups.emplace_back(Group{j->word, reason, {}, {}, 0});
      for (const auto* ids : {&j->findings, &j->against})
        for (const std::string& id : *ids)
          if (g.links.size() < 12) g.links.push_back(id);
      if (g.keys.size() < most_named)
        g.keys.push_back(j->key.empty() ? page.word("html.all_subjects") : printable(subject_text(j->key), 60));
      else
        ++g.more;
    }
    std::vector<std::string> lines;
    for (const Group& g : groups) {
      if (lines.size() >= most_lines) break;
      const char* const glyph = g.word == "confirmed" ? "✔ " : g.word == "ruled_out" ? "✖ " : "? ";
      lines.push_back(glyph + html(page.words.of("verdict", g.word)) + ": " +
                      html(join(g.keys, ", ") + (g.more ? " " + page.words("html.and_more", g.more) : ""), 700) +
                      (g.why.empty() ? "" : " – " + html(g.why, 300)) + " " + html_links(g.links));
    }
    out += html_list(lines);
  }
  return out + "</section>\n";
}

}  // namespace inquest
