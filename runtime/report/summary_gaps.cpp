// What a case looked for in vain and what it does not know, told once per cause.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "runtime/base/text.h"
#include "runtime/report/builder.h"
#include "runtime/report/summary.h"

namespace inquest {

std::string some(const std::vector<std::string>& names, size_t most, const Words& words) {
  std::vector<std::string> shown(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(most, names.size())));
  return join(shown, ", ") + (names.size() > most ? " " + words("list.more", names.size() - most) : "");
}

namespace {

void put(std::vector<std::string>& list, const std::string& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

// A number that stands by itself: "4 samples, at least 8 are", not the 2 of `svc2` or `a-2`.
struct Piece { std::string text; bool number = false; };
std::vector<Piece> pieces(const std::string& text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<Piece> out;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    if (digit(text[i]) && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '('))
      while (end < text.size() && (digit(text[end]) || (text[end] == '.' && end + 1 < text.size() && digit(text[end + 1]))))
        ++end;
    const bool number = end > i && (end == text.size() || std::string_view(" ,;:.)%").find(text[end]) != std::string_view::npos);
    if (number) out.push_back({text.substr(i, end - i), true});
    else {
      end = std::max(end, i + 1);
      if (out.empty() || out.back().number) out.push_back({"", false});
      out.back().text += text.substr(i, end - i);
    }
    i = end;
  }
  return out;
}

double value_of(const std::string& number) {
  double out = 0;
  std::from_chars(number.data(), number.data() + number.size(), out);
  return out;
}

// Texts that differ in numbers alone, as one: "1–5 samples, at least 8 are needed".
class Cause {
 public:
  explicit Cause(const std::string& text) : low_(pieces(text)), high_(low_) {}
  bool take(const std::string& text) {
    const std::vector<Piece> other = pieces(text);
    if (other.size() != low_.size()) return false;
    for (size_t i = 0; i < other.size(); ++i)
      if (other[i].number != low_[i].number || (!other[i].number && other[i].text != low_[i].text)) return false;
    for (size_t i = 0; i < other.size(); ++i) {
      if (!other[i].number) continue;
      if (value_of(other[i].text) < value_of(low_[i].text)) low_[i] = other[i];
      if (value_of(other[i].text) > value_of(high_[i].text)) high_[i] = other[i];
    }
    return true;
  }
  std::string text() const {
    std::string out;
    for (size_t i = 0; i < low_.size(); ++i)
      out += low_[i].text == high_[i].text ? low_[i].text : low_[i].text + "–" + high_[i].text;
    return out;
  }

 private:
  std::vector<Piece> low_, high_;
};

constexpr const char* service_mark = "\x01";

// The cause with the service that it names taken out, so that one cause at many services is one.
std::string without_service(std::string text, const std::optional<Subject>& subject) {
  if (!subject) return text;
  const auto service = subject->find("service");
  if (service == subject->end() || service->second.empty()) return text;
  const std::string& name = service->second;
  const auto word = [](char c) { return c != ' ' && c != ',' && c != ';' && c != '.' && c != ':' && c != '`' && c != ')' && c != '('; };
  for (size_t at = 0; (at = text.find(name, at)) != std::string::npos;) {
    const size_t end = at + name.size();
    if ((at > 0 && word(text[at - 1])) || (end < text.size() && word(text[end]))) { at = end; continue; }
    text.replace(at, name.size(), service_mark);
    ++at;
  }
  return text;
}

std::string with_service(std::string text, const std::string& name) {
  for (size_t at = 0; (at = text.find(service_mark, at)) != std::string::npos; at += name.size()) text.replace(at, 1, name);
  return text;
}

void add(std::vector<Gap>& gaps, Gap gap) {
  const bool there = std::any_of(gaps.begin(), gaps.end(),
                                 [&](const Gap& g) { return g.what == gap.what && g.why == gap.why; });
  if (!there) gaps.push_back(std::move(gap));
}

