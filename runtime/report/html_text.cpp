// Escaping, links, tables, lists, bars of the page.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/html_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/report/builder.h"

namespace inquest {
namespace {

bool is_id(std::string_view text) {
  return text.size() >= 2 && text.size() <= 7 && (text[0] == 'E' || text[0] == 'F') && text[1] != '0' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string cell(const std::string& text) {
  std::vector<std::string> ids;
  for (const std::string& word : split(text, ' ')) {
    if (!is_id(word)) return html(text, 200);
    ids.push_back(word);
  }
  return html_links(ids);
}

}  // namespace

std::string html(std::string_view text, size_t at_most) {
  size_t points = 0, at = 0;
  while (at < text.size() && points < at_most) {
    const auto byte = static_cast<unsigned char>(text[at]);
    at += byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    ++points;
  }
  if (at >= text.size()) return escape_html(text);
  return escape_html(text.substr(0, at)) + "…";
}

std::string html_cited(std::string_view text, const Report& report) {
  std::string out;
  size_t from = 0;
  for (size_t at = 0; (at = text.find('[', at)) != std::string_view::npos;) {
    const size_t end = text.find(']', at);
    if (end == std::string_view::npos) break;
    const std::string id(text.substr(at + 1, end - at - 1));
    if (is_id(id) && (evidence_of(report, id) || finding_of(report, id))) {
      out += html(text.substr(from, at - from)) + fmt::format("<a href=\"#{0}\">[{0}]</a>", id);
      from = end + 1;
    }
    ++at;
  }
  return out + html(text.substr(from));
}

std::string html_links(const std::vector<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids)
    out += fmt::format("{0}<a href=\"#{1}\">{1}</a>", out.empty() ? "" : " ", html(id, 20));
  return out;
}

std::string html_table(const HtmlTable& table) {
  if (table.columns.empty() || table.rows.empty()) return "";
  std::string out =
      fmt::format("<div class=\"wide{}{}\"{} role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n",
                  table.look.empty() ? "" : " " + table.look, table.stack ? " stack" : "",
                  table.id.empty() ? "" : " id=\"" + html(table.id, 60) + "\"",
                  html(table.caption.empty() ? "table" : table.caption, 120));
  if (!table.caption.empty()) out += "<caption>" + html(table.caption, 300) + "</caption>\n";
  out += "<thead><tr>";
  for (const Table::Head& h : table.columns)
    out += fmt::format("<th scope=\"col\"{}>{}</th>", h.right ? " class=\"n\" align=\"right\"" : " align=\"left\"",
                       html(h.title, 60));
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (size_t c = 0; c < table.columns.size(); ++c) {
      const char* const look = table.columns[c].right   ? " class=\"n\" align=\"right\""
                               : table.columns[c].spark ? " class=\"spark\""
                                                        : "";
      out += c == 0 ? fmt::format("<th scope=\"row\" align=\"{}\"{}>{}</th>", table.columns[c].right ? "right" : "left",
                                  table.columns[c].right ? " class=\"n\"" : "", row.empty() ? "" : row[0])
                    : fmt::format("<td{}{}>{}</td>", look,
                                  table.stack && !table.columns[c].title.empty()
                                      ? " data-head=\"" + html(table.columns[c].title, 60) + "\""
                                      : "",
                                  c < row.size() ? row[c] : "");
    }
    out += "</tr>\n";
  }
  out += "</tbody>\n</table>\n</div>\n";
  if (!table.note.empty()) out += "<p class=\"note\">" + html(table.note) + "</p>\n";
  return out;
}

std::string html_table(const Table& table) {
  HtmlTable out;
  out.caption = table.caption;
  out.note = table.note;
  out.columns = table.columns;
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const std::string& text : row) cells.push_back(cell(text));
    out.rows.push_back(std::move(cells));
  }
  return html_table(out);
}

std::string html_list(const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string out = "<ul>\n";
  for (const std::string& i : items) out += "<li>" + i + "</li>\n";
  return out + "</ul>\n";
}

std::string html_facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::string out;
  for (const auto& [name, content] : facts)
    if (!content.empty()) out += "<dt>" + html(name, 80) + "</dt><dd>" + content + "</dd>\n";
  return out.empty() ? "" : "<dl>\n" + out + "</dl>\n";
}

std::string html_details(const std::string& summary, const std::string& content) {
  return content.empty() ? "" : "<details><summary>" + html(summary, 200) + "</summary>\n" + content + "</details>\n";
}

std::string html_bar(double share, bool strong) {
  const double wide = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) * 100 : 0;
  return fmt::format(
      "<svg class=\"bar\" aria-hidden=\"true\" width=\"120\" height=\"12\" viewBox=\"0 0 100 12\" "
      "preserveAspectRatio=\"none\"><rect width=\"100\" height=\"12\" fill=\"#888\" fill-opacity=\".15\" />"
      "<rect class=\"{}\" width=\"{:.1f}\" height=\"12\" fill=\"{}\" /></svg>",
      strong ? "strong" : "other", wide, strong ? "#2f7bd1" : "#8a929b");
}

}  // namespace inquest
