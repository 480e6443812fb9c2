// From the tree of a SOP file to a Sop: states, contexts and hypotheses; their fields are read in reader_fields.cpp.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/reader.h"

#include <algorithm>

#include "bindings/script/reader_fields.h"
#include "runtime/base/text.h"

namespace inquest {
namespace script {
namespace {

class SopReader final {
 public:
  SopReader(const std::string& file, const Catalogue& catalogue) : d_(file, catalogue), fields_(d_) {}

  Read run(const std::string& text) {
    Parsed parsed = parse(text, d_.file);
    Read out;
    d_.problems = std::move(parsed.problems);
    if (parsed.tree) out.sop = sop(parsed.tree->root);
    if (out.sop) out.sop->text = text;
    // Behind a cut everything would look missing.
    if (parsed.cut) std::erase_if(d_.problems, [](const Diagnostic& p) { return p.rule != "syntax" && p.rule != "field-twice"; });
    std::stable_sort(d_.problems.begin(), d_.problems.end(), [](const Diagnostic& a, const Diagnostic& b) { return a.at < b.at; });
    out.problems = std::move(d_.problems);
    return out;
  }

 private:
  const WordRow& row(const std::string& word) const {
    static const WordRow none;
    const WordRow* const found = d_.catalogue.word(word, "sop");
    return found ? *found : none;
  }
  static std::string shown_as(const Node& node) { return node.word + " \"" + printable(node.text, 60) + "\""; }

  // The name and the table of `word "name" { … }`; false when nothing more can be read.
  bool element(const Node& node, std::string& name, bool free_text = false) {
    if (!node.is(Node::Kind::call) || !node.named || node.has_args) {
      d_.note(node.at, "wrong-type", "`" + node.word + "` needs a name", "write " + node.word + " \"name\" { … }");
      return false;
    }
    if (!node.has_table) {
      d_.note(node.at, "wrong-type", shown_as(node) + " has no table", "write " + shown_as(node) + " { … }");
      return false;
    }
    name = node.text;
    if (!free_text && !valid_name(name)) {
      std::string cure = lower(name);
      for (char& c : cure)
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-')) c = '_';
      while (!cure.empty() && !valid_name(cure)) cure.erase(cure.size() > 80 ? cure.size() - 1 : 0, 1);
      d_.note(node.text_at, "bad-name", "name \"" + printable(name, 60) + "\" of `" + node.word + "`: small letters, digits, . _ - only",
              cure.empty() ? "write a name such as look" : "write \"" + cure + "\" and keep the words for `title`");
    } else if (!free_text) {
      for (const ReservedRow& reserved : d_.catalogue.reserved)
        if (reserved.word == name) d_.note(node.text_at, "bad-name", "name \"" + name + "\" is taken", reserved.message);
    } else if (name.empty()) {
      d_.note(node.text_at, "bad-name", "`" + node.word + "` has an empty name", "write what it is");
    }
    d_.against_row(node, row(node.word), shown_as(node));
    return true;
  }

  std::optional<Sop> sop(const Node& node) {
    if (node.is(Node::Kind::bad)) return {};
    if (!node.is(Node::Kind::call) || node.word != "sop") {
      if (node.is(Node::Kind::call) || node.is(Node::Kind::reference)) {
        const bool near = !nearest(node.word, {"sop"}).empty();
        d_.note(node.at, "unknown-word", "the file returns `" + printable(node.word, 40) + "`, not a sop",
                near ? "did you mean `sop`?" : "write return sop \"name\" { … }");
      } else {
        d_.note(node.at, "wrong-type", "the file returns " + shown(node) + ", not a sop", "write return sop \"name\" { … }");
      }
      return {};
    }
    Sop out;
    out.file = d_.file;
    out.at = node.at;
    if (!element(node, out.name)) return {};
    sop_ = &out;
    for (const Item& item : node.items) {
      if (!item.keyed) continue;
      out.places[item.key] = item.value.at;
      if (item.key == "title") out.title = d_.text(item.value, "`title`").value_or("");
      if (item.key == "start") out.start = d_.text(item.value, "`start`").value_or("");
      if (item.key == "matches") out.matches = d_.texts(item.value, "`matches`", &out.places, "matches").value_or(std::vector<std::string>{});
      if (item.key == "input") out.inputs = fields_.inputs(item.value);
    }
    if (out.title.empty()) out.title = out.name;
    children(node, -1);
    if (out.states.empty()) d_.note(node.at, "missing-field", shown_as(node) + " has no state", "add info, query, fork, review or suggest");
    sop_ = nullptr;
    return out;
  }

  void children(const Node& node, int context) {
    for (const Item& item : node.items) {
      if (item.keyed || !(item.value.is(Node::Kind::call) || item.value.is(Node::Kind::reference))) continue;
      const Node& child = item.value;
      const WordRow& parent = row(node.word);
      if (std::find(parent.children.begin(), parent.children.end(), child.word) == parent.children.end()) continue;  // told already
      if (child.word == "context") this->context(child, context);
      else if (child.word == "hypothesis") hypothesis(child);
      else if (child.word == "on") { if (auto edge = this->edge(child)) sop_->contexts[static_cast<size_t>(context)].edges.push_back(std::move(*edge)); }
      else state(child, context, "");
    }
  }

