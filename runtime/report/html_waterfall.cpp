// Aligned waterfalls: a slow trace above a typical one on the same axis of time, with the attributes that tell them
// apart. SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "runtime/base/json.h"
#include "runtime/base/text.h"
#include "runtime/frame/kernels/kernel.h"
#include "runtime/report/builder.h"
#include "runtime/report/html_figures.h"

namespace inquest {
namespace {

constexpr size_t most_spans = 26, few_spans = 12;

struct Span {
  std::string service, operation, status, pinned;
  int64_t depth = 0, offset = 0, took = 0, self = 0, critical = 0;
};
struct Trace {
  std::string id;
  std::vector<Span> spans;
  size_t all = 0;
  int64_t took = 0;  // of the main root
  int64_t from = 0, to = 0;
};

int64_t integer_at(const Frame& f, const char* name, size_t row) {
  const Column* const c = f.column(name);
  return c && c->type != ColumnType::text && c->type != ColumnType::float64 && !c->absent(row) ? c->integer(row) : 0;
}

std::vector<std::string> ids_of(const Frame& frame) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (size_t r = 0; r < frame.rows; ++r)
    if (const std::string id = text_at(frame, "trace_id", r); !id.empty() && seen.insert(id).second) out.push_back(id);
  return out;
}

// What findings name of the spans of one operation: the attributes in the order of the findings.
std::vector<std::pair<Subject, std::string>> pins(const Page& page) {
  std::vector<std::pair<Subject, std::string>> out;
  for (const auto* list : {&page.rests, &page.others})
    for (const Finding* f : *list)
      if (const auto a = f->subject.find("attribute"); a != f->subject.end() && out.size() < 6) {
        Subject where;
        for (const char* name : {"service", "operation"})
          if (const auto at = f->subject.find(name); at != f->subject.end()) where[name] = at->second;
        const auto same = std::find_if(out.begin(), out.end(),
                                       [&](const auto& o) { return o.first == where && o.second == a->second; });
        if (same == out.end()) out.emplace_back(where, a->second);
      }
  return out;
}

std::string pinned_of(const std::vector<std::pair<Subject, std::string>>& pins, const Span& span,
                      const std::string& attributes) {
  std::string out;
  for (const auto& [where, name] : pins) {
    const auto service = where.find("service"), operation = where.find("operation");
    if ((service != where.end() && service->second != span.service) ||
        (operation != where.end() && operation->second != span.operation))
      continue;
    const auto json = parse_json(attributes, "attributes");
    const Json* const value = json ? member(*json, name) : nullptr;
    if (!value) continue;
    std::string text = value->is_string() ? value->get<std::string>() : canonical(*value);
    if (value->is_number_integer()) text = count(value->get<int64_t>());
    out += (out.empty() ? "" : ", ") + name + " = " + printable(text, 60);
  }
  return out;
}

Trace trace_of(const Frame& frame, const std::string& id, const std::vector<std::pair<Subject, std::string>>& pins) {
  Trace out;
  out.id = id;
  const Kernel* const waterfall = kernel("waterfall");
  if (!waterfall) return out;
  const auto table = waterfall->run({std::make_shared<Frame>(frame)}, {{"trace", id}}, nullptr);
  if (!table) return out;
  std::map<std::string, size_t> rows;  // span id → row of the frame
  for (size_t r = 0; r < frame.rows; ++r)
    if (text_at(frame, "trace_id", r) == id) rows.emplace(text_at(frame, "span_id", r), r);
  const Frame& t = **table;
  out.all = t.rows;
  for (size_t r = 0; r < t.rows; ++r) {
    Span s{text_at(t, "service", r),   text_at(t, "operation", r), text_at(t, "status", r),     "",
           integer_at(t, "depth", r),   integer_at(t, "offset", r),  integer_at(t, "duration", r), integer_at(t, "self", r),
           integer_at(t, "critical", r)};
    if (const auto row = rows.find(text_at(t, "span_id", r)); row != rows.end())
      s.pinned = pinned_of(pins, s, text_at(frame, "attributes", row->second));
    if (r == 0) out.took = s.took;
    out.from = std::min(out.from, s.offset);
    out.to = std::max(out.to, s.offset + s.took);
    out.spans.push_back(std::move(s));
  }
  if (out.spans.size() > few_spans) {  // without those too short to matter
    const double least = static_cast<double>(out.to - out.from) / 100;
    out.spans.erase(std::remove_if(out.spans.begin(), out.spans.end(),
                                   [&](const Span& s) {
                                     return s.depth > 0 && s.pinned.empty() && static_cast<double>(s.took) < least;
                                   }),
                    out.spans.end());
  }
  if (out.spans.size() > most_spans) {  // those that matter, in their own order
    std::vector<double> weight;
    for (const Span& s : out.spans)
      weight.push_back(static_cast<double>(s.critical) + (s.pinned.empty() ? 0 : 1e15) + (s.depth == 0 ? 1e16 : 0) +
                       static_cast<double>(s.self) / 10);
    std::vector<double> sorted = weight;
    std::nth_element(sorted.begin(), sorted.begin() + most_spans - 1, sorted.end(), std::greater<>());
    std::vector<Span> kept;
    for (size_t i = 0; i < out.spans.size() && kept.size() < most_spans; ++i)
      if (weight[i] >= sorted[most_spans - 1]) kept.push_back(std::move(out.spans[i]));
    out.spans = std::move(kept);
  }
  return out;
}

std::string bar(const Span& s, int64_t from, double length, bool ours) {
  const double x = (static_cast<double>(s.offset) - static_cast<double>(from)) / length * 1000;
  const double w = std::max(4.0, static_cast<double>(s.took) / length * 1000);
  std::string out =
      "<svg class=\"bar\" aria-hidden=\"true\" width=\"320\" height=\"12\" viewBox=\"0 0 1000 12\" "
      "preserveAspectRatio=\"none\"><path d=\"M0 0V12M250 0V12M500 0V12M750 0V12M1000 0V12\" stroke=\"#888\" "
      "stroke-opacity=\".3\" vector-effect=\"non-scaling-stroke\" />";
  out += fmt::format("<rect class=\"{}\" x=\"{:.0f}\" y=\"1\" width=\"{:.0f}\" height=\"10\" fill=\"{}\" />",
                     ours ? "strong" : "other", std::clamp(x, 0.0, 996.0), std::min(w, 1000.0),
                     ours ? "#2f7bd1" : "#8a929b");
  return out + "</svg>";
}

void rows_of(std::string& out, const Page& page, const Trace& t, const std::string& title, int64_t from,
             double length) {
  out += fmt::format("<tbody>\n<tr class=\"head\"><th colspan=\"4\" scope=\"rowgroup\" align=\"left\">{}</th></tr>\n",
                     title);
  for (const Span& s : t.spans) {
    std::string in;
    for (int64_t d = 0; d < std::min<int64_t>(s.depth, 8); ++d) in += "· ";
    const bool ours = s.service == page.service;
    out += fmt::format(
        "<tr><th scope=\"row\" align=\"left\"><span class=\"in\">{}</span>{} {}{}{}</th>", in, html(s.service, 40),
        html(s.operation, 60),
        lower(s.status) == "error" ? " <span class=\"word bad\">✖ " + html(page.word("html.error")) + "</span>" : "",
        s.pinned.empty() ? "" : "<br /><b>" + html(s.pinned, 240) + "</b>");
    out += fmt::format(
        "<td class=\"n\" align=\"right\">{}</td><td class=\"n\" align=\"right\">{}</td><td "
        "class=\"bars\">{}</td></tr>\n",
        human_ns(s.took), human_ns(s.self), bar(s, from, length, ours));
  }
  out += "</tbody>\n";
}

const Frame* spans_of(const Page& page, const std::string& id) {
  const ReportEvidence* const e = evidence_of(page.report, id);
  return e && e->frame && e->frame->shape == Shape::spans && e->frame->rows > 0 ? e->frame.get() : nullptr;
}

std::vector<std::string> listed(const Finding& f, const char* name, const Frame& frame) {
  std::vector<std::string> all = ids_of(frame);
  const auto list = f.lists.find(name);
  if (list == f.lists.end()) return all;
  std::vector<std::string> out;
  for (const std::string& id : list->second)
    if (std::find(all.begin(), all.end(), id) != all.end()) out.push_back(id);
  return out.empty() ? all : out;
}

}  // namespace

