// From a diagram to a skeleton SOP file: names from titles, contexts from composites, blanks marked `todo`.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "runtime/base/text.h"
#include "runtime/machine/draw.h"

namespace inquest {
namespace {

std::string lua_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// "Services Latency" → services_latency; empty or leading punctuation → state_n.
std::string slug(const std::string& title, std::set<std::string>& used, const std::string& otherwise) {
  std::string out;
  for (const char c : lower(title)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
    else if (!out.empty() && out.back() != '_') out += '_';
  }
  out = out.substr(0, 60);
  while (!out.empty() && out.back() == '_') out.pop_back();
  if (out.empty() || out == "done" || out == "next") out = otherwise;
  std::string name = out;
  for (int i = 2; !used.insert(name).second; ++i) name = fmt::format("{}_{}", out, i);
  return name;
}

class Maker final {
 public:
  Maker(const Diagram& diagram, const std::string& name) : d_(diagram), name_(name) {}

  Result<std::string> make() {
    if (Status ok = understand(); !ok) return ok.error();
    out_ = fmt::format("-- {}: a skeleton read from a diagram. Every `todo` is a blank to fill; `inquest check` lists them.\n", title());
    out_ += fmt::format("return sop {} {{\n  title   = {},\n  matches = todo,\n  start   = {},\n\n", lua_text(name_), lua_text(title()), lua_text(start_));
    level(-1, 1);
    out_ += "  hypothesis \"todo\" { say = todo, needs = todo },\n}\n";
    return out_;
  }

 private:
  struct Exit { std::string label, to; };  // to: name of a state, done, next

  Error error(int line, const std::string& message, const std::string& cure) const {
    return Error{Code::parse, message, fmt::format("line {}", line), cure};
  }
  const Diagram::Node* node(const std::string& id) const {
    for (const Diagram::Node& n : d_.nodes)
      if (n.id == id) return &n;
    return nullptr;
  }
  std::string title() const { return first_ ? first_->title : name_; }

  // The node that an arrow to `id` means: a composite stands for where its inner [*] leads.
  const Diagram::Node* enter(const std::string& id, int depth = 0) const {
    if (const Diagram::Node* n = node(id)) return n;
    for (size_t c = 0; c < d_.composites.size() && depth < 64; ++c)
      if (d_.composites[c].id == id)
        for (const Diagram::Arrow& a : d_.arrows)
          if (a.from == "[*]" && a.composite == static_cast<int>(c)) return enter(a.to, depth + 1);
    return nullptr;
  }

  Status understand() {
    std::set<std::string> used;
    for (const Diagram::Node& n : d_.nodes) {
      if (n.kind == "join") continue;
      names_[n.id] = slug(n.kind == "fork" ? "fork" : n.title, used, fmt::format("state_{}", names_.size()));
    }
    for (const Diagram::Arrow& a : d_.arrows) {
      if (a.from == "[*]" && a.composite == -1) {
        first_ = enter(a.to);
        start_ = a.label;
        if (!first_) return error(a.line, fmt::format("the start leads to `{}`, which is no state", printable(a.to, 40)), "write `[*] --> A : label` with a state that the diagram has");
      }
    }
    if (!first_) return error(1, "the diagram has no start", "write `[*] --> A : label`");
    for (const Diagram::Arrow& a : d_.arrows) {
      if (a.from == "[*]") continue;
      const Diagram::Node* from = node(a.from);
      Exit exit{a.label, ""};
      if (a.to == "[*]") {
        const size_t mark = a.label.rfind(" (next)");
        const bool next = mark != std::string::npos && mark + 7 == a.label.size();
        exit = {next ? a.label.substr(0, mark) : (a.label.empty() ? "done" : a.label), next ? "next" : "done"};
      } else {
        const Diagram::Node* to = enter(a.to);
        if (!to) return error(a.line, fmt::format("`{}` is no state of the diagram", printable(a.to, 40)), "declare it with `id: Kind[Title]`");
        if (from && from->kind == "fork") { branches_[from->id].push_back(to->id); fork_of_[to->id] = from->id; continue; }
        if (to->kind == "join") { joins_[to->id].push_back(a.from); continue; }
        exit.to = names_[to->id];
      }
      if (from && from->kind == "join") { join_exits_[from->id].push_back(exit); continue; }
      exits_[a.from].push_back(exit);
    }
    for (const auto& [fork, branches] : branches_) {
      for (const std::string& branch : branches)
        if (const Diagram::Node* n = node(branch); n->kind != "Query" && !n->kind.empty())
          return error(n->line, fmt::format("`{}` is a {} inside a fork", n->title, n->kind), "the branches of a fork are Query states: write Query?[…]");
      std::vector<Exit> join_exit;
      for (const auto& [join, from] : joins_)
        if (std::find(from.begin(), from.end(), branches.front()) != from.end()) join_exit = join_exits_[join];
      if (join_exit.empty()) return error(node(fork)->line, fmt::format("fork `{}` is not joined", fork), "lead its branches to a <<join>> and the join on");
      exits_[fork] = join_exit;
    }
    return {};
  }