  void context(const Node& node, int parent) {
    Context c;
    c.at = node.at;
    c.parent = parent;
    if (!element(node, c.name)) return;
    c.places["name"] = node.text_at;
    for (const Item& item : node.items) {
      if (!item.keyed) continue;
      c.places[item.key] = item.value.at;
      if (item.key == "window") c.window = d_.text(item.value, "`window`").value_or("");
      if (item.key == "about") c.about = d_.text(item.value, "`about`").value_or("");
      if (item.key == "only") c.only = d_.texts(item.value, "`only`", &c.places, "only").value_or(std::vector<std::string>{});
      if (item.key == "names") c.names = d_.texts(item.value, "`names`", &c.places, "names").value_or(std::vector<std::string>{});
      if (item.key == "top") c.top = static_cast<int>(d_.whole(item.value, "`top`", 1, 1000).value_or(0));
    }
    const int index = static_cast<int>(sop_->contexts.size());
    sop_->contexts.push_back(std::move(c));
    children(node, index);
  }

  void state(const Node& node, int context, const std::string& fork) {
    static const std::map<std::string, State::Kind> kinds = {{"info", State::Kind::info}, {"query", State::Kind::query},
        {"review", State::Kind::review}, {"suggest", State::Kind::suggest}, {"fork", State::Kind::fork}};
    State s;
    s.kind = kinds.at(node.word);
    s.at = node.at;
    s.context = context;
    s.fork = fork;
    if (!element(node, s.name)) return;
    s.title = s.name;
    s.places["name"] = node.text_at;
    AskDefaults defaults;
    for (const Item& item : node.items) {
      if (!item.keyed) continue;
      s.places[item.key] = item.value.at;
      if (item.key == "title") s.title = d_.text(item.value, "`title`").value_or(s.name);
      if (item.key == "say") s.say = d_.text(item.value, "`say`").value_or("");
      if (item.key == "of") s.of = d_.texts(item.value, "`of`", &s.places, "of").value_or(std::vector<std::string>{});
      if (item.key == "with") s.with = fields_.uses(item.value);
      if (item.key == "ask") s.asks = fields_.asks(item.value);
      fields_.ask_default(item, defaults);
    }
    if (s.title.empty()) s.title = s.name;
    fields_.merge(s.asks, defaults);
    const size_t index = sop_->states.size();
    const std::string name = s.name;
    sop_->states.push_back(std::move(s));
    for (const Item& item : node.items) {
      if (item.keyed || !item.value.is(Node::Kind::call)) continue;
      if (item.value.word == "on") {
        if (!fork.empty()) d_.note(item.at, "misplaced", "`on` inside " + shown_as(node) + ", a query of fork \"" + fork + "\"",
                                   "remove it; the `on` of the fork is the join");
        else if (auto e = edge(item.value)) sop_->states[index].edges.push_back(std::move(*e));
      }
      if (item.value.word == "query" && sop_->states[index].kind == State::Kind::fork) {
        const size_t before = sop_->states.size();
        state(item.value, context, name);
        if (sop_->states.size() > before) sop_->states[index].branches.push_back(sop_->states[before].name);
      }
    }
  }

  std::optional<Edge> edge(const Node& node) {
    Edge e;
    e.at = node.at;
    if (!element(node, e.label, true)) return {};
    for (const Item& item : node.items) {
      if (!item.keyed) continue;
      e.places[item.key] = item.value.at;
      if (item.key == "to") { e.to = d_.text(item.value, "`to`").value_or(""); e.to_at = item.value.at; }
      if (item.key == "when") e.when = fields_.condition(item.value, false);
      if (item.key == "why") e.why = d_.text(item.value, "`why`").value_or("");
      if (item.key == "says") e.says = d_.text(item.value, "`says`").value_or("");
    }
    return e;
  }

  void hypothesis(const Node& node) {
    Hypothesis h;
    h.at = node.at;
    if (!element(node, h.name)) return;
    for (const Item& item : node.items) {
      if (!item.keyed) continue;
      h.places[item.key] = item.value.at;
      const std::string what = "`" + item.key + "`";
      if (item.key == "say") h.say = d_.text(item.value, what).value_or("");
      if (item.key == "needs") h.needs = fields_.conditions(item.value, what);
      if (item.key == "helps") h.helps = fields_.conditions(item.value, what);
      if (item.key == "refuted_by") h.refuted_by = fields_.conditions(item.value, what);
      if (item.key == "explains") h.explains = d_.texts(item.value, what, &h.places, "explains").value_or(std::vector<std::string>{});
      if (item.key == "of") h.of = d_.texts(item.value, what, &h.places, "of").value_or(h.of);
    }
    sop_->hypotheses.push_back(std::move(h));
  }

  Diagnose d_;
  Fields fields_;
  Sop* sop_ = nullptr;
};

}  // namespace
}  // namespace script

Read read_sop(const std::string& text, const std::string& file, const Catalogue& catalogue) {
  return script::SopReader(file, catalogue).run(text);
}

std::vector<Diagnostic> check_text(const std::string& text, const std::string& file, const Catalogue& catalogue) {
  Read read = read_sop(text, file, catalogue);
  if (!read.problems.empty() || !read.sop) return std::move(read.problems);
  return check(*read.sop, catalogue);
}

Error first_error(const std::vector<Diagnostic>& problems) {
  if (problems.empty()) return {Code::bug, "no problem to report"};
  const Diagnostic& first = problems.front();
  return {Code::config, first.message, first.file + ":" + std::to_string(first.at.line) + ":" + std::to_string(first.at.column), first.cure};
}

Result<Value> read_data(const std::string& text, const std::string& file) {
  const script::Parsed parsed = script::parse_data(text, file);
  if (!parsed.problems.empty()) return first_error(parsed.problems);
  return script::value_of(parsed.tree->root);
}

}  // namespace inquest
