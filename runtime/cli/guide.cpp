// Reading choices from a terminal or a pipe.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cli/guide.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "runtime/base/text.h"
#include "runtime/report/paper.h"
#include "runtime/report/words.h"

namespace inquest {

// Read byte by byte beside stdio, so that ctrl-c is heard while nobody types.
std::optional<std::string> Guide::line(const std::string& prompt) {
  std::fflush(stdout);
  std::fputs(prompt.c_str(), stderr);
  std::fflush(stderr);
  std::string out;
  for (;;) {
    pollfd waiting{STDIN_FILENO, POLLIN, 0};
    const int ready = poll(&waiting, 1, 100);
    char c = 0;
    const ssize_t got = ready > 0 ? read(STDIN_FILENO, &c, 1) : -1;
    if (user_.stop->load() || got == 0 || (got < 0 && ready > 0 && errno != EINTR && errno != EAGAIN)) {
      std::fputs("\n", stderr);
      return out.empty() || user_.stop->load() ? std::nullopt : std::optional<std::string>(trim(out));
    }
    if (got < 0) continue;
    if (c == '\n') return trim(out);
    if (out.size() < 4096) out += c;
  }
}

Result<std::optional<Choice>> Guide::choose(const Offer& offer, const Snapshot& snapshot) {
  std::vector<const Offer::Item*> offered;
  for (const Offer::Item& item : offer.items)
    if (item.offered) offered.push_back(&item);
  std::fflush(stdout);
  Paper paper(style_, [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); });
  const Words words(style_.lang);
  paper.blank();
  paper.item("", Tone::strong, words("guide.what_next", offer.state), "");
  for (size_t i = 0; i < offered.size(); ++i) {
    const Offer::Item& item = *offered[i];
    paper.item("", Tone::plain, fmt::format("  {}", i + 1), item.label + (item.label == offer.unattended ? " " + words("guide.enter") : "") + (item.taken ? " " + words("walk.taken_before") : ""));
    if (!item.why.empty()) paper.item("     ", Tone::dim, "", item.why);
  }
  for (const Offer::Item& item : offer.items)
    if (!item.offered) paper.item("", Tone::plain, "  -", item.label + " (" + words("walk.not_offered_line", item.why_not) + ")");
  const Offer::Item* chosen = nullptr;
  while (!chosen) {
    const std::optional<std::string> answer = line("> ");
    if (!answer || user_.stop->load()) return std::optional<Choice>();
    if (*answer == "q" || *answer == "quit") return std::optional<Choice>();
    if (*answer == "?") {
      paper.text("  ", words("guide.help"));
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
      paper.text("  ", words("guide.no_choice", printable(*answer, 60), did_you_mean(*answer, labels)));
    }
  }
  Choice choice{chosen->label, {}, "person", ""};
  if (const auto picks = offer.picks.find(chosen->label); picks != offer.picks.end() && picks->second.size() > 1) {
    paper.text("", words("guide.about_which"));
    for (size_t i = 0; i < picks->second.size() && i < 20; ++i) {
      const std::string& id = picks->second[i];
      std::string says = id;
      for (const ReviewedRows& rows : snapshot.reviewed)
        for (const Finding& f : rows.rows.found)
          if (f.id == id) says = id + "  " + (f.says.empty() ? f.kind + " " + print_subject(f.subject) : f.says);
      paper.item("", Tone::plain, fmt::format("  {}", i + 1), says + (i == 0 ? " " + words("guide.strongest") : ""));
    }
    for (;;) {
      const std::optional<std::string> answer = line("> ");
      if (!answer || *answer == "q") return std::optional<Choice>();
      if (answer->empty()) { choice.finding = picks->second.front(); break; }
      const int n = std::atoi(answer->c_str());
      if (n >= 1 && static_cast<size_t>(n) <= picks->second.size()) { choice.finding = picks->second[static_cast<size_t>(n) - 1]; break; }
      const auto named = std::find(picks->second.begin(), picks->second.end(), *answer);
      if (named != picks->second.end()) { choice.finding = *named; break; }
      paper.text("  ", words("guide.number"));
    }
  }
  return std::optional<Choice>(choice);
}

}  // namespace inquest