  void edges(const std::string& id, const std::string& kind, const std::string& in) {
    const std::vector<Exit>& list = exits_[id];
    for (size_t i = 0; i < list.size(); ++i) {
      const bool condition = i + 1 < list.size() && (kind == "Info" || kind == "Query" || kind == "fork");
      out_ += fmt::format("{}  on {} {{ to = {}{} }},\n", in, lua_text(list[i].label), lua_text(list[i].to), condition ? ", when = todo" : "");
    }
    if (list.empty() && fork_of_.count(id) == 0) out_ += fmt::format("{}  on \"done\" {{ to = \"done\" }},\n", in);
  }

  void state(const Diagram::Node& n, const std::string& in) {
    const std::string name = lua_text(names_[n.id]);
    if (n.kind == "fork") {
      out_ += fmt::format("{}fork {} {{\n", in, name);
      for (const std::string& branch : branches_[n.id])
        out_ += fmt::format("{}  query {} {{ title = {}, ask = todo }},\n", in, lua_text(names_[branch]), lua_text(node(branch)->title));
      edges(n.id, n.kind, in);
      out_ += in + "},\n";
      return;
    }
    const std::string kind = n.kind.empty() ? (exits_[n.id].size() > 1 ? "Suggest" : "Info") : n.kind;
    const char* blanks = kind == "Query" ? "ask = todo" : kind == "Review" ? "of = todo, with = todo" : "say = todo";
    out_ += fmt::format("{}{} {} {{ title = {}, {},\n", in, lower(kind), name, lua_text(n.title), blanks);
    edges(n.id, kind, in);
    out_ += in + "},\n";
  }

  bool holds_first(int composite) const {
    for (int c = first_->composite; c >= 0; c = d_.composites[static_cast<size_t>(c)].parent)
      if (c == composite) return true;
    return false;
  }

  void level(int composite, int depth) {
    const std::string in(static_cast<size_t>(depth) * 2, ' ');
    struct Item { bool later; int line, node, composite; };
    std::vector<Item> items;
    for (size_t i = 0; i < d_.nodes.size(); ++i) {
      const Diagram::Node& n = d_.nodes[i];
      if (n.composite == composite && n.kind != "join" && !fork_of_.count(n.id))
        items.push_back({&n != first_, n.line, static_cast<int>(i), -1});
    }
    for (size_t c = 0; c < d_.composites.size(); ++c)
      if (d_.composites[c].parent == composite)
        items.push_back({!holds_first(static_cast<int>(c)), d_.composites[c].line, -1, static_cast<int>(c)});
    std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
      return std::pair(a.later, a.line) < std::pair(b.later, b.line);
    });
    for (const Item& item : items) {
      if (item.node >= 0) { state(d_.nodes[static_cast<size_t>(item.node)], in); continue; }
      out_ += fmt::format("{}context \"ctx_{}\" {{ window = todo,\n", in, item.composite);
      level(item.composite, depth + 1);
      out_ += in + "},\n";
    }
  }

  const Diagram& d_;
  const std::string name_;
  const Diagram::Node* first_ = nullptr;
  std::string start_, out_;
  std::map<std::string, std::string> names_, fork_of_;
  std::map<std::string, std::vector<std::string>> branches_, joins_;
  std::map<std::string, std::vector<Exit>> exits_, join_exits_;
};

}  // namespace

Result<std::string> skeleton(const Diagram& diagram, const std::string& name) {
  if (!valid_name(name))
    return Error{Code::usage, fmt::format("`{}` is no name of a SOP", printable(name, 80)), "", "use lower-case letters, digits, '_', '-' and '.'"};
  return Maker(diagram, name).make();
}

}  // namespace inquest
