// Bars of a contrast, distributions before and since, and which figures a finding gets.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/html_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runtime/base/json.h"
#include "runtime/base/text.h"
#include "runtime/frame/kernels/kernel.h"
#include "runtime/report/builder.h"
#include "runtime/report/chart.h"

namespace inquest {

std::string text_at(const Frame& frame, const char* name, size_t row) {
  const Column* const c = frame.column(name);
  return c && c->type == ColumnType::text && !c->absent(row) ? c->text(row) : std::string();
}
double number_at(const Frame& frame, const char* name, size_t row) {
  const Column* const c = frame.column(name);
  return c && c->type != ColumnType::text ? c->number(row) : NAN;
}

namespace {

constexpr size_t most_runners_up = 6;

std::string at(const Subject& subject, const char* name) {
  const auto found = subject.find(name);
  return found == subject.end() ? std::string() : found->second;
}



std::string part(const Page& page, double n, double of) {
  if (!(of > 0)) return "–";
  return page.words("html.n_of", count(static_cast<int64_t>(n)), count(static_cast<int64_t>(of)),
                    human(n / of, "share"));
}

// The middle of a list [min, p25, p50, p75, max].
std::string middle(const std::string& list) {
  const auto json = parse_json(list, "quantiles");
  if (!json || !json->is_array() || json->size() != 5) return "–";
  return fmt::format("{} ({} – {})", human(json_number((*json)[2]), ""), human(json_number((*json)[1]), ""),
                     human(json_number((*json)[3]), ""));
}

struct Weighed {
  double value = 0, weight = 0;
};

double median_of(std::vector<Weighed> values) {
  std::sort(values.begin(), values.end(), [](const Weighed& a, const Weighed& b) { return a.value < b.value; });
  double all = 0, sum = 0;
  for (const Weighed& v : values) all += v.weight;
  for (const Weighed& v : values)
    if ((sum += v.weight) * 2 >= all) return v.value;
  return values.empty() ? NAN : values.back().value;
}

}  // namespace

std::string html_contrast(const Page& page, const Finding& finding, const ReportEvidence& e, const std::string& id) {
  const Kernel* const contrast = kernel("contrast");
  if (!contrast || !e.frame || e.frame->shape != Shape::contrast) return "";
  const auto table = contrast->run({e.frame}, {}, nullptr);
  if (!table) return "";
  const Frame& t = **table;
  const std::string attribute = at(finding.subject, "attribute"), value = at(finding.subject, "value");
  struct Row {
    size_t row;
    bool ours;
    double share;
  };
  std::vector<Row> rows;
  for (size_t r = 0; r < t.rows; ++r) {
    if (text_at(t, "operation", r) != at(finding.subject, "operation") ||
        text_at(t, "service", r) != at(finding.subject, "service"))
      continue;
    const double share = number_at(t, "share", r);
    const bool number = text_at(t, "kind", r) == "number";
    const bool ours = text_at(t, "attribute", r) == attribute && (number || text_at(t, "value", r) == value);
    if (ours || (std::isfinite(share) && (share > 0 || number)))
      rows.push_back({r, ours, std::isfinite(share) ? std::fabs(share) : 0});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.ours != b.ours ? a.ours : a.share > b.share; });
  const size_t all = rows.size();
  if (rows.empty()) return "";
  if (rows.size() > most_runners_up + 1) rows.resize(most_runners_up + 1);
  HtmlTable out;
  out.stack = true;
  out.caption = page.words("html.contrast", at(finding.subject, "operation"));
  out.columns = {{page.word("html.attribute_value")},
                 {page.word("table.slow")},
                 {""},
                 {page.word("table.fast")},
                 {""},
                 {page.word("html.apart"), true},
                 {"p", true}};
  for (const Row& row : rows) {
    const size_t r = row.row;
    const bool number = text_at(t, "kind", r) == "number";
    const double slow = number_at(t, "slow", r), fast = number_at(t, "fast", r), p = number_at(t, "p", r);
    const double of_slow = number_at(t, "slow_rows", r), of_fast = number_at(t, "fast_rows", r);
    const std::string name =
        number ? text_at(t, "attribute", r) : text_at(t, "attribute", r) + " = " + text_at(t, "value", r);
    std::vector<std::string> cells = {row.ours ? "<b>" + html(name, 120) + "</b>" : html(name, 120)};
    if (number) {
      const std::string a = middle(text_at(t, "numbers_slow", r)), b = middle(text_at(t, "numbers_fast", r));
      for (const std::string& text : {a, b}) {
        cells.push_back(html(page.words("html.median", text)));
        cells.push_back("");
      }
    } else {
      for (const auto& [n, of] : {std::pair{slow, of_slow}, std::pair{fast, of_fast}}) {
        cells.push_back(html(part(page, n, of)));
        cells.push_back(html_bar(of > 0 ? n / of : 0, row.ours));
      }
    }
    const double share = number_at(t, "share", r);
    cells.push_back(!std::isfinite(share) ? "–"
                    : number              ? html(fmt::format("{:+.2f}", share))
                                          : html(page.words("html.points", fmt::format("{:+.0f}", share * 100))));
    cells.push_back(std::isfinite(p) ? html(human(p, "")) : "–");
    out.rows.push_back(std::move(cells));
  }
  if (all > rows.size()) out.note = page.words("html.runners_up", rows.size() - 1, all - 1);
  return fmt::format("<figure id=\"{}\" class=\"broad\">\n<figcaption>{} {}</figcaption>\n", id,
                     html(page.word("html.contrast_title")), html_links({e.id})) +
         html_table(out) + "<p class=\"note\">" + html(page.word("html.contrast_note")) + "</p>\n</figure>\n";
}

