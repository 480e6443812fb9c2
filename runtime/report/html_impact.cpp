// Impact: whose requests got slower or failed since the onset, and how many; and the services side by side.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/loghist.h"
#include "runtime/report/builder.h"
#include "runtime/report/chart.h"
#include "runtime/report/html_page.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

constexpr size_t most_groups = 8, most_services = 14, most_signals = 6;

struct Side {
  LogHistogram durations;
  int64_t n = 0, errors = 0, slow = 0;
};

// Entry spans of each service before and since `at`; since: how many above the p95 from before.
std::map<std::string, std::pair<Side, Side>> sides_of(const Frame& f, Time at) {
  std::map<std::string, std::pair<Side, Side>> out;
  const Column *service = f.column("service"), *kind = f.column("kind"), *time = f.column("time"),
               *bucket = f.column("bucket"), *n = f.column("count"), *errors = f.column("errors");
  if (!service || service->type != ColumnType::text || !time || !bucket || !n) return out;
  const auto entry = [&](size_t r) {
    if (!kind || kind->type != ColumnType::text) return true;
    const std::string& k = kind->text(r);
    return k == "server" || k == "consumer" || k == "root";
  };
  bool any = false;
  for (size_t r = 0; r < f.rows && !any; ++r) any = entry(r);
  for (const bool slow : {false, true})
    for (size_t r = 0; r < f.rows; ++r) {
      if ((any && !entry(r)) || time->absent(r) || bucket->absent(r) || n->absent(r)) continue;
      auto& [before, since] = out[service->text(r)];
      const bool after = time->integer(r) >= at.ns;
      const auto b = static_cast<int32_t>(bucket->integer(r));
      if (slow) {
        if (after && before.n > 0 && b > log_bucket(before.durations.quantile(0.95))) since.slow += n->integer(r);
        continue;
      }
      Side& side = after ? since : before;
      side.durations.add(b, n->integer(r));
      side.n += n->integer(r);
      if (errors && !errors->absent(r)) side.errors += errors->integer(r);
    }
  return out;
}

std::string share_of(const Page& page, int64_t part, int64_t all) {
  if (part == 0 && all > 0) return "0";
  return all > 0 ? page.words("html.n_of", count(part), count(all),
                              human(static_cast<double>(part) / static_cast<double>(all), "share"))
                 : "–";
}

}  // namespace

std::string html_impact(const Page& page) {
  std::string out = "<section id=\"impact\">\n<h2>" + html(page.word("html.impact")) + "</h2>\n";
  const ReportEvidence* latency = nullptr;
  for (const ReportEvidence& e : page.report.evidence)
    if (e.frame && e.frame->shape == Shape::latency && e.frame->rows > 0 &&
        (!latency || e.frame->rows > latency->frame->rows))
      latency = &e;
  if (!page.onset || !latency) {
    return out + "<p>" + html(page.word(!page.onset ? "html.no_onset" : "html.no_latency")) + "</p>\n</section>\n";
  }
  struct Row {
    std::string service;
    int64_t before, since;
    double times;
    Side a, b;
  };
  std::vector<Row> rows;
  for (auto& [service, sides] : sides_of(*latency->frame, *page.onset)) {
    auto& [a, b] = sides;
    if (a.n == 0 || b.n == 0) continue;
    const int64_t before = a.durations.quantile(0.95), since = b.durations.quantile(0.95);
    rows.push_back(
        {service, before, since, before > 0 ? static_cast<double>(since) / static_cast<double>(before) : NAN, a, b});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return (std::isfinite(a.times) ? a.times : 0) > (std::isfinite(b.times) ? b.times : 0);
  });
  std::vector<std::string> said;
  for (const Row& r : rows) {
    if (r.service != page.service) continue;
    out += "<p>" +
           html(page.words("html.impact_says", calm(r.service, 60), clock_second(*page.onset),
                           share_of(page, r.b.slow, r.b.n), human_ns(r.before))) +
           " " + html_links({latency->id}) + "</p>\n";
  }
  HtmlTable table;
  table.stack = true;
  table.caption = page.words("html.impact_caption", clock_second(*page.onset));
  table.columns = {{page.word("table.service")},          {page.word("html.p95_before"), true},
                   {page.word("html.p95_since"), true},   {page.word("html.times"), true},
                   {page.word("html.slower"), true},      {page.word("html.failed_before"), true},
                   {page.word("html.failed_since"), true}};
  for (const Row& r : rows) {
    if (table.rows.size() >= most_groups) break;
    const std::string name = html(r.service, 80);
    table.rows.push_back({r.service == page.service ? "<b>" + name + "</b>" : name, human_ns(r.before),
                          human_ns(r.since), std::isfinite(r.times) ? human(r.times, "ratio") : "–",
                          html(share_of(page, r.b.slow, r.b.n)), html(share_of(page, r.a.errors, r.a.n)),
                          html(share_of(page, r.b.errors, r.b.n))});
  }
  if (rows.size() > table.rows.size()) table.note = page.words("table.rose_most", table.rows.size(), rows.size());
  out += html_table(table) + "<p class=\"note\">" + html(page.word("html.impact_note")) + " " +
         html_links({latency->id}) + "</p>\n";
  return out + "</section>\n";
}