void evidence_gaps(const Report& report, const Words& words, std::vector<Gap>& gaps) {
  for (const ReportEvidence& e : report.evidence) {
    const std::string what = fmt::format("{}.{} [{}]", e.state, e.ask, e.id);
    if (e.failure)
      add(gaps, {what, words("gap.failed", failure_name(e.failure->cls), e.failure->cause), e.failure->cure, true});
    else if (!e.answered) add(gaps, {what, words("gap.no_answer"), "", true});
    if (!e.marks.partial.empty()) add(gaps, {what, words("marks.partial", e.marks.partial), "", true});
    if (!e.marks.limited.empty()) add(gaps, {what, words("marks.limited", e.marks.limited), "", true});
    if (!e.marks.approximate.empty()) add(gaps, {what, words("marks.approximate", e.marks.approximate), "", true});
  }
}

void state_gaps(const Report& report, const Words& words, std::vector<Gap>& gaps) {
  const auto sop = sop_of(report);
  if (!sop) return;
  std::set<std::string> visited;
  for (const ReportStep& s : report.path) visited.insert(s.state);
  for (const State& s : sop->states) {
    if (visited.count(s.name) || !s.fork.empty()) continue;
    std::string why = words(report.finished ? "gap.no_edge" : "gap.run_stopped");
    for (const ReportStep& step : report.path)
      for (const ReportOffer& o : step.offers)
        if (o.to == s.name)
          why = !o.offered           ? words("gap.not_offered", o.label, reason(o.why_not, words))
                : step.chose.empty() ? words("gap.not_chosen", o.label)
                                     : words("gap.not_chosen_but", o.label, step.chose);
    add(gaps, {words("gap.state", title_of(s.title, s.name)), why, "", true});
  }
}

// Helps of the pair that the verdict names for which nobody looked or could look.
void help_gaps(const Report& report, const Words& words, std::vector<Gap>& gaps) {
  const Verdict& v = report.judgement.verdict;
  for (const Judged& h : report.judgement.hypotheses) {
    if (h.hypothesis != v.hypothesis || h.key != v.subject) continue;
    std::vector<std::string> unseen;
    for (const Missing& m : h.helps_missing) {
      const bool told = std::any_of(report.unknown.begin(), report.unknown.end(), [&](const Unknown& u) {
        return u.kind == m.kind && (!u.subject || agrees(*u.subject, h.key));
      });
      if (told) continue;
      if (m.why == "not examined") put(unseen, m.kind);
      else
        add(gaps, {words("gap.helps", m.kind, h.hypothesis),
                   m.why + (m.signal.empty() ? "" : "; " + words("gap.needs", m.signal)), m.cure, true});
    }
    if (!unseen.empty()) add(gaps, {words("gap.helps", join(unseen, ", "), h.hypothesis), words("gap.not_examined"), "", true});
  }
}

}  // namespace

std::string short_subject(const Subject& subject, const Words& words) {
  const auto service = subject.find("service");
  if (subject.empty()) return words("all_subjects");
  if (service == subject.end()) return print_subject(subject);
  Subject rest = subject;
  for (const char* const name : {"service", "instance", "namespace"}) rest.erase(name);
  if (rest.empty()) return service->second;
  const bool operation = rest.size() == 1 && rest.begin()->first == "operation";
  return words("subject.of", operation ? rest.begin()->second : print_subject(rest), service->second);
}

std::string short_subjects(const std::vector<Subject>& subjects, const Words& words, size_t most) {
  std::vector<std::string> names, services;
  bool all_of_services = true;
  for (const Subject& s : subjects) {
    put(names, short_subject(s, words));
    const auto service = s.find("service");
    if (service == s.end()) all_of_services = false;
    else put(services, service->second);
  }
  const std::string shown = some(names, most, words);
  const bool few = names.size() <= most && (names.size() == 1 || width(shown) <= 60);
  if (few || !all_of_services || services.size() == names.size()) return shown;
  const bool operations = std::all_of(subjects.begin(), subjects.end(), [](const Subject& s) { return s.count("operation") != 0; });
  const std::string of = some(services, most, words);
  return operations ? words("subject.of", words.plural("count.operations", static_cast<int64_t>(names.size())), of)
                    : words("subject.count_in", names.size(), of);
}