std::string html_waterfalls(const Page& page, const Finding& finding, const std::string& id) {
  const std::string* const slow_id = page.slot(finding, "slow");
  const std::string* const typical_id = page.slot(finding, "typical");
  const Frame* const slow = slow_id ? spans_of(page, *slow_id) : nullptr;
  const Frame* const typical = typical_id ? spans_of(page, *typical_id) : nullptr;
  if (!slow || !typical) return "";
  const auto pin = pins(page);
  const std::vector<std::string> slow_ids = listed(finding, "slow_traces", *slow);
  Trace one;
  for (size_t i = 0; i < slow_ids.size() && i < 5 && one.spans.empty(); ++i) one = trace_of(*slow, slow_ids[i], pin);
  if (one.spans.empty()) return "";
  // Of the typical ones the first that begins as the slow one does and has the most alike number of spans.
  Trace other;
  double best = INFINITY;
  const auto attribute = finding.subject.find("attribute"), value = finding.subject.find("value");
  const auto carries = [&](const Trace& t) {
    if (attribute == finding.subject.end() || value == finding.subject.end()) return false;
    const std::string text = attribute->second + " = " + value->second;
    return std::any_of(t.spans.begin(), t.spans.end(),
                       [&](const Span& s) { return s.pinned.find(text) != std::string::npos; });
  };
  const std::vector<std::string> typical_ids = listed(finding, "typical_traces", *typical);
  for (size_t i = 0; i < typical_ids.size() && i < 12; ++i) {
    Trace t = trace_of(*typical, typical_ids[i], pin);
    if (t.spans.empty()) continue;
    const bool same = t.spans[0].service == one.spans[0].service && t.spans[0].operation == one.spans[0].operation;
    const double apart = std::fabs(static_cast<double>(t.all) - static_cast<double>(one.all)) + (same ? 0 : 1e6) +
                         (carries(t) && carries(one) ? 1e5 : 0);  // rather one without what tells slow ones apart
    if (apart < best) {
      best = apart;
      other = std::move(t);
    }
  }
  if (other.spans.empty()) return "";
  const int64_t from = std::min(one.from, other.from);
  const double length = std::max<double>(1, static_cast<double>(std::max(one.to, other.to) - from));
  const auto title = [&](const Trace& t, const char* key, const std::string& evidence) {
    return html(page.words(key, human_ns(t.took), t.all)) + " <code>" + html(t.id, 16) + "</code> " +
           html_links({evidence});
  };
  std::string out = fmt::format("<figure id=\"{}\" class=\"broad\">\n<figcaption>{}</figcaption>\n", id,
                                html(page.word("html.waterfalls")));
  out += fmt::format("<div class=\"wide flow\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n",
                     html(page.word("html.waterfalls")));
  out += fmt::format(
      "<thead><tr><th scope=\"col\" align=\"left\">{}</th><th scope=\"col\" class=\"n\" align=\"right\">{}</th><th "
      "scope=\"col\" class=\"n\" align=\"right\">{}</th><th scope=\"col\" align=\"left\">0 – {}</th></tr></thead>\n",
      html(page.word("html.span")), html(page.word("page.took")), html(page.word("html.self")),
      human_ns(static_cast<int64_t>(length)));
  rows_of(out, page, one, title(one, "html.slow_trace", *slow_id), from, length);
  rows_of(out, page, other, title(other, "html.typical_trace", *typical_id), from, length);
  out += "</table>\n</div>\n<p class=\"note\">" + html(page.word("html.waterfall_note"));
  if (one.spans.size() < one.all || other.spans.size() < other.all)
    out += " " + html(page.words("html.spans_cut", one.spans.size(), one.all, other.spans.size(), other.all));
  return out + "</p>\n</figure>\n";
}

}  // namespace inquest
