// Reading choices from a terminal or a pipe.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cli/guide.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "runtime/base/text.h"

namespace inquest {

std::optional<std::string> Guide::line(const std::string& prompt) {
  std::fflush(stdout);
  std::fputs(prompt.c_str(), stderr);
  std::fflush(stderr);
  std::string out;
  for (;;) {
    const int c = std::fgetc(stdin);
    if (c == EOF) {
      if (errno == EINTR && !user_.stop->load()) { std::clearerr(stdin); continue; }
      std::fputs("\n", stderr);
      return out.empty() ? std::nullopt : std::optional<std::string>(trim(out));
    }
    if (c == '\n') return trim(out);
    if (out.size() < 4096) out += static_cast<char>(c);
  }
}

Result<std::optional<Choice>> Guide::choose(const Offer& offer, const Snapshot& snapshot) {
  std::vector<const Offer::Item*> offered;
  for (const Offer::Item& item : offer.items)
    if (item.offered) offered.push_back(&item);
  std::string text = fmt::format("\n{}: what next?\n", printable(offer.state, 80));
  for (size_t i = 0; i < offered.size(); ++i) {
    const Offer::Item& item = *offered[i];
    text += fmt::format("  {}  {}{}{}\n", i + 1, printable(item.label, 80), item.label == offer.unattended ? "  (enter)" : "", item.taken ? "  (taken before)" : "");
    if (!item.why.empty()) text += fmt::format("       {}\n", printable(item.why, 200));
  }
  for (const Offer::Item& item : offer.items)
    if (!item.offered) text += fmt::format("  -  {}  (not offered: {})\n", printable(item.label, 80), printable(item.why_not, 200));
  std::fflush(stdout);
  std::fputs(text.c_str(), stderr);
  const Offer::Item* chosen = nullptr;
  while (!chosen) {
    const std::optional<std::string> answer = line("> ");
    if (!answer || user_.stop->load()) return std::optional<Choice>();
    if (*answer == "q" || *answer == "quit") return std::optional<Choice>();
    if (*answer == "?") {
      std::fputs("a number or the beginning of a label; enter takes what an unattended run would; q leaves, the case waits\n", stderr);
      continue;
    }
    for (size_t i = 0; i < offered.size(); ++i) {
      const bool number = *answer == std::to_string(i + 1);
      const bool label = !answer->empty() && lower(offered[i]->label).rfind(lower(*answer), 0) == 0;
      if (number || (!chosen && label) || (answer->empty() && offered[i]->label == offer.unattended)) chosen = offered[i];
      if (number) break;
    }
    if (!chosen) {
      std::vector<std::string> labels;
      for (const Offer::Item* item : offered) labels.push_back(item->label);
      std::fputs(fmt::format("no choice `{}`; {}\n", printable(*answer, 60), did_you_mean(*answer, labels)).c_str(), stderr);
    }
  }
  Choice choice{chosen->label, {}, "person", ""};
  if (const auto picks = offer.picks.find(chosen->label); picks != offer.picks.end() && picks->second.size() > 1) {
    std::string list = "about which?\n";
    for (size_t i = 0; i < picks->second.size() && i < 20; ++i) {
      const std::string& id = picks->second[i];
      std::string says = id;
      for (const ReviewedRows& rows : snapshot.reviewed)
        for (const Finding& f : rows.rows.found)
          if (f.id == id) says = id + "  " + (f.says.empty() ? f.kind + " " + print_subject(f.subject) : f.says);
      list += fmt::format("  {}  {}{}\n", i + 1, printable(says, 200), i == 0 ? "  (enter: the strongest)" : "");
    }
    std::fputs(list.c_str(), stderr);
    for (;;) {
      const std::optional<std::string> answer = line("> ");
      if (!answer || *answer == "q") return std::optional<Choice>();
      if (answer->empty()) { choice.finding = picks->second.front(); break; }
      const int n = std::atoi(answer->c_str());
      if (n >= 1 && static_cast<size_t>(n) <= picks->second.size()) { choice.finding = picks->second[static_cast<size_t>(n) - 1]; break; }
      const auto named = std::find(picks->second.begin(), picks->second.end(), *answer);
      if (named != picks->second.end()) { choice.finding = *named; break; }
      std::fputs("a number from the list\n", stderr);
    }
  }
  return std::optional<Choice>(choice);
}

}  // namespace inquest
