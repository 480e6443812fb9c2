// Reading Mermaid state diagrams: a line-wise reader of the subset that design/language names, and the normal form.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "runtime/base/text.h"
#include "runtime/machine/draw.h"

namespace inquest {
namespace {

constexpr size_t most_lines = 20'000, most_depth = 64;

bool starts(const std::string& text, std::string_view word) {
  return lower(text).rfind(word, 0) == 0 &&
         (text.size() == word.size() || text[word.size()] == ' ' || text[word.size()] == '\t');
}

// The lines of the diagram: the first ```mermaid block of a Markdown file, or the whole file.
std::vector<std::pair<int, std::string>> diagram_lines(std::string_view text) {
  const std::vector<std::string> all = split(text, '\n');
  size_t from = 0, to = all.size();
  for (size_t i = 0; i < all.size(); ++i) {
    if (lower(trim(all[i])).rfind("```mermaid", 0) == 0) {
      from = i + 1;
      for (to = from; to < all.size() && trim(all[to]).rfind("```", 0) != 0; ++to) {}
      break;
    }
  }
  std::vector<std::pair<int, std::string>> out;
  for (size_t i = from; i < to && out.size() < most_lines; ++i) out.emplace_back(static_cast<int>(i) + 1, trim(all[i]));
  return out;
}

// "Kind[Title]" → kind and title; anything else: no kind, the whole text as title.
void kind_of(const std::string& text, Diagram::Node* node) {
  const size_t open = text.find('[');
  node->title = text;
  if (open == std::string::npos || text.back() != ']') return;
  std::string word = lower(trim(text.substr(0, open)));
  if (!word.empty() && word.back() == '?') word.pop_back();
  for (const char* kind : {"Info", "Query", "Review", "Suggest"}) {
    if (word == lower(kind)) {
      node->kind = kind;
      node->title = trim(text.substr(open + 1, text.size() - open - 2));
    }
  }
}

class Reader final {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  Result<Diagram> read(std::string_view text) {
    bool head = false, note = false;
    for (auto& [number, line] : diagram_lines(text)) {
      line_ = number;
      std::string s = line;
      if (const size_t c = s.find("%%"); c != std::string::npos) s = trim(s.substr(0, c));
      if (s.empty() || s[0] == '#') continue;
      if (note) { note = lower(s) != "end note"; continue; }
      if (!head) {
        if (s == "---" || s.find(':') != std::string::npos) continue;  // front matter
        if (!starts(s, "statediagram") && !starts(s, "statediagram-v2"))
          return error(fmt::format("`{}` is not the head of a state diagram", printable(s, 40)), "begin with stateDiagram-v2");
        head = true;
        continue;
      }
      if (starts(s, "note")) { note = s.find(':') == std::string::npos; continue; }
      bool skip = s == "--";
      for (const char* word : {"direction", "classdef", "class", "click", "style", "hide", "scale", "acctitle", "accdescr"})
        skip = skip || starts(s, word) || lower(s).rfind(std::string(word) + ":", 0) == 0;
      if (skip) continue;
      if (s[0] == '}') {
        if (open_.empty()) return error("`}` closes nothing", "every `}` needs a `state X {` before it");
        open_.pop_back();
        continue;
      }
      if (const size_t end = s.find(';'); end != std::string::npos) s = trim(s.substr(0, end));
      if (s.find("-->") != std::string::npos) { if (Status ok = arrow(s); !ok) return ok.error(); continue; }
      if (starts(s, "state")) { if (Status ok = declare(trim(s.substr(5))); !ok) return ok.error(); continue; }
      if (const size_t colon = s.find(':'); colon != std::string::npos) {
        const std::string id = trim(s.substr(0, colon)), label = trim(s.substr(colon + 1));
        if (id.empty() || id.find(' ') != std::string::npos) return error(fmt::format("`{}` names no state", printable(id, 40)), "write `id: Kind[Title]`");
        Diagram::Node& n = node(id);
        n.composite = here();
        n.line = line_;
        if (n.kind != "fork" && n.kind != "join") kind_of(label, &n);
        continue;
      }
      if (s.find(' ') != std::string::npos || s.find('<') != std::string::npos)
        return error(fmt::format("`{}` is not understood", printable(s, 60)), "write `A --> B : label`, `id: Kind[Title]` or `state Ctx[0] {`");
      node(s).composite = here();
    }
    if (!head) return error("no state diagram in this file", "it must hold a line stateDiagram-v2");
    if (!open_.empty()) return error("a `state … {` is not closed", "add `}`");
    if (out_.nodes.empty()) return error("the diagram has no states", "write `[*] --> A : label`");
    return std::move(out_);
  }

 private:
  Error error(const std::string& message, const std::string& cure) const {
    return Error{Code::parse, message, fmt::format("{}:{}", file_, line_), cure};
  }
  int here() const { return open_.empty() ? -1 : open_.back(); }

  Diagram::Node& node(const std::string& id) {
    const auto [at, fresh] = index_.emplace(id, out_.nodes.size());
    if (fresh) out_.nodes.push_back({id, "", id, here(), line_});
    return out_.nodes[at->second];
  }
  bool composite_named(const std::string& id) const {
    return std::any_of(out_.composites.begin(), out_.composites.end(), [&](const auto& c) { return c.id == id; });
  }

