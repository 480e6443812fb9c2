// The table of messages: each template before and since, in slow and in typical requests, with its course.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "runtime/base/json.h"
#include "runtime/base/text.h"
#include "runtime/frame/kernels/kernel.h"
#include "runtime/report/builder.h"
#include "runtime/report/chart.h"
#include "runtime/report/html_figures.h"

namespace inquest {
namespace {

constexpr size_t most_messages = 14;

struct Message {
  std::string service, text, example;
  double before = NAN, after = NAN, slow = NAN, slow_of = NAN, typical = NAN, typical_of = NAN;
  std::string course, severity;
  std::vector<std::string> findings, evidence;
};

std::string whole(double n) { return std::isfinite(n) ? count(static_cast<int64_t>(n)) : "–"; }

Points course_of(const Frame& f, size_t row, const Window& window) {
  Points out;
  const auto list = parse_json(text_at(f, "counts", row), "counts");
  const double step = number_at(f, "counts_step", row), from = number_at(f, "counts_from", row);
  if (!list || !list->is_array()) return out;
  for (size_t i = 0; i < list->size(); ++i) {
    const double v = json_number((*list)[i]);
    const double at = std::isfinite(step) && std::isfinite(from)
                          ? from + step * (static_cast<double>(i) + 0.5)
                          : static_cast<double>(window.from.ns) + (static_cast<double>(i) + 0.5) /
                                                                      static_cast<double>(list->size()) *
                                                                      static_cast<double>(window.length().ns);
    if (std::isfinite(v)) out.emplace_back(static_cast<int64_t>(at), v);
  }
  return out;
}

void add_evidence(Message& m, const std::string& id) {
  if (std::find(m.evidence.begin(), m.evidence.end(), id) == m.evidence.end()) m.evidence.push_back(id);
}

}  // namespace

std::string html_messages(const Page& page, const std::string& id) {
  std::map<std::pair<std::string, std::string>, Message> all;
  const auto message = [&](const std::string& service, const std::string& text) -> Message& {
    Message& m = all[{service, text}];
    m.service = service;
    m.text = text;
    return m;
  };
  for (const ReportEvidence& e : page.report.evidence) {
    if (!e.frame || e.frame->shape != Shape::templates) continue;
    for (size_t r = 0; r < e.frame->rows; ++r) {
      Message& m = message(text_at(*e.frame, "service", r), text_at(*e.frame, "template", r));
      m.before = number_at(*e.frame, "before", r);
      m.after = number_at(*e.frame, "after", r);
      m.example = text_at(*e.frame, "example", r);
      m.severity = text_at(*e.frame, "severity", r);
      m.course = small_svg(course_of(*e.frame, r, e.window), e.window, page.onset, true);
      add_evidence(m, e.id);
    }
  }
  for (const ReportReview& review : page.report.reviews) {
    const auto slow = review.slots.find("slow"), typical = review.slots.find("typical");
    if (slow == review.slots.end() || typical == review.slots.end()) continue;
    const ReportEvidence* const a = evidence_of(page.report, slow->second);
    const ReportEvidence* const b = evidence_of(page.report, typical->second);
    const Kernel* const diff = kernel("log_diff");
    if (!diff || !a || !b || !a->frame || !b->frame || a->frame->shape != Shape::logs || b->frame->shape != Shape::logs)
      continue;
    const auto table = diff->run({a->frame, b->frame}, {}, nullptr);
    if (!table) continue;
    const Frame& t = **table;
    for (size_t r = 0; r < t.rows; ++r) {
      Message& m = message(text_at(t, "service", r), text_at(t, "template", r));
      m.slow = number_at(t, "slow_traces", r);
      m.slow_of = number_at(t, "all_slow", r);
      m.typical = number_at(t, "typical_traces", r);
      m.typical_of = number_at(t, "all_typical", r);
      if (m.example.empty()) m.example = text_at(t, "example", r);
      add_evidence(m, a->id);
      add_evidence(m, b->id);
    }
  }
  std::vector<Message> rows;
  for (auto& [key, m] : all) {
    for (const Finding& f : page.report.findings) {
      const auto service = f.subject.find("service"), text = f.subject.find("template");
      if (text != f.subject.end() && text->second == m.text &&
          (service == f.subject.end() || service->second == m.service))
        m.findings.push_back(f.id);
    }
    rows.push_back(std::move(m));
  }
  if (rows.empty()) return "";
  std::stable_sort(rows.begin(), rows.end(), [](const Message& a, const Message& b) {
    if (a.findings.empty() != b.findings.empty()) return b.findings.empty();
    return (std::isfinite(a.after) ? a.after : 0) > (std::isfinite(b.after) ? b.after : 0);
  });
  const size_t total = rows.size();
  if (rows.size() > most_messages) rows.resize(most_messages);
  const bool compared =
      std::any_of(rows.begin(), rows.end(), [](const Message& m) { return std::isfinite(m.slow_of); });
  const bool counted = std::any_of(rows.begin(), rows.end(), [](const Message& m) { return std::isfinite(m.after); });
  HtmlTable out;
  out.stack = true;
  out.caption = page.word("html.messages_caption");
  out.columns = {{page.word("table.message")}, {page.word("table.service")}};
  if (counted)
    out.columns.insert(
        out.columns.end(),
        {{page.word("table.before"), true}, {page.word("html.since"), true}, {page.word("table.over_time")}});
  if (compared)
    out.columns.insert(out.columns.end(),
                       {{page.word("html.slow_requests"), true}, {page.word("html.typical_requests"), true}});
  out.columns.push_back({page.word("page.found_head")});
  for (const Message& m : rows) {
    std::string text = "<code>" + html(m.text, 200) + "</code>";
    if (!m.example.empty() && m.example != m.text)
      text +=
          "<br /><span class=\"in\">" + html(page.words("html.example", printable(m.example, 120)), 160) + "</span>";
    std::vector<std::string> cells = {m.findings.empty() ? text : "<b>" + text + "</b>", html(m.service, 60)};
    if (counted) cells.insert(cells.end(), {whole(m.before), whole(m.after), m.course});
    const auto share = [&](double n, double of) {
      return of > 0 ? html(page.words("html.n_of", whole(n), whole(of), human(n / of, "share"))) : std::string("–");
    };
    if (compared) cells.insert(cells.end(), {share(m.slow, m.slow_of), share(m.typical, m.typical_of)});
    cells.push_back(html_links(m.findings) + (m.findings.empty() ? "" : " ") + html_links(m.evidence));
    out.rows.push_back(std::move(cells));
  }
  if (total > rows.size()) out.note = page.words("html.messages_of", rows.size(), total);
  return fmt::format("<figure id=\"{}\" class=\"broad\">\n<figcaption>{}</figcaption>\n", id,
                     html(page.word("html.messages"))) +
         html_table(out) + "</figure>\n";
}

}  // namespace inquest
