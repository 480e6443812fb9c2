// Matching words of a person with the `matches` of SOPs; completion for shells.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cli/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"

namespace inquest {
namespace {

// Words without endings, lower case: "pods keep being OOMKilled" → pod keep be oom kill. CamelCase is two words.
std::vector<std::string> stems(std::string_view text) {
  static const std::set<std::string> empty = {"my", "our", "the", "a", "an", "is", "are", "be", "been", "being", "of", "in", "on", "it",
                                              "its", "we", "i", "and", "or", "to", "with", "keep", "keeps", "get", "gets", "getting", "very", "why", "all", "from", "at", "for"};
  std::vector<std::string> out;
  std::string word;
  const auto end = [&] {
    std::string w = lower(word);
    word.clear();
    if (w.empty() || empty.count(w)) return;
    for (const char* ending : {"ing", "ed", "es", "s"}) {
      const size_t n = std::strlen(ending);
      if (w.size() > n + 2 && w.compare(w.size() - n, n, ending) == 0) { w.resize(w.size() - n); break; }
    }
    if (w.size() > 3 && w[w.size() - 1] == w[w.size() - 2]) w.pop_back();  // killed → kil, kill → kil
    if (w.size() > 4 && w.back() == 'e') w.pop_back();
    out.push_back(w);
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    const bool upper = c >= 'A' && c <= 'Z';
    if (!letter && !upper) { end(); continue; }
    const bool before_upper = i && text[i - 1] >= 'A' && text[i - 1] <= 'Z';
    const bool next_lower = i + 1 < text.size() && text[i + 1] >= 'a' && text[i + 1] <= 'z';
    if (upper && !word.empty() && (!before_upper || next_lower)) end();
    word += c;
  }
  end();
  return out;
}

// Share of the words of a phrase that were said, a word counting by nearness of spelling.
double fit(const std::vector<std::string>& said, const std::vector<std::string>& phrase) {
  if (phrase.empty()) return 0;
  if (std::find(said.begin(), said.end(), join(phrase, "")) != said.end()) return 1;  // "oomkilled", "memoryleak"
  double sum = 0;
  for (const std::string& p : phrase) {
    double best = 0;
    for (const std::string& s : said) {
      if (s == p) best = 1;
      else if (s.size() >= 4 && p.size() >= 4 && !nearest(s, {p}).empty()) best = std::max(best, 0.7);
    }
    sum += best;
  }
  return sum / static_cast<double>(phrase.size());
}

}  // namespace

bool is_sop(const std::string& name) {
  auto inquest = open_inquest({});
  return inquest && (*inquest)->find(name).ok();
}

int choose_by_words(const std::vector<std::string>& words, User& user) {
  if (const auto shown = show_matches(words, user)) return *shown;
  return fail(Error{Code::not_found, fmt::format("no SOP fits `{}`", printable(join(words, " "), 120)), "", "`inquest list` shows all; `inquest new NAME` begins one"});
}

std::optional<int> show_matches(const std::vector<std::string>& words, User& user) {
  Common common;
  auto inquest = open_inquest(common);
  if (!inquest) return fail(inquest.error());
  const std::vector<std::string> said = stems(join(words, " "));
  struct Match { std::string name, title, phrase, folder; double score; };
  std::vector<Match> matches;
  for (const SopPlace& place : (*inquest)->list()) {
    auto procedure = (*inquest)->load(place.name, language(common, user));
    if (!procedure) continue;
    const Sop& sop = (*procedure)->sop;
    Match best{place.name, sop.title, "", place.folder, 0};
    std::vector<std::string> phrases = sop.matches;
    phrases.push_back(sop.title);
    phrases.push_back(place.name);
    for (const std::string& phrase : phrases) {
      const double score = fit(said, stems(phrase));
      if (score > best.score) { best.score = score; best.phrase = phrase; }
    }
    if (best.score >= 0.34) matches.push_back(best);
  }
  std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) { return a.score > b.score; });
  if (matches.empty()) return std::nullopt;
  for (const Match& m : matches) {
    const char* sure = m.score >= 0.99 ? "sure" : m.score >= 0.66 ? "likely" : "perhaps";
    print_out(fmt::format("{} ({}, {:.0f} %): {}\n  because of \"{}\"\n  inquest run {} --data DIR       on your own OTLP files\n", m.name, sure, m.score * 100,
                          printable(m.title, 100), printable(m.phrase, 100), m.name));
    std::error_code error;
    if (std::filesystem::is_directory(m.folder + "/replay", error))
      print_out(fmt::format("  inquest run {} --demo           on the recording shipped with it\n", m.name));
  }
  return 0;
}

int complete_words(const std::vector<std::string>& words, User& user) {
  Common common;
  const std::string typed = words.empty() ? "" : words.back();
  const auto offer = [&](const std::string& candidate, const std::string& kind) {
    if (candidate.rfind(typed, 0) == 0) print_out(candidate + "\t" + kind + "\n");
  };
  if (words.size() <= 1) {
    for (const Command* c : commands())
      if (*c->group) offer(c->name, c->doc);
    return 0;
  }
  const std::string& command = words[0];
  const std::string before = words[words.size() - 2];
  for (const auto& [option, values] : {std::pair<std::string, std::vector<std::string>>{"--fail-on", {"confirmed", "inconclusive"}},
                                       {"--output", {"text", "json", "ndjson"}}, {"--format", {"mermaid", "text", "dot", "svg", "terminal", "markdown", "json", "html"}},
                                       {"--without", {"metrics", "spans", "logs"}}, {"--color", {"auto", "always", "never"}}, {"--lang", {"en", "pt", "es"}}}) {
    if (before != option) continue;
    for (const std::string& value : values) offer(value, option);
    return 0;
  }
  if (before == "--answer") {   // the choices of the SOP that was named
    auto inquest = open_inquest(common);
    if (!inquest) return 0;
    const std::vector<SopPlace> places = (*inquest)->list();
    for (const std::string& word : words) {
      const bool named = std::any_of(places.begin(), places.end(), [&](const SopPlace& p) { return p.name == word; });
      auto procedure = named ? (*inquest)->load(word) : Result<std::unique_ptr<Procedure>>(Error{Code::not_found, ""});
      if (!procedure) continue;
      for (const State& s : (*procedure)->sop.states)
        if (s.kind == State::Kind::review || s.kind == State::Kind::suggest)
          for (const Edge& e : s.edges) offer(printable(s.name + "=" + e.label, 200), kind_name(s.kind));
      return 0;
    }
    return 0;
  }
  if (!typed.empty() && typed[0] == '-') {
    for (const Command* c : commands()) {
      if (command != c->name) continue;
      // The help lists every option: the one place where they are declared.
      std::fflush(stdout);
      const std::string help = help_of(*c, user);
      for (const std::string& line : split(help, '\n'))
        for (const std::string& word : split(line, ' '))
          for (const std::string& option : split(word, ','))
            if (option.rfind("--", 0) == 0 && trim(line).rfind("-", 0) == 0) offer(option, c->name);
    }
    return 0;
  }
  if (command == "export" && words.size() == 2) {
    for (const std::string& format : export_formats()) offer(format, "format");
    return 0;
  }
  if (command == "export" || command == "run" || command == "check" || command == "draw" || command == "describe" || command == "test") {
    auto inquest = open_inquest(common);
    if (!inquest) return 0;
    for (const SopPlace& place : (*inquest)->list()) offer(place.name, "SOP");
  }
  if (command == "help")
    for (const Command* c : commands())
      if (*c->group) offer(c->name, c->doc);
  return 0;
}

}  // namespace inquest
