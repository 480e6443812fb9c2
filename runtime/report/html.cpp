// The page as a whole: head, policy, sections in order, size.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/html.h"

#include <fmt/format.h>

#include <array>
#include <future>

#include "runtime/base/hash.h"
#include "runtime/base/text.h"
#include "runtime/report/builder.h"
#include "runtime/report/formats.h"
#include "runtime/report/html_page.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

constexpr size_t most_page = 940'000;

// "sha256-<base64>" of the script, for the policy.
std::string policy_hash(std::string_view text) {
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string hex = sha256_hex(text);
  std::array<unsigned, 33> bytes{};
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  for (size_t i = 0; i < 32; ++i) bytes[i] = digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]);
  std::string out = "sha256-";
  for (size_t i = 0; i < 33; i += 3) {
    const unsigned three = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) out += letters[three >> shift & 63];
  }
  out.back() = '=';  // 32 bytes fill 43 letters
  return out;
}

// The first sections are cut where telemetry made them longer than a page may be; well-formed: whole sections are left
// out.
void add(std::string& out, const std::string& section, const Page& page, const char* id, size_t at_most) {
  if (out.size() + section.size() <= at_most) {
    out += section;
    return;
  }
  out += fmt::format("<section id=\"{}\"><p>{}</p></section>\n", id, html(page.word("html.section_large")));
}

}  // namespace

std::string html_page(const Report& report, const Layout& layout) {
  Page page = page_of(report);
  const std::string dot = layout ? walk_dot(page) : "";
  auto drawing = std::async(std::launch::async, [&]() -> Result<std::string> {  // dot runs while the rest is written
    return dot.empty() ? Result<std::string>(Error{Code::not_found, "no layout"}) : layout(dot);
  });
  const std::string name = title_of(report.title, report.sop);
  const Headline head = headline(report);
  const std::string script = html_script();
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\" />\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n<meta name=\"color-scheme\" "
      "content=\"light dark\" />\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src '{}'; "
      "base-uri 'none'; form-action 'none'\" />\n<meta name=\"referrer\" content=\"no-referrer\" />\n",
      page.words.lang(), policy_hash(script));
  out += "<title>" + html(head.word + (head.about.empty() ? "" : ": " + head.about) + " – " + name, 160) + "</title>\n";
  out += std::string("<style>\n") + html_style() + "</style>\n</head>\n<body data-words=\"" +
         html(page.word("html.copy_summary") + "|" + page.word("html.copy_chart") + "|" + page.word("html.filter") +
                  "|" + page.word("html.copy"),
              200) +
         "\">\n<header>\n<h1>" + html(name, 160) + "</h1>\n</header>\n<main>\n";
  out += html_summary(page);
  out += "<nav aria-label=\"" + html(page.word("page.sections")) + "\"><ul>";
  for (const auto& [id, key] : {std::pair{"impact", "html.impact"},
                                {"signals", "html.suspects_and_signals"},
                                {"factors", "html.factors"},
                                {"findings", "html.other_findings"},
                                {"hypotheses", "page.hypotheses"},
                                {"ruled-out", "html.ruled_out"},
                                {"unknown", "page.not_looked_at"},
                                {"timeline", "html.timeline"},
                                {"path", "page.path"},
                                {"evidence", "page.evidence"},
                                {"follow-ups", "html.follow_ups"},
                                {"again", "page.again"}})
    out += fmt::format("<li><a href=\"#{}\">{}</a></li>", id, html(page.word(key)));
  out += "</ul></nav>\n";
  const std::string follow_ups = html_follow_ups(page), again = html_again(page);
  const std::string tail = fmt::format("</main>\n<script>{}</script>\n</body>\n</html>\n", script);
  const size_t room = most_page - follow_ups.size() - again.size() - tail.size();
  // Evidence is what every claim links to: a third of the page is kept for it.
  const size_t claims = room * 2 / 3;
  add(out, html_impact(page), page, "impact", claims);
  add(out, html_signals(page), page, "signals", claims);
  add(out, html_factors(page), page, "factors", claims);
  add(out, html_others(page), page, "findings", claims);
  add(out, html_hypotheses(page), page, "hypotheses", claims);
  add(out, html_ruled_out(page), page, "ruled-out", claims);
  add(out, html_unknown(page), page, "unknown", claims);
  add(out, html_timeline(page), page, "timeline", room);
  add(out, html_path(page, drawing.get()), page, "path", room);
  out += html_evidence(page, out.size() < room ? room - out.size() : 0);
  return out + follow_ups + again + tail;
}

std::string html_report(const Report& report, const Style&) { return html_page(report, dot_svg); }

}  // namespace inquest
