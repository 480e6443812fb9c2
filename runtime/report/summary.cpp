// Sentences about a case, from its judgement and its evidence.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/report/builder.h"

namespace inquest {
namespace {

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

std::string missing_line(const Missing& m, const Words& words) {
  std::string out = m.kind;
  if (!m.signal.empty()) out += ", " + words("gap.add", m.signal);
  if (!m.why.empty()) out += " (" + reason(m.why, words) + ")";
  if (!m.tried.empty()) out += "; " + words("gap.tried", some(m.tried, 5, words));
  if (!m.cure.empty()) out += "; " + m.cure;
  return words("how_sure.unknown", out);
}

}  // namespace

Headline headline(const Report& report) {
  const Words words(report.lang);
  const Verdict& v = report.judgement.verdict;
  if (!report.judged) return {"!", words("verdict.none"), "", report.ended_why, "none"};
  std::string where = v.hypothesis;
  if (!where.empty() && !v.subject.empty()) where = words("judged.at", where, print_subject(v.subject));
  const bool known = v.word == "confirmed" || v.word == "ruled_out" || v.word == "inconclusive";
  const std::string kind = known ? v.word : "nothing_found";
  const char* const glyph = kind == "confirmed" ? "✔" : kind == "ruled_out" ? "✖" : kind == "inconclusive" ? "?" : "–";
  // A SOP that judges no hypothesis can rule nothing out: its answer is what it found.
  if (kind == "ruled_out" && report.judgement.hypotheses.empty()) {
    std::vector<std::string> what;
    for (const Finding& f : report.findings) {
      const std::string one = words("judged.at", f.kind, short_subject(f.subject, words));
      if (std::find(what.begin(), what.end(), one) == what.end()) what.push_back(one);
    }
    return {"–", words.of("verdict", kind), "", words("verdict.no_hypothesis", some(what, 5, words)), kind};
  }
  return {glyph, words.of("verdict", kind), where, v.says, kind};
}

std::vector<std::string> how_sure(const Report& report) {
  const Words words(report.lang);
  std::vector<std::string> out;
  const Verdict& v = report.judgement.verdict;
  const Judged* const pair = report.judged ? judged_pair(report) : nullptr;
  if (!pair) return out;
  const std::string needs = words("how_sure.needs", pair->needs_found, pair->needs);
  out.push_back(v.word == "confirmed" ? words("how_sure.strength", fmt::format("{:.2f}", v.strength), needs) : needs);
  for (const std::string& id : pair->findings) out.push_back(named(report, id));
  for (const std::string& id : pair->against) out.push_back(words("how_sure.against", named(report, id)));
  for (const std::string& kind : pair->not_found) out.push_back(words("how_sure.not_found", kind));
  for (const Missing& m : pair->missing) {
    std::string line = missing_line(m, words);
    if (std::find(out.begin(), out.end(), line) == out.end()) out.push_back(std::move(line));
  }
  return out;
}

std::vector<std::string> ruled_out(const Report& report) {
  const Words words(report.lang);
  // By hypothesis and reason, in the order of the judgement.
  struct Line { std::string hypothesis, why; std::vector<Subject> keys; };
  std::vector<Line> lines;
  for (const Judged& h : report.judgement.hypotheses) {
    if (h.word != "ruled_out") continue;
    std::vector<std::string> why;
    for (const std::string& id : h.against) {
      const Finding* const f = finding_of(report, id);
      why.push_back(words("ruled_out.against", f ? f->kind : id));
    }
    if (!h.not_found.empty()) why.push_back(words("ruled_out.not_found", join(h.not_found, ", ")));
    const std::string reason = join(why, "; ");
    const auto same = std::find_if(lines.begin(), lines.end(),
                                   [&](const Line& l) { return l.hypothesis == h.hypothesis && l.why == reason; });
    Line& line = same != lines.end() ? *same : lines.emplace_back(Line{h.hypothesis, reason, {}});
    line.keys.push_back(h.key);
  }
  for (size_t i = 0; i < lines.size(); ++i)   // hypotheses that fall together at the same keys stand together
    for (size_t j = i + 1; j < lines.size();) {
      if (lines[j].why != lines[i].why || lines[j].keys != lines[i].keys) { ++j; continue; }
      lines[i].hypothesis += ", " + lines[j].hypothesis;
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(j));
    }
  std::vector<std::string> out;
  for (const Line& l : lines)
    out.push_back(words("judged.at", l.hypothesis, short_subjects(l.keys, words)) + (l.why.empty() ? "" : ": " + l.why));
  return out;
}

std::vector<Command> next_commands(const Report& report) {
  const Words words(report.lang);
  std::vector<Command> out;
  const std::string path = quoted(printable(report.case_path));
  out.push_back({"inquest report " + path + " --report report.html", words("next.page")});
  std::string again = "inquest run " + (report.sop.empty() ? std::string("SOP") : quoted(report.sop));
  bool files = false, servers = false;
  if (report.sources.is_array())
    for (const Json& s : report.sources) (member_text(s, "kind") == "otlp" ? files : servers) = true;
  if (servers) again += " --sources FILE";
  else if (files) again += " --data DIR";
  if (!report.window.empty() && report.window_from != "recording")   // a whole recording brings its own
    again += " --from " + print_time(report.window.from) + " --to " + print_time(report.window.to);
  for (const auto& [name, value] : report.inputs)
    if (!value.null() && std::find(report.defaulted.begin(), report.defaulted.end(), name) == report.defaulted.end())
      again += " --input " + quoted(printable(name + "=" + print_value(value)));
  std::map<std::string, std::string> answers = report.answers;
  if (report.mode == "guided")   // what a person decided, so that the same walk needs none
    for (const ReportStep& s : report.path)
      if (!s.chose.empty() && s.chose_by == "person") answers[s.state] = s.chose;
  for (const auto& [state, label] : answers) again += " --answer " + quoted(printable(state + "=" + label));
  const std::string doc = words("next.again");
  out.push_back({again, servers ? words("next.file", doc) : files ? words("next.dir", doc) : doc});
  return out;
}

