// The text drawing for terminals: states in the order of the text, contexts as boxes, edges with their conditions.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "runtime/base/text.h"
#include "runtime/machine/draw.h"

namespace inquest {
namespace {

std::string limits(const Context& c) {
  std::vector<std::string> parts;
  if (!c.window.empty()) parts.push_back("window " + c.window);
  if (!c.about.empty()) parts.push_back("about " + c.about + (c.top ? fmt::format(", top {}", c.top) : ""));
  if (!c.only.empty()) parts.push_back("only " + join(c.only, ", "));
  if (!c.names.empty()) parts.push_back("names " + join(c.names, ", "));
  return join(parts, "; ");
}

}  // namespace

std::string draw_text(const Sop& sop, const Walk* walk, size_t columns) {
  std::string out;
  const auto line = [&](int depth, const std::string& text) {
    std::string in;
    for (int i = 0; i < depth; ++i) in += "│ ";
    std::string whole = in + printable(text);
    if (width(whole) > columns) whole = pad(whole, columns);
    while (!whole.empty() && whole.back() == ' ') whole.pop_back();
    out += whole + "\n";
  };
  const auto mark = [&](const State& s) -> std::string {
    if (!walk) return "  ";
    if (walk->current == s.name) return "▶ ";
    return std::find(walk->visited.begin(), walk->visited.end(), s.name) != walk->visited.end() ? "✔ " : "· ";
  };
  const auto target = [&](const std::string& to) -> std::string {
    if (to == "done") return "end";
    if (to == "next") return "next round";
    const State* s = sop.state(to);
    return s ? s->shown() + (s->shown() == s->name ? "" : " (" + s->name + ")") : to;
  };
  const auto edges = [&](const std::vector<Edge>& list, const std::string& owner, int depth) {
    for (size_t i = 0; i < list.size(); ++i) {
      const Edge& e = list[i];
      std::string text = (i + 1 == list.size() ? "  └─ " : "  ├─ ") + (e.label.empty() ? std::string() : e.label + " ") + "→ " + target(e.to);
      if (e.when) text += "   when " + print_condition(*e.when);
      if (walk && walk->taken.count({owner, e.label})) text += "   ✔";
      line(depth, text);
    }
  };
  line(0, fmt::format("{}: {}", sop.name, sop.title.empty() ? sop.name : sop.title));
  if (!sop.states.empty()) line(0, fmt::format("[*] {} → {}", sop.start, target(sop.states[0].name)));
  const std::function<void(int, int)> level = [&](int context, int depth) {
    // Own states and inner contexts in the order of the text.
    struct Item { Position at; int state, context; };
    std::vector<Item> items;
    for (size_t i = 0; i < sop.states.size(); ++i)
      if (sop.states[i].context == context && sop.states[i].fork.empty()) items.push_back({sop.states[i].at, static_cast<int>(i), -1});
    for (size_t c = 0; c < sop.contexts.size(); ++c)
      if (sop.contexts[c].parent == context) items.push_back({sop.contexts[c].at, -1, static_cast<int>(c)});
    std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.at < b.at; });
    for (const Item& item : items) {
      if (item.context >= 0) {
        const Context& c = sop.contexts[static_cast<size_t>(item.context)];
        const std::string what = limits(c);
        line(depth, fmt::format("┌ Ctx[{}] {}{}", item.context, c.name, what.empty() ? "" : "   " + what));
        level(item.context, depth + 1);
        edges(c.edges, c.name, depth);
        line(depth, "└");
        continue;
      }
      const State& s = sop.states[static_cast<size_t>(item.state)];
      const auto asks = [](const State& q) {
        std::vector<std::string> names;
        for (const AskSpec& a : q.asks) names.push_back(a.name);
        return names.empty() ? std::string() : "   asks " + join(names, ", ");
      };
      if (s.kind == State::Kind::fork) {
        line(depth, mark(s) + "fork " + s.name);
        for (const std::string& name : s.branches)
          if (const State* q = sop.state(name)) line(depth, "  ║ " + mark(*q) + "Query? " + q->shown() + asks(*q));
      } else {
        static const char* const kinds[] = {"Info", "Query?", "Review", "Suggest", "fork"};
        std::vector<std::string> with;
        for (const ReviewUse& use : s.with) with.push_back(use.review);
        line(depth, mark(s) + kinds[static_cast<int>(s.kind)] + " " + s.shown() + asks(s) +
                        (with.empty() ? "" : "   reviews " + join(with, ", ")));
      }
      edges(s.edges, s.name, depth);
    }
  };
  level(-1, 0);
  for (const Hypothesis& h : sop.hypotheses) line(0, fmt::format("hypothesis {}: {}", h.name, h.say));
  return out;
}

}  // namespace inquest
