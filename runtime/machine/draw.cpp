// Mermaid and dot drawings of a SOP: same ids, same composites, same labels.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/draw.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "runtime/base/text.h"

namespace inquest {
namespace {

const char* shown_kind(State::Kind kind) {
  switch (kind) {
    case State::Kind::info: return "Info";
    case State::Kind::query: return "Query?";
    case State::Kind::review: return "Review";
    case State::Kind::suggest: return "Suggest";
    case State::Kind::fork: return "fork";
  }
  return "";
}

// Mermaid ends a label at ';' and takes '::' for a style: both are written so that the text still reads.
std::string mermaid_text(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == ';') out += ',';
    else if (c == ':' && !out.empty() && out.back() == ':') out += " :";
    else out += c;
  }
  return out;
}

std::string dot_text(std::string_view text) {
  std::string out;
  for (const std::string& line : split(text, '\n')) {
    if (!out.empty()) out += "\\n";
    for (const char c : printable(line)) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return "\"" + out + "\"";
}

// An arrow of the drawing; composite: where it is written (the innermost context that holds both ends).
struct Drawn {
  std::string from, to, label;
  int composite = -1;
  bool taken = false;
};

// Ids and arrows, shared by both formats. Ids are State<n> by order of the text, fork_state, join_state.
class Drawing final {
 public:
  Drawing(const Sop& sop, const Walk* walk) : sop_(sop), walk_(walk) {
    int forks = 0;
    for (size_t i = 0; i < sop.states.size(); ++i) {
      if (sop.states[i].kind == State::Kind::fork) {
        const std::string more = ++forks > 1 ? fmt::format("_{}", forks) : "";
        ids_[sop.states[i].name] = "fork_state" + more;
        joins_[sop.states[i].name] = "join_state" + more;
      } else {
        ids_[sop.states[i].name] = fmt::format("State{}", i);
      }
    }
    if (!sop.states.empty()) arrows.push_back({"[*]", id(sop.states[0].name), sop.start, -1, true});
    for (const State& s : sop.states) {
      const std::string from = s.kind == State::Kind::fork ? joins_[s.name] : id(s.name);
      for (const Edge& e : s.edges) arrow(from, e, s.context, s.name);
      if (s.kind == State::Kind::fork) {
        for (const std::string& branch : s.branches) arrows.push_back({id(s.name), id(branch), "", s.context, visited(branch)});
        for (const std::string& branch : s.branches) arrows.push_back({id(branch), joins_[s.name], "", s.context, visited(branch)});
      }
    }
    for (size_t c = 0; c < sop.contexts.size(); ++c)
      for (const Edge& e : sop.contexts[c].edges)
        arrow(fmt::format("Ctx[{}]", c), e, sop.contexts[c].parent, sop.contexts[c].name);
  }

  const std::string& id(const std::string& state) const {
    const auto at = ids_.find(state);
    return at == ids_.end() ? state : at->second;
  }
  const std::string& join(const std::string& fork) const { return joins_.at(fork); }
  bool visited(const std::string& state) const {
    return walk_ && std::find(walk_->visited.begin(), walk_->visited.end(), state) != walk_->visited.end();
  }
  bool current(const std::string& state) const { return walk_ && walk_->current == state; }

  std::vector<Drawn> arrows;

 private:
  int common(int a, int b) const {
    const std::vector<int> x = sop_.chain(a), y = sop_.chain(b);
    int last = -1;
    for (size_t i = 0; i < x.size() && i < y.size() && x[i] == y[i]; ++i) last = x[i];
    return last;
  }
  void arrow(const std::string& from, const Edge& e, int context, const std::string& owner) {
    const bool taken = walk_ && walk_->taken.count({owner, e.label});
    if (e.to == "done") {
      arrows.push_back({from, "[*]", e.label == "done" ? "" : e.label, context, taken});
    } else if (e.to == "next") {
      arrows.push_back({from, "[*]", e.label + " (next)", context, taken});
    } else {
      const State* target = sop_.state(e.to);
      arrows.push_back({from, id(e.to), e.label, common(context, target ? target->context : -1), taken});
    }
  }
  const Sop& sop_;
  const Walk* walk_;
  std::map<std::string, std::string> ids_, joins_;
};

}  // namespace