std::string html_distribution(const Page& page, const Finding& finding, const ReportEvidence& e,
                              const std::string& id) {
  if (!e.frame || e.frame->shape != Shape::series || !e.frame->column("attribute")) return "";
  const Frame& f = *e.frame;
  const std::optional<Time> onset = e.then          ? std::optional<Time>(e.window.from)
                                    : finding.onset ? finding.onset
                                                    : page.onset;
  if (!onset) return "";
  std::vector<Weighed> sides[2];
  const Column* const time = f.column("time");
  if (!time) return "";
  for (size_t r = 0; r < f.rows; ++r) {
    if (text_at(f, "attribute", r) != at(finding.subject, "attribute") ||
        text_at(f, "operation", r) != at(finding.subject, "operation") ||
        text_at(f, "service", r) != at(finding.subject, "service") || time->absent(r))
      continue;
    const double v = number_at(f, "value", r), n = number_at(f, "n", r);
    if (!std::isfinite(v)) continue;
    const std::string window = text_at(f, "window", r);
    const bool since = window.empty() ? time->integer(r) >= onset->ns : window == "now";
    sides[since].push_back({v, std::isfinite(n) && n > 0 ? n : 1});
  }
  if (sides[0].empty() || sides[1].empty()) return "";
  double least = INFINITY, greatest = -INFINITY;
  for (const auto& side : sides)
    for (const Weighed& v : side) {
      least = std::min(least, v.value);
      greatest = std::max(greatest, v.value);
    }
  const bool log = least > 0 && greatest > 30 * least;
  const auto scale = [&](double v) {
    if (!(greatest > least)) return 0.5;
    return log ? (std::log10(v) - std::log10(least)) / (std::log10(greatest) - std::log10(least))
               : (v - least) / (greatest - least);
  };
  constexpr size_t bins = 30;
  constexpr double wide = 450, high = 190, left = 86, right = 16, row = 62;
  const double plot = wide - left - right;
  std::string svg = fmt::format(
      "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {0} {1}\" width=\"100%\" height=\"{1}\" "
      "preserveAspectRatio=\"xMinYMid\" "
      "font-family=\"system-ui, sans-serif\" font-size=\"12\">\n<title>{2}</title>\n",
      wide, high, html(page.words("html.distribution", at(finding.subject, "attribute")), 160));
  HtmlTable table;
  table.columns = {{""},
                   {page.word("html.requests"), true},
                   {page.word("table.least"), true},
                   {page.word("html.median_head"), true},
                   {page.word("table.greatest"), true}};
  for (int side = 0; side < 2; ++side) {
    std::vector<double> heights(bins, 0);
    double all = 0, low = INFINITY, top = -INFINITY;
    for (const Weighed& v : sides[side]) {
      heights[std::min(bins - 1, static_cast<size_t>(scale(v.value) * bins))] += v.weight;
      all += v.weight;
      low = std::min(low, v.value);
      top = std::max(top, v.value);
    }
    const double tallest = *std::max_element(heights.begin(), heights.end());
    const double base = 22 + row + side * (row + 14);
    const std::string name = page.word(side ? "html.since" : "html.before");
    for (size_t b = 0; b < bins; ++b)
      if (heights[b] > 0) {
        const double h = std::max(1.5, heights[b] / tallest * (row - 16));
        svg += fmt::format(
            "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\" />\n",
            side ? "strong" : "other", left + plot * static_cast<double>(b) / bins, base - h, plot / bins - 1, h,
            side ? "#2f7bd1" : "#8a929b");
      }
    const double median = median_of(sides[side]), x = left + plot * std::clamp(scale(median), 0.0, 1.0);
    svg += fmt::format(
        "<path d=\"M{0} {1}H{2}\" stroke=\"#888\" stroke-opacity=\".6\" />\n<path d=\"M{3:.1f} {1}V{4}\" "
        "stroke=\"currentColor\" stroke-width=\"1.5\" stroke-dasharray=\"2 2\" />\n",
        left, base, wide - right, x, base - row + 12);
    svg += fmt::format(
        "<g fill=\"currentColor\"><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><text x=\"{:.1f}\" y=\"{}\" "
        "text-anchor=\"{}\">{}</text></g>\n",
        left - 6, base - 4, html(name, 17), x + (x > wide / 2 ? -4 : 4), base - row + 20,
        x > wide / 2 ? "end" : "start", html(page.words("html.median", human(median, ""))));
    table.rows.push_back({html(name), count(static_cast<int64_t>(all)), html(human(low, "")), html(human(median, "")),
                          html(human(top, ""))});
  }
  svg += "<g fill=\"currentColor\">\n";
  for (int i = 0; i <= 2; ++i) {
    const double share = i / 2.0;
    const double v = log ? std::pow(10, std::log10(least) + share * (std::log10(greatest) - std::log10(least)))
                         : least + share * (greatest - least);
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n", left + plot * share, high - 6,
                       i == 0   ? "start"
                       : i == 1 ? "middle"
                                : "end",
                       html(human(v, "")));
  }
  svg += "</g>\n</svg>\n";
  table.caption = page.words("html.distribution_values", at(finding.subject, "attribute"));
  return fmt::format("<figure id=\"{}\">\n<figcaption>{} {}</figcaption>\n", id,
                     html(page.words("html.distribution", at(finding.subject, "attribute")) +
                          (log ? ", " + page.word("html.log") : "")),
                     html_links({e.id})) +
         svg + html_table(table) + "<p class=\"note\">" + html(page.word("html.distribution_note")) +
         "</p>\n</figure>\n";
}

