// Page: what the sections of one HTML page share, worked out once from the Report.
// SPDX-License-Identifier: Apache-2.0
//
// Pure; lives as long as the Report it points to. A figure (chart, bars, waterfall, table of messages) stands beside
// the first finding that rests on it; `shown` remembers where, so that later findings link to it instead of drawing it
// anew.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/model/sop.h"
#include "runtime/report/html_text.h"
#include "runtime/report/report.h"
#include "runtime/report/words.h"

namespace inquest {

struct Page {
  const Report& report;
  Words words;
  std::optional<Sop> sop;
  std::string service;                       // that the verdict is about, else the first suspect
  std::optional<Time> onset;                 // of the verdict, else of the strongest finding about that service
  std::vector<const Finding*> rests;         // what the verdict rests on: needs, then helps
  std::vector<const Finding*> others;        // all else that was found, strongest first
  std::map<std::string, std::string> shown;  // figure → id of the element that holds it

  std::string word(std::string_view key) const { return words(key); }
  const std::string* slot(const Finding& finding,
                          const std::string& name) const;  // evidence id of a slot of its review
};
Page page_of(const Report& report);

// Sections, in the order of the page. Each is a whole <section> with a heading and an id.
std::string html_summary(const Page& page);
std::string html_impact(const Page& page);
std::string html_signals(const Page& page);  // services side by side: suspects, small multiples
std::string html_factors(Page& page);        // what the verdict rests on, each with its figure
std::string html_others(Page& page);         // what else was found
std::string html_hypotheses(const Page& page);
std::string html_ruled_out(const Page& page);  // and branches that were not taken
std::string html_unknown(const Page& page);
std::string html_timeline(const Page& page);
std::string html_path(const Page& page, const Result<std::string>& drawing);
std::string html_evidence(const Page& page, size_t most_bytes);
std::string html_follow_ups(const Page& page);
std::string html_again(const Page& page);

// Figures of a finding with its facts beside them; the facts alone when its evidence has nothing to draw.
std::string html_figures(Page& page, const Finding& finding, const std::string& facts);

// The dot text of the walk, with step, time and marks of findings in the boxes; empty without a SOP in the case.
std::string walk_dot(const Page& page);

// "ledger, operation GET /things, cache.size = 12": the service bare, attribute and value joined.
std::string subject_text(const Subject& subject);
// A number of a finding with the unit that its review gave it.
std::string number_text(const Report& report, const Finding& finding, const std::string& name);
// Printable, with words longer than a line cut: what follows a wall of letters is still read.
std::string calm(std::string_view text, size_t at_most = 600);
std::string clock_second(Time time);  // 10:45:33

}  // namespace inquest