std::string draw_mermaid(const Sop& sop, const Walk* walk) {
  const Drawing plan(sop, walk);
  std::string out = "stateDiagram-v2\n";
  // Own states, then the arrows of this composite, then inner composites: a state that is named in two composites lands
  // in the last one, so an inner state is named outside only before its own composite is written.
  const std::function<void(int, int)> composite = [&](int context, int depth) {
    const std::string in(static_cast<size_t>(depth) * 2, ' ');
    for (const State& s : sop.states) {
      if (s.context != context) continue;
      if (s.kind == State::Kind::fork) {
        out += fmt::format("{}state {} <<fork>>\n{}state {} <<join>>\n", in, plan.id(s.name), in, plan.join(s.name));
      } else {
        out += fmt::format("{}{}: {}[{}]\n", in, plan.id(s.name), shown_kind(s.kind), mermaid_text(s.shown()));
      }
    }
    for (const Drawn& a : plan.arrows) {
      if (a.composite != context) continue;
      std::string label = mermaid_text(a.label);
      if (walk && a.taken && a.from != "[*]") label = label.empty() ? "✔" : "✔ " + label;
      out += fmt::format("{}{} --> {}{}\n", in, a.from, a.to, label.empty() ? "" : " : " + label);
    }
    for (size_t c = 0; c < sop.contexts.size(); ++c) {
      if (sop.contexts[c].parent != context) continue;
      out += fmt::format("{}state Ctx[{}] {{\n", in, c);
      composite(static_cast<int>(c), depth + 1);
      out += in + "}\n";
    }
  };
  composite(-1, 1);
  if (walk) {  // after the last brace: inside braces it is dropped
    std::string current, visited;
    for (const State& s : sop.states) {
      if (s.kind == State::Kind::fork) continue;
      if (plan.current(s.name)) current += (current.empty() ? "" : ",") + plan.id(s.name);
      else if (plan.visited(s.name)) visited += (visited.empty() ? "" : ",") + plan.id(s.name);
    }
    out += "  classDef visited stroke-width:3px\n  classDef current stroke-width:3px,stroke-dasharray:4 2\n";
    if (!visited.empty()) out += "  class " + visited + " visited\n";
    if (!current.empty()) out += "  class " + current + " current\n";
  }
  return out;
}

std::string draw_dot(const Sop& sop, const Walk* walk) {
  const Drawing plan(sop, walk);
  std::string out =
      "digraph sop {\n  graph [rankdir=TB fontname=\"Helvetica\" fontsize=11 compound=true nodesep=0.35 ranksep=0.4];\n"
      "  node [fontname=\"Helvetica\" fontsize=11 shape=box style=rounded];\n"
      "  edge [fontname=\"Helvetica\" fontsize=9 arrowsize=0.7];\n"
      "  start [shape=circle style=filled fillcolor=black label=\"\" width=0.15 id=\"start\"];\n"
      "  end [shape=doublecircle style=filled fillcolor=black label=\"\" width=0.12 id=\"end\"];\n";
  const std::function<void(int, int)> composite = [&](int context, int depth) {
    const std::string in(static_cast<size_t>(depth) * 2, ' ');
    for (const State& s : sop.states) {
      if (s.context != context) continue;
      if (s.kind == State::Kind::fork) {
        for (const std::string& bar : {plan.id(s.name), plan.join(s.name)})
          out += fmt::format("{}{} [shape=box style=filled fillcolor=black label=\"\" height=0.05 width=0.8 id=\"{}\"];\n",
                             in, bar, bar);
        continue;
      }
      std::string look = walk && !plan.visited(s.name) ? " class=\"not-taken\" style=\"rounded,dashed\"" : "";
      if (walk && plan.visited(s.name)) look = " class=\"taken\" penwidth=2";
      if (plan.current(s.name)) look = " class=\"taken current\" penwidth=3";
      const auto note = walk ? walk->notes.find(s.name) : std::map<std::string, std::string>::const_iterator{};
      const std::string more = walk && note != walk->notes.end() ? "\n" + note->second : "";
      out += fmt::format("{}{} [label={} id={}{}];\n", in, plan.id(s.name),
                         dot_text(std::string(shown_kind(s.kind)) + "\n" + s.shown() + more), dot_text("state-" + s.name),
                         look);
    }
    for (size_t c = 0; c < sop.contexts.size(); ++c) {
      if (sop.contexts[c].parent != context) continue;
      const Context& k = sop.contexts[c];
      out += fmt::format("{}subgraph cluster_{} {{\n{}  label={}; labeljust=l; style=rounded;\n", in, c, in,
                         dot_text(fmt::format("Ctx[{}] {}", c, k.name)));
      composite(static_cast<int>(c), depth + 1);
      out += in + "}\n";
    }
  };
  composite(-1, 1);
  for (const Drawn& a : plan.arrows) {
    std::string from = a.from == "[*]" ? "start" : a.from, to = a.to == "[*]" ? "end" : a.to, more;
    if (from.rfind("Ctx[", 0) == 0) {  // a context's own edge starts at its cluster, from its first state
      const int c = std::atoi(from.c_str() + 4);
      for (const State& s : sop.states)
        if (s.context == c) { from = plan.id(s.name); break; }
      more = fmt::format(" ltail=cluster_{}", c);
    }
    if (walk) more += a.taken ? " class=\"taken\" penwidth=2" : " class=\"not-taken\" style=dashed";
    out += fmt::format("  {} -> {} [label={}{}];\n", from, to, dot_text(a.label), more);
  }
  return out + "}\n";
}

}  // namespace inquest