std::string html_figures(Page& page, const Finding& finding, const std::string& facts) {
  std::string out, again;
  const auto place = [&](const std::string& key, const std::string& label, const auto& make) {
    const auto there = page.shown.find(key);
    if (there != page.shown.end()) {
      again += fmt::format("{}<a href=\"#{}\">{}</a>", again.empty() ? "" : ", ", there->second, html(label, 120));
      return;
    }
    const std::string id = fmt::format("figure-{}", page.shown.size() + 1);
    const std::string figure = make(id);
    if (figure.empty()) return;
    page.shown[key] = id;
    out += figure;
  };
  const bool fused = finding.evidence.size() > 3;  // what fuses many signals is drawn as the signals side by side
  const std::string attribute = at(finding.subject, "attribute");
  bool messages = !at(finding.subject, "template").empty();
  for (const std::string& id : finding.evidence) {
    const ReportEvidence* const e = evidence_of(page.report, id);
    if (!e || !e->frame) continue;
    const std::string about =
        at(finding.subject, "service") + "\n" + at(finding.subject, "operation") + "\n" + attribute;
    if (e->frame->shape == Shape::contrast && !attribute.empty())
      place("contrast\n" + id + "\n" + about, page.word("html.contrast_title"),
            [&](const std::string& at) { return html_contrast(page, finding, *e, at); });
    if (e->frame->shape == Shape::series && !attribute.empty() && e->frame->column("attribute"))
      place("distribution\n" + id + "\n" + about, page.words("html.distribution", attribute),
            [&](const std::string& at) { return html_distribution(page, finding, *e, at); });
    const bool chart = !messages && !fused &&
                       ((e->frame->shape == Shape::series && (attribute.empty() || e->frame->column("attribute"))) ||
                        e->frame->shape == Shape::latency);
    if (chart) {
      const std::string operation =
          e->frame->shape == Shape::latency || e->frame->column("operation") ? at(finding.subject, "operation") : "";
      std::string title = e->frame->shape == Shape::latency ? page.word("measure.latency")
                          : attribute.empty()               ? measured(*e, page.words)
                                                            : attribute;
      place("chart\n" + id + "\n" + at(finding.subject, "service") + "\n" + operation + "\n" + attribute, title,
            [&](const std::string& at) {
              const auto drawn = chart_of(page.report, *e, finding.subject, finding.onset ? finding.onset : page.onset);
              if (!drawn) return std::string();
              return fmt::format("<figure id=\"{}\">\n<figcaption>{} {}</figcaption>\n", at, html(drawn->title, 200),
                                 html_links({id})) +
                     chart_svg(*drawn, page.words) +
                     html_details(page.word("page.values"), html_table(chart_values(*drawn, page.words))) +
                     (drawn->note.empty() ? "" : "<p class=\"note\">" + html(drawn->note) + "</p>\n") + "</figure>\n";
            });
    }
  }
  if (page.slot(finding, "slow") && page.slot(finding, "typical"))
    place("waterfalls\n" + *page.slot(finding, "slow") + *page.slot(finding, "typical"), page.word("html.waterfalls"),
          [&](const std::string& at) { return html_waterfalls(page, finding, at); });
  if (messages)
    place("messages", page.word("html.messages"), [&](const std::string& at) { return html_messages(page, at); });
  if (fused)
    again +=
        std::string(again.empty() ? "" : ", ") + "<a href=\"#signals\">" + html(page.word("html.signals")) + "</a>";
  if (!again.empty()) again = "<p class=\"note\">" + html(page.word("html.see")) + " " + again + "</p>\n";
  return out.empty() ? again + facts : "<div class=\"pair\">\n" + out + "<div>\n" + again + facts + "</div>\n</div>\n";
}

}  // namespace inquest