std::string gap_line(const Gap& gap, const Words& words) {
  const std::string line = gap.what + ": " + gap.why;
  return gap.cure.empty() ? line : words("cure.sentence", line, gap.cure);
}

std::vector<Gap> gaps_of(const std::vector<Unknown>& unknown, const Words& words) {
  struct Row { Cause why; std::string rest, cure; std::vector<std::string> kinds; std::vector<Subject> subjects; };
  std::vector<Row> rows;
  for (const Unknown& u : unknown) {
    const std::string why = without_service(u.why, u.subject), cure = without_service(u.cure, u.subject);
    // Which signal to add is what a cure says; without one it is said here.
    std::string rest = u.signal.empty() || !u.cure.empty() ? "" : words("gap.needs", u.signal);
    if (!u.tried.empty()) rest += (rest.empty() ? "" : "; ") + words("gap.tried", some(u.tried, 5, words));
    auto same = std::find_if(rows.begin(), rows.end(), [&](Row& r) {
      return r.rest == rest && r.cure == cure && r.why.take(why);
    });
    Row& row = same != rows.end() ? *same : rows.emplace_back(Row{Cause(why), rest, cure, {}, {}});
    put(row.kinds, u.kind);
    const Subject subject = u.subject.value_or(Subject{});
    if (std::find(row.subjects.begin(), row.subjects.end(), subject) == row.subjects.end()) row.subjects.push_back(subject);
  }
  std::vector<Gap> out;
  for (const Row& r : rows) {
    std::vector<std::string> services;
    for (const Subject& s : r.subjects)
      if (const auto at = s.find("service"); at != s.end()) put(services, at->second);
    const std::string name = services.size() == 1 ? services[0] : words("subject.each");
    std::string why = with_service(r.why.text(), name);
    if (!r.rest.empty()) why += (why.empty() ? "" : "; ") + r.rest;
    out.push_back({words("gap.about", join(r.kinds, ", "), short_subjects(r.subjects, words)), why, with_service(r.cure, name), true});
  }
  return out;
}

std::vector<Gap> not_looked_at(const Report& report) {
  const Words words(report.lang);
  const Verdict& v = report.judgement.verdict;
  const auto concerns = [&](const Unknown& u) { return !u.subject || v.subject.empty() || agrees(*u.subject, v.subject); };
  std::vector<Unknown> ours, others;
  for (const Unknown& u : report.unknown) (concerns(u) ? ours : others).push_back(u);
  std::vector<Gap> out = gaps_of(ours, words);
  for (const std::string& s : report.stopped) add(out, {words("gap.stopped"), s, "", true});
  help_gaps(report, words, out);
  evidence_gaps(report, words, out);
  state_gaps(report, words, out);
  for (Gap& g : gaps_of(others, words)) {
    g.ours = false;
    add(out, std::move(g));
  }
  return out;
}

std::vector<Absence> absences(const Rows& rows) {
  std::vector<Absence> kinds;
  for (const Examined& e : rows.examined) {
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const Absence& a) { return a.kind == e.kind; });
    Absence& row = same != kinds.end() ? *same : kinds.emplace_back(Absence{e.kind, 0, 0, {}});
    ++row.examined;
    const bool found = std::any_of(rows.found.begin(), rows.found.end(), [&](const Finding& f) {
      return f.kind == e.kind && agrees(f.subject, e.subject);
    });
    const bool unknown = std::any_of(rows.unknown.begin(), rows.unknown.end(), [&](const Unknown& u) {
      return u.kind == e.kind && (!u.subject || agrees(*u.subject, e.subject));
    });
    if (found || unknown) continue;
    ++row.missing;
    row.subjects.push_back(e.subject);
  }
  kinds.erase(std::remove_if(kinds.begin(), kinds.end(), [](const Absence& a) { return a.missing == 0; }), kinds.end());
  return kinds;
}

std::vector<std::string> not_found(const Rows& rows, const Words& words) {
  std::vector<std::string> out;
  for (const Absence& a : absences(rows))
    out.push_back(words("not_found.line", a.kind, a.missing, a.examined, short_subjects(a.subjects, words, 5)));
  return out;
}

}  // namespace inquest