std::string html_signals(const Page& page) {
  const Report& report = page.report;
  std::string out = "<section id=\"signals\">\n<h2>" + html(page.word("html.suspects_and_signals")) + "</h2>\n";
  HtmlTable ranked;
  ranked.caption = page.word("html.suspects_caption");
  ranked.columns = {{page.word("table.service")},
                    {page.word("html.score"), true},
                    {""},
                    {page.word("html.signs")},
                    {page.word("page.found_head")}};
  ranked.stack = true;
  std::vector<std::string> without;
  for (const Suspect& s : report.suspects) {
    if (s.score <= 0) {
      without.push_back(printable(s.service, 40));
      continue;
    }
    if (ranked.rows.size() >= most_groups) continue;
    std::vector<std::string> found, signs;
    for (const Finding& f : report.findings) {
      const auto at = f.subject.find("service");
      if (at == f.subject.end() || at->second != s.service) continue;
      if (found.size() < 8) found.push_back(f.id);
      if (f.kind == "suspect")
        if (const auto list = f.lists.find("signs"); list != f.lists.end()) signs = list->second;
    }
    ranked.rows.push_back({fmt::format("{}. ", ranked.rows.size() + 1) +
                               (s.service == page.service ? "<b>" + html(s.service, 60) + "</b>" : html(s.service, 60)),
                           fmt::format("{:.2f}", s.score), html_bar(s.score, s.service == page.service),
                           html(signs.empty() ? s.why : join(signs, ", "), 300), html_links(found)});
  }
  out += ranked.rows.empty() ? "<p>" + html(page.word("html.no_suspects")) + "</p>\n" : html_table(ranked);
  if (!without.empty() && !ranked.rows.empty())
    out +=
        "<p class=\"note\">" +
        html(page.words("html.without_sign",
                        join(std::vector<std::string>(
                                 without.begin(),
                                 without.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(without.size(), 20))),
                             ", ")),
             600) +
        "</p>\n";

  // Small multiples: a row a service, a column a signal.
  struct Signal {
    std::string title, unit, id;
    Window window;
    std::map<std::string, Points> lines;
  };
  std::vector<Signal> signals;
  std::vector<std::string> services;
  for (const Suspect& s : report.suspects) services.push_back(s.service);
  for (const ReportEvidence& e : report.evidence) {
    if (!e.frame || e.frame->rows == 0 || e.window.empty() || signals.size() >= most_signals || !e.names.empty())
      continue;
    const bool latency = e.frame->shape == Shape::latency;
    if (!latency && (e.frame->shape != Shape::series || e.frame->column("attribute"))) continue;
    Signal signal{latency ? page.word("measure.latency") + " p95" : measured(e, page.words),
                  latency ? "ns" : e.unit,
                  e.id,
                  e.window,
                  {}};
    for (SeriesLine& l : latency ? latency_lines(*e.frame) : series_lines(*e.frame)) {
      Points& kept = signal.lines[l.service];  // of several instances the one that rises highest
      const auto top = [](const Points& p) {
        double t = -INFINITY;
        for (const auto& [at, v] : p) t = std::max(t, v);
        return t;
      };
      if (kept.empty() || top(l.points) > top(kept)) kept = std::move(l.points);
      if (std::find(services.begin(), services.end(), l.service) == services.end()) services.push_back(l.service);
    }
    if (!signal.lines.empty()) signals.push_back(std::move(signal));
  }
  if (signals.empty()) return out + "<p>" + html(page.word("page.no_charts")) + "</p>\n</section>\n";
  HtmlTable grid;
  grid.caption =
      page.onset ? page.words("html.multiples_onset", clock_second(*page.onset)) : page.word("html.multiples");
  grid.columns = {{page.word("table.service")}};
  for (const Signal& s : signals) grid.columns.push_back({s.title + " [" + s.id + "]"});
  size_t left_out = 0;
  for (const std::string& service : services) {
    if (std::none_of(signals.begin(), signals.end(), [&](const Signal& s) { return s.lines.count(service) > 0; }))
      continue;
    if (grid.rows.size() >= most_services) {
      ++left_out;
      continue;
    }
    const bool ours = service == page.service;
    std::vector<std::string> cells = {ours ? "<b class=\"mark\">" + html(service, 80) + "</b>" : html(service, 80)};
    for (const Signal& s : signals) {
      const auto line = s.lines.find(service);
      if (line == s.lines.end() || line->second.empty()) {
        cells.push_back("–");
        continue;
      }
      double top = -INFINITY;
      for (const auto& [at, v] : line->second) top = std::max(top, v);
      cells.push_back(small_svg(line->second, s.window, page.onset, ours) + "<div>" +
                      html(page.words("html.first_last_most", human(line->second.front().second, s.unit),
                                      human(line->second.back().second, s.unit), human(top, s.unit))) +
                      "</div>");
    }
    grid.rows.push_back(std::move(cells));
  }
  grid.look = "many";
  grid.stack = true;
  out +=
      html_table(grid) + "<p class=\"note\">" +
      html(page.word("html.multiples_note") + (left_out ? " " + page.words("html.services_left_out", left_out) : "")) +
      "</p>\n";
  return out + "</section>\n";
}

}  // namespace inquest
