// Words: every heading, label and fixed phrase of the report writers, by key, in English, Portuguese and Spanish.
// SPDX-License-Identifier: Apache-2.0
//
//     const Words words(report.lang);
//     words("page.findings")                      → "Findings" | "Achados" | "Hallazgos"
//     words("walk.against", clock_window(then))     → {0}, {1}, … are replaced, in the order that the language wants
//     words.plural("count.rows", n)               → "1 row", "27 953 rows"
//
// Embedded in the program, so that a report made from a case elsewhere needs no stdlib. Names never translate: SOPs,
// states, labels, asks, kinds of findings, services, ids, members of JSON. Numbers keep a decimal point and groups of
// three in every language, times are ISO 8601 in UTC. Texts are not escaped: a writer escapes them for its format.
// One more phrase is one row in words_*.cpp with all of its languages side by side; a test ties the rows (no language
// empty, the same slots) and finds every key that a writer uses. An unknown key gives the key itself.
// Thread rule: values, constants.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inquest {

struct Wording { const char* key; const char* en; const char* pt; const char* es; };
const std::vector<Wording>& phrases();            // all of them, in the order of the files

class Words final {
 public:
  // "pt", "pt-BR", "es_ES.UTF-8"; English for any other language.
  explicit Words(std::string_view lang = "en");
  const char* lang() const;                         // in force: en, pt, es; what <html lang> says
  std::string text(std::string_view key) const;     // with its slots
  template <class... Args>
  std::string operator()(std::string_view key, const Args&... args) const {
    if constexpr (sizeof...(Args) == 0) return text(key);
    else return fill(text(key), {shown(args)...});
  }
  // Of the rows KEY.one and KEY.many; {0} is the number in groups of three.
  std::string plural(std::string_view key, int64_t n) const;
  // A row KEY.VALUE where there is one, else the value itself: words of closed lists such as verdicts and kinds of states.
  std::string of(std::string_view key, std::string_view value) const;
  // A text that was made from one of the rows PREFIX… in English, in the language: "12 of 60 rows" by its row
  // "{0} of {1} rows". Any other text stands as it is.
  std::string again(std::string_view prefix, const std::string& english) const;
  // "a, b and c": the last two joined by the word of the language.
  std::string list(const std::vector<std::string>& items) const;

 private:
  static std::string shown(const std::string& text) { return text; }
  static std::string shown(std::string_view text) { return std::string(text); }
  static std::string shown(const char* text) { return text; }
  template <class Number>
  static std::string shown(const Number& number) { return fmt::format("{}", number); }
  static std::string fill(std::string_view text, const std::vector<std::string>& values);
  int lang_ = 0;
};

// The language that texts are in after `lang` was asked for: "en", "pt" or "es"; empty when none of them fits.
std::string known_language(std::string_view lang);

}  // namespace inquest
