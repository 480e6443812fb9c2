// Summary: what every writer says of a case in words — verdict, how sure, ruled out, not looked at, how to run it
// again. SPDX-License-Identifier: Apache-2.0
//
// Pure. Texts as they came: writers escape them. `[E3]` marks the evidence that a statement rests on.
#pragma once

#include <string>
#include <vector>

#include "runtime/report/report.h"

namespace inquest {

struct Headline {
  const char* glyph;          // never alone: always beside the word
  std::string word;           // CONFIRMED | RULED OUT | INCONCLUSIVE | NOTHING FOUND | NO VERDICT
  std::string about;          // "unbounded_cache at service=x"; may be empty
  std::string says;           // one sentence
};
Headline headline(const Report& report);

// "strength 0.93: 3 of 3 needs found", "F1 memory_growth [E1]", … of the pair that the verdict names.
std::vector<std::string> how_sure(const Report& report);
// One line per hypothesis that is ruled out, keys joined, with the findings or absences that did it.
std::vector<std::string> ruled_out(const Report& report);

// What the case does not know: unknown rows, failed, partial and approximate answers, states never entered, helps
// without data.
struct Gap { std::string what, why, cure; };
std::vector<Gap> not_looked_at(const Report& report);
std::vector<Gap> gaps_of(const std::vector<Unknown>& unknown);   // rows with one kind, why and cure joined
// "memory_growth: not in 8 of 9 examined (service=a, service=b, …)" for each kind that rows of one review looked for in
// vain.
std::vector<std::string> not_found(const Rows& rows);

struct Command { std::string command, doc; };
std::vector<Command> next_commands(const Report& report);        // reports of this case; the same investigation again

std::string source_line(const Json& source);                     // "files (otlp): metrics, spans, logs"
std::string marks_line(const Marks& marks);                      // "limited: …; approximate: …; partial: …"
std::string scope_line(const Scope& scope);                      // "10:28:39 – 11:06:29, service=x"
std::string clock_window(const Window& window);  // "10:28:39–11:06:29"; with the date when it spans two days
std::string cited(const Finding& finding);                       // the sentence with its evidence: "… [E1] [E3]"
std::string title_of(const std::string& title, const std::string& name);  // "Title (name)" or the one that there is
const char* kind_word(const std::string& kind);                  // Info Query Review Suggest Fork

// A point in time to the second, for people; the finding keeps the nanoseconds.
std::string print_second(Time time);

}  // namespace inquest
