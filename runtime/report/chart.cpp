// Line charts as SVG.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"

namespace inquest {
namespace {

constexpr double wide = 480, high = 250, left = 58, right = 108, top = 22, bottom = 28;
constexpr size_t most_points = 240, most_label = 16;

// At most `most_points`: least and greatest of equal parts, in the order of time.
Points thinned(const Points& points) {
  if (points.size() <= most_points) return points;
  Points out;
  const size_t parts = most_points / 2;
  for (size_t p = 0; p < parts; ++p) {
    const size_t from = points.size() * p / parts, to = points.size() * (p + 1) / parts;
    size_t least = from, greatest = from;
    for (size_t i = from; i < to; ++i) {
      if (points[i].second < points[least].second) least = i;
      if (points[i].second > points[greatest].second) greatest = i;
    }
    out.push_back(points[std::min(least, greatest)]);
    if (least != greatest) out.push_back(points[std::max(least, greatest)]);
  }
  return out;
}

int64_t time_step(int64_t length_ns) {
  static constexpr int64_t steps[] = {1,    2,    5,    10,    15,    30,    60,    120,    300,    600,    900,
                                      1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800, 2592000};
  for (const int64_t s : steps)
    if (length_ns / (s * ns_per_s) <= 5) return s * ns_per_s;
  return steps[std::size(steps) - 1] * ns_per_s *
         std::max<int64_t>(1, length_ns / (steps[std::size(steps) - 1] * ns_per_s) / 5);
}

std::string time_label(int64_t ns, int64_t step) {
  const std::string text = print_time({ns});
  if (step >= 86400 * ns_per_s) return text.substr(5, 5);
  return step < 60 * ns_per_s ? print_clock({ns}) : print_clock({ns}).substr(0, 5);
}

struct Scale {
  double least = 0, greatest = 1;
  bool log = false;
  double y(double value) const {
    const double share =
        log ? (std::log10(std::max(value, least)) - std::log10(least)) / (std::log10(greatest) - std::log10(least))
            : (value - least) / (greatest - least);
    return top + (1 - std::clamp(share, 0.0, 1.0)) * (high - top - bottom);
  }
};

Scale scale_of(const Chart& chart) {
  double least = INFINITY, greatest = -INFINITY, positive = INFINITY;
  for (const ChartLine& l : chart.lines)
    for (const auto& [t, v] : l.points) {
      least = std::min(least, v);
      greatest = std::max(greatest, v);
      if (v > 0) positive = std::min(positive, v);
    }
  Scale out;
  out.log = chart.log && positive < greatest;
  if (out.log) {
    out.least = std::pow(10, std::floor(std::log10(positive)));
    out.greatest = std::pow(10, std::ceil(std::log10(greatest)));
    if (out.greatest <= out.least) out.greatest = out.least * 10;
    return out;
  }
  out.least = std::min(0.0, least);
  out.greatest = greatest > out.least ? greatest : out.least + 1;
  const std::vector<double> marks = ticks(out.least, out.greatest, false);
  if (marks.size() > 1) out.greatest = std::max(out.greatest, marks.back());
  return out;
}

std::string px(double value) {   // a tenth of a unit is finer than any screen
  std::string out = fmt::format("{:.1f}", value);
  if (out.size() > 2 && out.compare(out.size() - 2, 2, ".0") == 0) out.resize(out.size() - 2);
  return out;
}

std::string text(double x, double y, const char* anchor, const std::string& words, const char* more = "") {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\"{}>{}</text>\n", px(x), px(y), anchor, more,
                     escape_html(words));
}

std::string described(const Chart& chart) {
  std::string out;
  for (const ChartLine& l : chart.lines)
    if (!l.points.empty())
      out += fmt::format("{}{} from {} to {}", out.empty() ? "" : "; ", printable(l.name, 60),
                         human(l.points.front().second, chart.unit), human(l.points.back().second, chart.unit));
  if (chart.onset) out += "; onset at " + print_clock(*chart.onset) + " UTC";
  return out;
}

}  // namespace

std::vector<double> ticks(double least, double greatest, bool log) {
  std::vector<double> out;
  if (!(greatest > least) || !std::isfinite(least) || !std::isfinite(greatest)) return out;
  if (log) {
    const double from = std::floor(std::log10(least)), to = std::ceil(std::log10(greatest));
    const double step = std::max(1.0, std::ceil((to - from) / 5));
    for (double e = from; e <= to && out.size() < 12; e += step) out.push_back(std::pow(10, e));
    return out;
  }
  const double rough = (greatest - least) / 4;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double step = rough / power <= 1   ? power
                      : rough / power <= 2 ? 2 * power
                      : rough / power <= 5 ? 5 * power
                                           : 10 * power;
  for (double k = std::ceil(least / step); k * step < greatest + step * 0.999 && out.size() < 12; ++k)
    out.push_back(round12(k * step));
  return out;
}

