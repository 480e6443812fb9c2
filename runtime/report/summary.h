// Summary: what every writer says of a case in words — verdict, how sure, ruled out, not looked at, how to run it
// again. SPDX-License-Identifier: Apache-2.0
//
// Pure, in the language of the report (Report::lang, see words.h). Texts as they came: writers escape them. `[E3]` marks
// the evidence that a statement rests on.
#pragma once

#include <string>
#include <vector>

#include "runtime/report/report.h"
#include "runtime/report/tables.h"
#include "runtime/report/words.h"

namespace inquest {

struct Headline {
  const char* glyph;          // never alone: always beside the word
  std::string word;           // CONFIRMED | RULED OUT | INCONCLUSIVE | NOTHING FOUND | NO VERDICT
  std::string about;          // "unbounded_cache at service=x"; may be empty
  std::string says;           // one sentence
  std::string kind;           // confirmed | ruled_out | inconclusive | nothing_found | none, in every language
};
Headline headline(const Report& report);
// host[:port] of an http(s) URL that may stand in a link; empty for everything else.
std::string link_host(const std::string& url);
std::string traffic_line(const ReportTraffic& traffic, const Words& words);  // prom: 42 requests sent, 1.2 MB received

// "strength 0.93: 3 of 3 needs found", "F1 memory_growth [E1]", … of the pair that the verdict names.
std::vector<std::string> how_sure(const Report& report);
// One line per reason for which hypotheses are ruled out, hypotheses and keys joined, with the findings or absences that did it.
std::vector<std::string> ruled_out(const Report& report);

// What the case does not know: unknown rows, failed, partial and approximate answers, states never entered, helps
// without data. What concerns the subject of the verdict stands first.
struct Gap { std::string what, why, cure; bool ours = true; };
std::vector<Gap> not_looked_at(const Report& report);
// Rows of one cause are one gap: its kinds and subjects joined, numbers that differ as a range ("1–5 samples, at least 8
// are needed"), the service that a cause names as "each of them" where there are several.
std::vector<Gap> gaps_of(const std::vector<Unknown>& unknown, const Words& words = Words());
std::string gap_line(const Gap& gap, const Words& words);        // "what: why. Cure: cure"

// Kinds that rows looked for in vain, in the order of the rows.
struct Absence { std::string kind; size_t missing = 0, examined = 0; std::vector<Subject> subjects; };
std::vector<Absence> absences(const Rows& rows);
// "memory_growth: not in 8 of 9 examined (a, b, c and 5 more)" for each of them.
std::vector<std::string> not_found(const Rows& rows, const Words& words = Words());

// A subject without what its service makes superfluous: "a", "GET /x of a", "attribute=size operation=GET of a".
std::string short_subject(const Subject& subject, const Words& words = Words());
// Several: "a, b, c and 5 more"; "29 operations of a, b, c" where many are of few services. `most` names at most.
std::string short_subjects(const std::vector<Subject>& subjects, const Words& words = Words(), size_t most = 3);

// "a, b and 3 more": the first `most` of the names.
std::string some(const std::vector<std::string>& names, size_t most, const Words& words);

// The heads, caption and note of a table that was made in English, in the language; cells stay.
Table in_language(Table table, const Words& words);

struct Command { std::string command, doc; };
std::vector<Command> next_commands(const Report& report);        // reports of this case; the same investigation again

std::string source_line(const Json& source, const Words& words = Words());    // "files (otlp): metrics, spans, logs"
std::string marks_line(const Marks& marks, const Words& words = Words());     // "limited: …; approximate: …; partial: …"
std::string scope_line(const Scope& scope);                      // "10:28:39 – 11:06:29, service=x"
std::string clock_window(const Window& window);  // "10:28:39–11:06:29"; with the date when it spans two days
std::string suspect_line(const Suspect& suspect);                 // its sentence; "service 0.78" where there is none
std::string cited(const Finding& finding);                       // the sentence with its evidence: "… [E1] [E3]"
std::string title_of(const std::string& title, const std::string& name);  // "Title (name)" or the one that there is
std::string kind_word(const std::string& kind, const Words& words = Words());  // Info Query Review Suggest Fork
// A reason that the machine gave in English ("needs found "x"", "decided beforehand"), in the language; others as they are.
std::string reason(const std::string& given, const Words& words);
// "2026-11-21 10:28:29 – 11:07:55 UTC (39m25s), from the recording"
std::string window_line(const Report& report);

// A point in time to the second, for people; the finding keeps the nanoseconds.
std::string print_second(Time time);

}  // namespace inquest