  Status arrow(const std::string& s) {
    const size_t at = s.find("-->");
    std::string from = trim(s.substr(0, at)), to = trim(s.substr(at + 3)), label;
    size_t colon = to.find(':');
    if (to.rfind("[*]", 0) == 0) colon = to.find(':', 3);
    if (colon != std::string::npos) {
      label = trim(to.substr(colon + 1));
      to = trim(to.substr(0, colon));
    }
    for (std::string* end : {&from, &to}) {
      if (const size_t style = end->find(":::"); style != std::string::npos) *end = trim(end->substr(0, style));
      if (end->empty() || end->find(' ') != std::string::npos || end->find("-->") != std::string::npos)
        return error(fmt::format("`{}` is not an arrow between two states", printable(s, 60)), "write `A --> B : label`");
      if (*end != "[*]" && end->rfind("Ctx[", 0) != 0 && !composite_named(*end)) node(*end);
    }
    out_.arrows.push_back({from, to, label, here(), line_});
    return {};
  }

  Status declare(std::string s) {
    const bool opens = s.back() == '{';
    if (opens) s = trim(s.substr(0, s.size() - 1));
    for (const auto& [mark, kind] : {std::pair{"<<fork>>", "fork"}, {"<<join>>", "join"}, {"<<choice>>", "choice"},
                                     {"[[fork]]", "fork"}, {"[[join]]", "join"}, {"[[choice]]", "choice"}}) {
      if (const size_t at = lower(s).find(mark); at != std::string::npos) {
        if (std::string(kind) == "choice")
          return error("<<choice>> has no counterpart in a SOP", "draw a Review whose edges are the choices");
        Diagram::Node& n = node(trim(s.substr(0, at)));
        n.kind = kind;
        n.composite = here();
        n.line = line_;
        return {};
      }
    }
    std::string title;
    if (!s.empty() && s[0] == '"') {
      const size_t quote = s.find('"', 1), as = quote == std::string::npos ? quote : lower(s).find(" as ", quote);
      if (as == std::string::npos) return error(fmt::format("`{}` is not understood", printable(s, 60)), "write `state \"text\" as id`");
      title = s.substr(1, quote - 1);
      s = trim(s.substr(as + 4));
    }
    if (s.empty() || s.find(' ') != std::string::npos)
      return error(fmt::format("`{}` is no name of a state", printable(s, 60)), "one word without blanks");
    if (opens) {
      if (open_.size() >= most_depth) return error("composites nested deeper than 64", "flatten the diagram");
      for (size_t i = 0; i < out_.composites.size(); ++i)
        if (out_.composites[i].id == s) return error(fmt::format("composite `{}` is opened twice", s), "one `state X {` each");
      out_.composites.push_back({s, here(), line_});
      open_.push_back(static_cast<int>(out_.composites.size()) - 1);
    } else {
      Diagram::Node& n = node(s);
      n.composite = here();
      n.line = line_;
      if (!title.empty()) kind_of(title, &n);
    }
    return {};
  }

  std::string file_;
  int line_ = 1;
  Diagram out_;
  std::map<std::string, size_t> index_;
  std::vector<int> open_;
};

}  // namespace

Result<Diagram> read_mermaid(std::string_view text, const std::string& file) {
  Result<Diagram> read = Reader(file).read(text);
  if (!read) return read;
  for (const Diagram::Composite& c : read->composites)   // a composite named by an arrow before it was opened is no state
    read->nodes.erase(std::remove_if(read->nodes.begin(), read->nodes.end(), [&](const auto& n) { return n.id == c.id; }),
                      read->nodes.end());
  return read;
}

std::string normal_form(const Diagram& diagram) {
  // A state is known by its composite, kind and title; forks and joins by what they lead to.
  const auto path = [&](int composite) {
    std::string out;
    for (; composite >= 0; composite = diagram.composites[static_cast<size_t>(composite)].parent)
      out = diagram.composites[static_cast<size_t>(composite)].id + "/" + out;
    return out;
  };
  std::map<std::string, std::string> names;
  for (const Diagram::Node& n : diagram.nodes)
    if (n.kind != "fork" && n.kind != "join") names[n.id] = path(n.composite) + n.kind + "[" + n.title + "]";
  for (const Diagram::Node& n : diagram.nodes) {
    if (n.kind != "fork" && n.kind != "join") continue;
    std::vector<std::string> ends;
    for (const Diagram::Arrow& a : diagram.arrows) {
      if (n.kind == "fork" && a.from == n.id && names.count(a.to)) ends.push_back(names[a.to]);
      if (n.kind == "join" && a.to == n.id && names.count(a.from)) ends.push_back(names[a.from]);
    }
    std::sort(ends.begin(), ends.end());
    names[n.id] = path(n.composite) + n.kind + "(" + join(ends, " + ") + ")";
  }
  std::vector<std::string> lines;
  for (const auto& [id, name] : names) lines.push_back("state " + name);
  for (const Diagram::Composite& c : diagram.composites) lines.push_back("composite " + path(c.parent) + c.id);
  for (const Diagram::Arrow& a : diagram.arrows) {
    const auto end = [&](const std::string& id) { return names.count(id) ? names[id] : id; };
    lines.push_back(fmt::format("arrow {} --> {} : {}", end(a.from), end(a.to), a.label));
  }
  std::sort(lines.begin(), lines.end());
  return join(lines, "\n") + "\n";
}

}  // namespace inquest