std::string chart_svg(const Chart& chart) {
  if (chart.window.empty() || chart.lines.empty()) return "";
  const Scale scale = scale_of(chart);
  const double from = static_cast<double>(chart.window.from.ns),
               length = static_cast<double>(chart.window.to.ns) - from;
  const auto x = [&](int64_t ns) {
    return left + std::clamp((static_cast<double>(ns) - from) / length, 0.0, 1.0) * (wide - left - right);
  };
  std::string out = fmt::format(
      "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {} {}\" width=\"100%\" font-family=\"system-ui, sans-serif\" "
      "font-size=\"11\">\n"
      "<title>{}</title>\n<desc>{}</desc>\n",
      px(wide), px(high), escape_html(chart.title), escape_html(described(chart)));
  out += "<g class=\"axis\" stroke=\"#8888\" fill=\"none\" stroke-width=\"1\">\n";
  const std::vector<double> values = ticks(scale.least, scale.greatest, scale.log);
  for (const double v : values)
    out += fmt::format("<path d=\"M{} {}H{}\" />\n", px(left), px(scale.y(v)), px(wide - right));
  const int64_t step = time_step(chart.window.length().ns);
  std::vector<int64_t> times;
  for (int64_t t = (chart.window.from.ns + step - 1) / step * step; t < chart.window.to.ns && times.size() < 12;
       t += step)
    times.push_back(t);
  for (const int64_t t : times) out += fmt::format("<path d=\"M{} {}v5\" />\n", px(x(t)), px(high - bottom));
  out += "</g>\n<g class=\"words\" fill=\"currentColor\">\n";
  for (const double v : values) out += text(left - 6, scale.y(v) + 4, "end", human(v, chart.unit));
  for (const int64_t t : times) out += text(x(t), high - bottom + 18, "middle", time_label(t, step));
  out += "</g>\n";
  static constexpr const char* dashes[] = {"6 3", "2 3", "8 3 2 3", "1 2", "10 4"};
  struct Label { double y; const ChartLine* line; };
  std::vector<Label> labels;
  size_t other = 0;
  for (const ChartLine& l : chart.lines) {
    std::string path;
    for (const auto& [t, v] : thinned(l.points))
      path += fmt::format("{}{},{}", path.empty() ? "" : " ", px(x(t)), px(scale.y(v)));
    const std::string look =
        l.strong ? "class=\"strong\" stroke=\"#0b5fc0\" stroke-width=\"2.5\""
                 : fmt::format("class=\"other\" stroke=\"#777\" stroke-width=\"1.2\" stroke-dasharray=\"{}\"",
                               dashes[other++ % std::size(dashes)]);
    out +=
        fmt::format("<polyline {} fill=\"none\" stroke-linejoin=\"round\" points=\"{}\"><title>{}</title></polyline>\n",
                    look, path, escape_html(printable(l.name, 120)));
    if (!l.points.empty()) labels.push_back({scale.y(l.points.back().second) + 4, &l});
  }
  std::stable_sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.y < b.y; });
  constexpr double apart = 13;
  for (size_t i = 1; i < labels.size(); ++i) labels[i].y = std::max(labels[i].y, labels[i - 1].y + apart);
  if (!labels.empty() && labels.back().y > high - bottom + 4) labels.back().y = high - bottom + 4;
  for (size_t i = labels.size(); i-- > 1;) labels[i - 1].y = std::min(labels[i - 1].y, labels[i].y - apart);
  out += "<g class=\"words\" fill=\"currentColor\">\n";
  for (const Label& l : labels)
    out += text(wide - right + 6, l.y, "start", printable(l.line->name, most_label),
                l.line->strong ? " font-weight=\"bold\"" : "");
  out += "</g>\n";
  if (chart.onset && chart.window.contains(*chart.onset)) {
    const double at = x(chart.onset->ns);
    const bool past = at > (left + wide - right) / 2;
    out += fmt::format(
        "<path class=\"onset\" d=\"M{} {}V{}\" stroke=\"#c0392b\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\" "
        "fill=\"none\" />\n",
        px(at), px(top - 8), px(high - bottom));
    out += "<g class=\"words\" fill=\"currentColor\">" +
           text(at + (past ? -5 : 5), top - 10, past ? "end" : "start", "onset " + print_clock(*chart.onset)) +
           "</g>\n";
  }
  return out + "</svg>\n";
}

Table chart_values(const Chart& chart) {
  Table out;
  out.caption = "Values of the chart: " + chart.title;
  out.columns = {{"line"}, {"first", true}};
  if (chart.onset) out.columns.push_back({"at the onset", true});
  out.columns.push_back({"last", true});
  out.columns.push_back({"greatest", true});
  for (const ChartLine& l : chart.lines) {
    if (l.points.empty()) continue;
    double greatest = l.points[0].second;
    std::string at = "–";
    for (const auto& [t, v] : l.points) {
      greatest = std::max(greatest, v);
      if (chart.onset && t <= chart.onset->ns) at = human(v, chart.unit);
    }
    std::vector<std::string> row = {l.name, human(l.points.front().second, chart.unit)};
    if (chart.onset) row.push_back(at);
    row.push_back(human(l.points.back().second, chart.unit));
    row.push_back(human(greatest, chart.unit));
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace inquest