Table in_language(Table table, const Words& words) {
  for (Table::Head& head : table.columns) head.title = words.again("table.", head.title);
  table.caption = words.again("table.", table.caption);
  table.note = words.again("table.", table.note);
  return table;
}

std::string link_host(const std::string& url) {
  const size_t host = url.rfind("https://", 0) == 0 ? 8 : url.rfind("http://", 0) == 0 ? 7 : std::string::npos;
  if (host == std::string::npos) return {};
  for (const unsigned char c : url)
    if (c <= 0x20 || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' || c == '`') return {};
  const std::string out = url.substr(host, url.find_first_of("/?#", host) - host);
  return out.find('@') == std::string::npos ? out : std::string();
}

std::string traffic_line(const ReportTraffic& traffic, const Words& words) {
  return words("source.traffic", traffic.source, words.plural("count.requests", traffic.requests),
               human(static_cast<double>(traffic.bytes), "By"));
}

std::string source_line(const Json& source, const Words& words) {
  std::string out = member_text(source, "name");
  if (const std::string kind = member_text(source, "kind"); !kind.empty()) out += " (" + kind + ")";
  const auto list = [&](const char* key) {
    std::vector<std::string> items;
    if (const Json* const given = member(source, key); given && given->is_array())
      for (const Json& s : *given)
        if (s.is_string()) items.push_back(s.get<std::string>());
    return join(items, ", ");
  };
  if (const std::string signals = list("signals"); !signals.empty()) out += ": " + signals;
  if (const std::string without = list("without"); !without.empty()) out += "; " + words("source.without", without);
  if (const Json* const insecure = member(source, "insecure"); insecure && insecure->is_boolean() && insecure->get<bool>())
    out += "; " + words("source.insecure");
  if (member_text(source, "kind") != "otlp")             // what a server said of itself; files say it at their asks
    if (const std::string notes = list("notes"); !notes.empty()) out += "; " + notes;
  return out;
}

std::string marks_line(const Marks& marks, const Words& words) {
  std::vector<std::string> parts;
  if (!marks.partial.empty()) parts.push_back(words("marks.partial", marks.partial));
  if (!marks.limited.empty()) parts.push_back(words("marks.limited", marks.limited));
  if (!marks.approximate.empty()) parts.push_back(words("marks.approximate", marks.approximate));
  for (const std::string& n : marks.notes) parts.push_back(words("marks.note", n));
  return join(parts, "; ");
}

std::string clock_window(const Window& window) {
  if (window.empty()) return "–";
  const std::string from = print_time(window.from), to = print_time(window.to);
  if (from.substr(0, 10) == to.substr(0, 10)) return print_clock(window.from) + "–" + print_clock(window.to);
  return from.substr(0, 10) + " " + print_clock(window.from) + "–" + to.substr(0, 10) + " " + print_clock(window.to);
}

std::string scope_line(const Scope& scope) {
  std::string out = scope.window.empty() ? std::string() : clock_window(scope.window) + " UTC";
  for (const auto& [name, value] : scope.names) out += (out.empty() ? "" : ", ") + name + "=" + value;
  return out;
}

std::string reason(const std::string& given, const Words& words) {
  constexpr std::string_view needs = "needs ";
  if (given.rfind(needs, 0) == 0) return words("gap.needs", given.substr(needs.size()));
  return words.of("reason", given);
}

std::string window_line(const Report& report) {
  const Words words(report.lang);
  if (report.window.empty()) return words("window.none");
  if (report.window_from.empty()) return print_window(report.window);
  return print_window(report.window) + ", " + words.of("window.from", report.window_from);
}

std::string cited(const Finding& finding) {
  std::string out = finding.says.empty() ? finding.kind + " " + print_subject(finding.subject) : finding.says;
  if (finding.says.empty())
    for (const auto& [name, value] : finding.numbers) out += ", " + name + " " + human(value, "");
  for (const std::string& e : finding.evidence) out += " [" + e + "]";
  return out;
}

std::string suspect_line(const Suspect& suspect) {
  if (suspect.why.find(suspect.service) == 0) return suspect.why;   // a sentence of its own, with the number it wants
  return fmt::format("{} {:.2f}{}", suspect.service, suspect.score, suspect.why.empty() ? "" : ": " + suspect.why);
}

std::string title_of(const std::string& title, const std::string& name) {
  return title.empty() || title == name ? name : title + " (" + name + ")";
}

std::string kind_word(const std::string& kind, const Words& words) {
  const std::string word = words.of("kind", kind);
  return word == kind ? words("kind.state") : word;
}

std::string print_second(Time time) {
  const int64_t rest = ((time.ns % ns_per_s) + ns_per_s) % ns_per_s;
  return print_time(Time{time.ns - rest});
}

}  // namespace inquest
