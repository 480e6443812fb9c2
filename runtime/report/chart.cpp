// Line charts as SVG.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/base/text.h"

namespace inquest {
namespace {

constexpr double wide = 460, high = 226, left = 68, right = 126, top = 22, bottom = 28;
constexpr size_t most_points = 240;

// At most `most`: least and greatest of equal parts, in the order of time.
Points thinned(const Points& points, size_t most = most_points) {
  if (points.size() <= most) return points;
  Points out;
  const size_t parts = most / 2;
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

std::string clock_of(Time time) { return print_clock(time).substr(0, 8); }

std::string px(double value) {  // a tenth of a unit is finer than any screen
  std::string out = fmt::format("{:.1f}", value);
  if (out.size() > 2 && out.compare(out.size() - 2, 2, ".0") == 0) out.resize(out.size() - 2);
  return out;
}

std::string text(double x, double y, const char* anchor, const std::string& words, const char* more = "") {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\"{}>{}</text>\n", px(x), px(y), anchor, more,
                     escape_html(words));
}

// An axis has room for nine letters: long durations are told in seconds, millions as such, a long unit in the title
// alone.
std::string axis_label(double value, const std::string& unit) {
  std::string label = human(value, unit);
  if (width(label) <= 9) return label;
  if (unit == "ns" && std::fabs(value) >= 1e9)
    label = human(value / 1e9, "") + " s";
  else
    label = human(value, "");
  return width(label) > 9 && std::fabs(value) >= 1e6 ? human(value / 1e6, "") + " M" : label;
}

// About how wide a text is in the fonts of browsers, in units of the picture at size 12; rather too wide than too
// narrow.
double about_wide(const std::string& text, bool bold) {
  double em = 0;
  for (const unsigned char c : text) {
    if ((c & 0xc0) == 0x80) continue;  // a later byte of a code point
    em += std::strchr("mwMW@%", c) || c >= 0x80    ? 1.0
          : std::strchr("iljtfr.,:;/|!'()[] -", c) ? 0.42
          : c < 'a'                                ? 0.72
                                                   : 0.63;
  }
  return em * 12 * (bold ? 1.1 : 1);
}

// A name that is too long keeps its end, which tells operations apart.
std::string line_label(const std::string& name, bool strong) {
  constexpr double room = right - 8;
  std::string text = printable(name, 200);
  if (about_wide(text, strong) <= room) return text;
  const size_t slash = text.rfind('/');
  if (slash != std::string::npos && slash + 1 < text.size()) text = "…" + text.substr(slash + 1);
  for (size_t most = 40; most > 3 && about_wide(text, strong) > room; --most) text = printable(text, most);
  return text;
}

std::string described(const Chart& chart, const Words& words) {
  std::string out;
  for (const ChartLine& l : chart.lines)
    if (!l.points.empty())
      out += (out.empty() ? "" : "; ") + words("chart.from_to", printable(l.name, 60),
                                               human(l.points.front().second, chart.unit),
                                               human(l.points.back().second, chart.unit));
  if (chart.onset) out += "; " + words("chart.onset_at", clock_of(*chart.onset));
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

std::string chart_svg(const Chart& chart, const Words& words) {
  if (chart.window.empty() || chart.lines.empty()) return "";
  const Scale scale = scale_of(chart);
  const double from = static_cast<double>(chart.window.from.ns),
               length = static_cast<double>(chart.window.to.ns) - from;
  const double plot_wide = wide - left - right, plot_high = high - top - bottom;
  const auto x = [&](int64_t ns) {  // inside the plot
    return std::clamp((static_cast<double>(ns) - from) / length, 0.0, 1.0) * plot_wide;
  };
  // data-*: the plot's place and scales, for the cursor that a script adds.
  std::string out = fmt::format(
      "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {0} {1}\" width=\"100%\" height=\"{1}\" "
      "preserveAspectRatio=\"xMinYMid\" font-family=\"system-ui, sans-serif\" font-size=\"12\" data-plot=\"{2} {3} {4} "
      "{5}\" data-time=\"{6} {7}\" data-value=\"{8} {9} {10}\" "
      "data-unit=\"{11}\">\n<title>{12}</title>\n<desc>{13}</desc>\n",
      px(wide), px(high), px(left), px(top), px(plot_wide), px(plot_high), chart.window.from.ns / 1'000'000,
      chart.window.to.ns / 1'000'000, shortest(scale.least), shortest(scale.greatest), scale.log ? "log" : "linear",
      escape_html(chart.unit), escape_html(printable(chart.title, 200)), escape_html(described(chart, words)));
  out += "<g class=\"axis\" stroke=\"#888\" stroke-opacity=\".45\" fill=\"none\" stroke-width=\"1\">\n";
  const std::vector<double> values = ticks(scale.least, scale.greatest, scale.log);
  for (const double v : values)
    out += fmt::format("<path d=\"M{} {}H{}\" />\n", px(left), px(scale.y(v)), px(wide - right));
  const int64_t step = time_step(chart.window.length().ns);
  std::vector<int64_t> times;
  for (int64_t t = (chart.window.from.ns + step - 1) / step * step; t < chart.window.to.ns && times.size() < 12;
       t += step)
    times.push_back(t);
  for (const int64_t t : times) out += fmt::format("<path d=\"M{} {}v5\" />\n", px(left + x(t)), px(high - bottom));
  out += "</g>\n<g class=\"words\" fill=\"currentColor\">\n";
  for (const double v : values) out += text(left - 6, scale.y(v) + 4, "end", axis_label(v, chart.unit));
  out += "</g>\n<g class=\"words times\" fill=\"currentColor\">\n";
  for (const int64_t t : times) out += text(left + x(t), high - bottom + 18, "middle", time_label(t, step));
  out += "</g>\n";
  static constexpr const char* dashes[] = {"6 3", "2 3", "8 3 2 3", "1 2", "10 4"};
  struct Label {
    double y;
    const ChartLine* line;
  };
  std::vector<Label> labels;
  size_t other = 0;
  out += fmt::format(
      "<svg class=\"plot\" x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"{3}\" viewBox=\"0 0 {2} {3}\" "
      "preserveAspectRatio=\"none\">\n",
      px(left), px(top), px(plot_wide), px(plot_high));
  for (const ChartLine& l : chart.lines) {
    std::string path;
    for (const auto& [t, v] : thinned(l.points))
      path += fmt::format("{}{},{}", path.empty() ? "" : " ", px(x(t)), px(scale.y(v) - top));
    const std::string look =
        l.strong ? "class=\"strong\" stroke=\"#2f7bd1\" stroke-width=\"2.5\""
                 : fmt::format("class=\"other\" stroke=\"#858d96\" stroke-width=\"1.2\" stroke-dasharray=\"{}\"",
                               dashes[other++ % std::size(dashes)]);
    out += fmt::format(
        "<polyline {} fill=\"none\" stroke-linejoin=\"round\" vector-effect=\"non-scaling-stroke\" "
        "points=\"{}\"><title>{}</title></polyline>\n",
        look, path, escape_html(printable(l.name, 120)));
    if (!l.points.empty()) labels.push_back({scale.y(l.points.back().second) + 4, &l});
  }
  const bool marked = chart.onset && chart.window.contains(*chart.onset);
  if (marked)
    out += fmt::format(
        "<path class=\"onset\" d=\"M{} 0V{}\" stroke=\"#c0392b\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\" "
        "vector-effect=\"non-scaling-stroke\" fill=\"none\" />\n",
        px(x(chart.onset->ns)), px(plot_high));
  out += "</svg>\n";
  std::stable_sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.y < b.y; });
  constexpr double apart = 13;
  for (size_t i = 1; i < labels.size(); ++i) labels[i].y = std::max(labels[i].y, labels[i - 1].y + apart);
  if (!labels.empty() && labels.back().y > high - bottom + 4) labels.back().y = high - bottom + 4;
  for (size_t i = labels.size(); i-- > 1;) labels[i - 1].y = std::min(labels[i - 1].y, labels[i].y - apart);
  out += "<g class=\"words\" fill=\"currentColor\">\n";
  for (const Label& l : labels)
    out += text(wide - right + 6, l.y, "start", line_label(l.line->name, l.line->strong),
                l.line->strong ? " font-weight=\"bold\"" : "");
  out += "</g>\n";
  if (marked) {
    const double at = left + x(chart.onset->ns);
    const bool past = at > (left + wide - right) / 2;
    out += "<g class=\"words\" fill=\"currentColor\">" +
           text(at + (past ? -5 : 5), top - 8, past ? "end" : "start", words("chart.onset", clock_of(*chart.onset))) +
           "</g>\n";
  }
  return out + "</svg>\n";
}

std::string small_svg(const Points& points, const Window& window, std::optional<Time> onset, bool strong) {
  constexpr double w = 120, h = 36, in = 3;
  if (window.empty() || points.empty()) return "";
  double least = 0, greatest = -INFINITY;
  for (const auto& [t, v] : points) {
    least = std::min(least, v);
    greatest = std::max(greatest, v);
  }
  if (!(greatest > least)) greatest = least + 1;
  const double from = static_cast<double>(window.from.ns), length = static_cast<double>(window.to.ns) - from;
  const auto x = [&](int64_t ns) { return std::clamp((static_cast<double>(ns) - from) / length, 0.0, 1.0) * w; };
  std::string path;
  const Points few = thinned(points, 80);
  for (const auto& [t, v] : few)
    path += fmt::format("{}{:.0f},{}", path.empty() ? "" : " ", x(t),
                        px(h - in - (v - least) / (greatest - least) * (h - 2 * in)));
  if (few.size() == 1) path += " " + path.substr(0, path.find(',')) + ".9" + path.substr(path.find(','));
  std::string out = fmt::format(
      "<svg class=\"small\" aria-hidden=\"true\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\"><path d=\"M0 "
      "{2}H{0}\" stroke=\"#888\" stroke-opacity=\".35\" />",
      px(w), px(h), px(h - 0.5));
  if (onset && window.contains(*onset))
    out += fmt::format("<path class=\"onset\" d=\"M{} 0V{}\" stroke=\"#c0392b\" stroke-dasharray=\"3 2\" />",
                       px(x(onset->ns)), px(h));
  return out +
         fmt::format("<polyline class=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" points=\"{}\" /></svg>",
                     strong ? "strong" : "other", strong ? "#2f7bd1" : "#858d96", strong ? "2" : "1.3", path);
}

Table chart_values(const Chart& chart, const Words& words) {
  Table out;
  out.caption = words("chart.values_of", chart.title);
  out.columns = {{words("chart.line")}, {words("chart.first"), true}};
  if (chart.onset) out.columns.push_back({words("chart.at_onset"), true});
  out.columns.push_back({words("chart.last"), true});
  out.columns.push_back({words("chart.greatest"), true});
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
