// Contracts of reviews: every slot, option and kind is checked before the review runs for the first time.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/contract_reader.h"

#include <algorithm>

#include "runtime/base/text.h"

namespace inquest::script {
namespace {


std::vector<std::string> ask_kinds(const Catalogue& catalogue) {
  std::vector<std::string> out;
  for (const AskRow& row : catalogue.asks) out.push_back(row.kind);
  return out;
}

// Keys of a table against a closed list.
void only_fields(Diagnose& d, const Node& node, const std::vector<std::string>& known, const std::string& what) {
  for (const Item& item : node.items)
    if (item.keyed && !contains(known, item.key)) d.note(item.at, "unknown-field", "unknown field " + ticked(item.key) + " of " + what, did_you_mean(item.key, known));
}

std::optional<Slot> slot(Diagnose& d, const Item& item) {
  const Node& node = item.value;
  const std::string what = "slot " + ticked(item.key);
  Slot out;
  out.name = item.key;
  if (!identifier(item.key)) d.note(item.at, "bad-name", "name " + ticked(item.key) + " of a slot: small letters, digits and _ only", "rename it");
  if (d.blank(node)) return {};
  const Node* ask = nullptr;
  if (node.is(Node::Kind::text)) ask = &node;
  if (node.is(Node::Kind::table)) {
    only_fields(d, node, {"shape", "optional"}, what);
    for (const Item& part : node.items) {
      if (part.keyed && part.key == "optional") out.optional = d.flag(part.value, "`optional` of " + what).value_or(false);
      if (part.keyed && part.key == "shape") {
        out.shape = d.text(part.value, "`shape` of " + what).value_or("");
        if (!out.shape.empty() && !contains(frame_shapes(), out.shape))
          d.note(part.value.at, "bad-slot", "unknown shape " + ticked(out.shape) + " of " + what, did_you_mean(out.shape, frame_shapes()));
      }
      if (!part.keyed) {
        if (ask) d.note(part.at, "bad-slot", what + " takes one ask", "keep one, or take { shape = \"…\" }");
        else ask = &part.value;
      }
    }
  }
  if (ask) out.ask = d.text(*ask, what).value_or("");
  if (ask && !out.ask.empty() && !d.catalogue.ask(out.ask))
    d.note(ask->at, "unknown-ask", "unknown ask " + ticked(out.ask) + " of " + what, did_you_mean(out.ask, ask_kinds(d.catalogue)));
  if (out.ask.empty() == out.shape.empty() && (out.ask.empty() ? !ask : true))
    d.note(node.at, "bad-slot", what + (out.ask.empty() ? " takes nothing" : " takes an ask and a shape"),
           "write \"metric.memory\", { \"spans.calls\", optional = true } or { shape = \"series\" }");
  return out;
}

std::optional<Yield> yield(Diagnose& d, const Item& item) {
  static const std::vector<std::string> fields = {"subject", "numbers", "lists", "says"};
  const std::string what = "kind " + ticked(item.key);
  Yield out;
  out.kind = item.key;
  if (!identifier(item.key)) d.note(item.at, "bad-name", "name " + ticked(item.key) + " of a kind: small letters, digits and _ only", "rename it");
  if (d.blank(item.value)) return {};
  if (!item.value.is(Node::Kind::table)) {
    d.note(item.value.at, "wrong-type", what + " takes a table, not " + shown(item.value), "write { subject = { \"service\" }, says = \"…\" }");
    return {};
  }
  d.keyed(item.value, what);
  only_fields(d, item.value, fields, what);
  if (const Item* f = item.value.field("subject")) out.subject = d.texts(f->value, "`subject` of " + what).value_or(std::vector<std::string>{});
  if (out.subject.empty()) d.note(item.at, "bad-yield", what + " has no subject", "add subject = { \"service\" }");
  if (const Item* f = item.value.field("numbers")) out.numbers = d.text_map(f->value, "`numbers` of " + what).value_or(std::map<std::string, std::string>{});
  if (const Item* f = item.value.field("lists")) out.lists = d.texts(f->value, "`lists` of " + what).value_or(std::vector<std::string>{});
  const Item* const says = item.value.field("says");
  if (!says) {
    d.note(item.at, "bad-yield", what + " has no sentence", "add says = \"$service …\"");
    return out;
  }
  out.says = d.text(says->value, "`says` of " + what).value_or("");
  std::vector<std::string> known = out.subject;
  for (const auto& [name, unit] : out.numbers) known.push_back(name);
  known.insert(known.end(), out.lists.begin(), out.lists.end());
  known.insert(known.end(), {"onset", "strength"});
  for (const std::string& name : names_in(Value(out.says)))
    if (name != "kind" && !contains(known, name)) d.note(says->value.at, "bad-yield", "$" + printable(name, 60) + " in `says` of " + what + " is no field of it", did_you_mean(name, known));
  for (const std::string& name : known)
    if (std::count(known.begin(), known.end(), name) > 1) {
      d.note(item.at, "bad-yield", ticked(name) + " names two fields of " + what, "rename one");
      break;
    }
  return out;
}

}  // namespace

const std::vector<std::string>& frame_shapes() {
  static const std::vector<std::string> shapes = {"series", "latency", "spans", "contrast", "logs", "templates", "table"};
  return shapes;
}

Map read_options(Diagnose& d, const Node& node, const std::string& what) {
  static const std::vector<std::string> types = {"number", "text", "duration", "time", "choice", "list", "flag"};
  Map out;
  if (node.is(Node::Kind::table) && node.items.empty()) return out;
  const auto list = d.keyed(node, what);
  if (!list) return out;
  for (const Item* item : *list) {
    const Node& v = item->value;
    if (d.blank(v)) continue;
    if (!identifier(item->key)) d.note(item->at, "bad-name", "name " + ticked(item->key) + " of an option: small letters, digits and _ only", "rename it");
    const bool word = v.is(Node::Kind::call) || v.is(Node::Kind::reference);
    if (!word || v.named || v.has_args || !contains(types, v.word)) {
      d.note(v.at, word ? "unknown-word" : "wrong-type", "option " + ticked(item->key) + " takes a type, not " + shown(v),
             word && !contains(types, v.word) ? did_you_mean(v.word, types) : "write one of: " + join(types, ", "));
      continue;
    }
    const WordRow* row = d.catalogue.word(v.word, "sop");
    if (!row) row = d.catalogue.word(v.word, "review");
    if (row) d.against_row(v, *row, ticked(v.word));
    Value value = value_of(v);
    if (auto* text = value.get<std::string>()) value = Value(Term{*text});
    out.emplace_back(item->key, std::move(value));
  }
  return out;
}

std::optional<ReviewContract> read_contract(Diagnose& d, const std::string& name, const std::string& text) {
  Parsed parsed = parse_review(text, d.file);
  d.problems.insert(d.problems.end(), parsed.problems.begin(), parsed.problems.end());
  if (!parsed.tree || !parsed.tree->root.is(Node::Kind::call)) return {};
  const Node& node = parsed.tree->root;
  if (const WordRow* const row = d.catalogue.word("review", "review")) d.against_row(node, *row, "review " + ticked(name));
  ReviewContract out;
  out.name = name;
  out.file = d.file;
  out.text = text;
  if (!identifier(name)) d.note(node.at, "bad-name", "file name " + ticked(name) + " of a review: small letters, digits and _ only", "rename the file");
  for (const Item& item : node.items) {
    if (!item.keyed) continue;
    const Node& v = item.value;
    if (item.key == "version") out.version = static_cast<int>(d.whole(v, "`version`", 1, 1'000'000).value_or(1));
    if (item.key == "doc") out.doc = d.text(v, "`doc`").value_or("");
    if (item.key == "generic") out.generic = d.flag(v, "`generic`").value_or(false);
    if (item.key == "options") out.options = read_options(d, v, "`options`");
    if (item.key == "takes")
      if (const auto list = d.keyed(v, "`takes`"))
        for (const Item* row : *list)
          if (auto s = slot(d, *row)) out.takes.push_back(std::move(*s));
    if (item.key == "yields")
      if (const auto list = d.keyed(v, "`yields`"))
        for (const Item* row : *list)
          if (auto y = yield(d, *row)) out.yields.push_back(std::move(*y));
    if (item.key == "run" && !v.is(Node::Kind::function) && !(v.is(Node::Kind::reference) && v.word != "todo"))
      if (!d.blank(v)) d.note(v.at, "wrong-type", "`run` takes a function, not " + shown(v), "write run = function (frames, options, earlier) … end");
  }
  const Item* const yields = node.field("yields");
  if (yields && out.yields.empty()) d.note(yields->at, "bad-yield", "review " + ticked(name) + " yields no kind", "add yields = { kind = { … } }");
  if (yields && out.generic && out.yields.size() > 1) d.note(yields->at, "bad-yield", "generic review " + ticked(name) + " yields more than one kind", "keep one; where it is used `yields` names it");
  for (const Slot& s : out.takes)
    if (find(out.options, s.name) || s.name == "yields")
      d.note(node.field("takes")->at, "bad-slot", ticked(s.name) + " is a slot and an option", "rename one of them");
  return out;
}

}  // namespace inquest::script
