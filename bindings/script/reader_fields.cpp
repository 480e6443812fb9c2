// Reading asks, uses of reviews, conditions and inputs.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/reader_fields.h"

#include <algorithm>

#include "runtime/base/text.h"

namespace inquest::script {
namespace {

bool word_node(const Node& node) { return node.is(Node::Kind::call) || node.is(Node::Kind::reference); }

}  // namespace

Value Fields::value(const Node& node) {
  if (is_todo(node)) { d_.blank(node); return {}; }
  for (const Item& item : node.items) value(item.value);
  for (const Node& arg : node.args) value(arg);
  return value_of(node);
}

Map Fields::where(const Node& node) {
  Map out;
  const auto list = d_.keyed(node, "`where`");
  if (!list) return out;
  for (const Item* item : *list) {
    const Node& v = item->value;
    if (d_.blank(v)) continue;
    const bool like = v.is(Node::Kind::call) && v.word == "like" && v.named && !v.has_table;
    if (like || v.is(Node::Kind::text) || v.is(Node::Kind::number) || v.is(Node::Kind::boolean)) out.emplace_back(item->key, value_of(v));
    else d_.note(v.at, "wrong-type", ticked(item->key) + " in `where` takes a text, a number or like \"text\", not " + shown(v), "write " + item->key + " = \"…\"");
  }
  return out;
}

void Fields::ask_default(const Item& item, AskDefaults& into) {
  if (item.key == "from") into.from = d_.text(item.value, "`from`").value_or("");
  if (item.key == "against") into.against = d_.text(item.value, "`against`").value_or("");
  if (item.key == "outside") into.outside = d_.texts(item.value, "`outside`", &into.places, "outside").value_or(std::vector<std::string>{});
  if (item.key == "where") into.where = where(item.value);
  else if (item.key != "from" && item.key != "against" && item.key != "outside") return;
  into.places[item.key] = item.value.at;
}

void Fields::merge(std::vector<AskSpec>& asks, const AskDefaults& defaults) const {
  for (AskSpec& ask : asks) {
    const AskRow* const row = d_.catalogue.ask(ask.kind);
    if (ask.from.empty()) ask.from = defaults.from;
    if (ask.against.empty()) ask.against = defaults.against;
    for (const std::string& name : defaults.outside)
      if (std::find(ask.outside.begin(), ask.outside.end(), name) == ask.outside.end()) ask.outside.push_back(name);
    if (!row || (row->signal != "metrics" && !row->native))
      for (const auto& [key, v] : defaults.where)
        if (!find(ask.where, key)) set(ask.where, key, v);
    for (const auto& [key, at] : defaults.places) ask.places.emplace(key, at);
  }
}

std::vector<AskSpec> Fields::asks(const Node& node) {
  std::vector<AskSpec> out;
  if (const auto list = d_.keyed(node, "`ask`"))
    for (const Item* item : *list)
      if (auto ask = this->ask(*item)) out.push_back(std::move(*ask));
  return out;
}

std::optional<AskSpec> Fields::ask(const Item& item) {
  const Node& node = item.value;
  AskSpec out;
  out.name = item.key;
  out.at = item.at;
  out.places["kind"] = node.at;
  if (!identifier(item.key))
    d_.note(item.at, "bad-name", "name " + ticked(item.key) + " of an ask: small letters, digits and _ only", "write such as " + (identifier(lower(item.key)) ? lower(item.key) : "memory"));
  if (d_.blank(node)) return {};
  if (!word_node(node) || node.has_args) {
    d_.note(node.at, "wrong-type", ticked(item.key) + " in `ask` takes an ask, not " + shown(node), "write " + item.key + " = metric.memory {}");
    return {};
  }
  out.kind = node.word;
  const AskRow* const row = d_.catalogue.ask(node.word);
  if (node.is(Node::Kind::reference)) {
    d_.note(node.at, "wrong-type", ticked(item.key) + " names " + ticked(node.word) + " without asking it", "write " + node.word + " {}");
    return {};
  }
  if (node.named) {
    if (row && !row->native) d_.note(node.text_at, "wrong-type", ticked(node.word) + " takes no text of its own", "write " + node.word + " { … }");
    out.native = node.text;
    out.places["native"] = node.text_at;
  } else if (row && row->native) {
    d_.note(node.at, "wrong-type", ticked(node.word) + " has no text", "write " + node.word + " [[ … ]] {}");
  }
  AskDefaults own;
  for (const Item& field : node.items) {
    if (!field.keyed) {
      if (!d_.blank(field.value)) d_.note(field.at, "wrong-type", shown(field.value) + " in " + ticked(node.word) + " has no name", "write option = …");
      continue;
    }
    out.places[field.key] = field.value.at;
    out.places["key:" + field.key] = field.at;
    if (field.key == "from" || field.key == "against" || field.key == "outside" || field.key == "where") ask_default(field, own);
    else if (is_todo(field.value)) d_.blank(field.value);
    else if (!field.value.is(Node::Kind::bad)) out.args.emplace_back(field.key, value(field.value));
  }
  out.from = own.from;
  out.against = own.against;
  out.outside = own.outside;
  out.where = own.where;
  for (const auto& [key, at] : own.places) out.places.insert_or_assign(key, at);
  return out;
}

std::vector<ReviewUse> Fields::uses(const Node& node) {
  std::vector<ReviewUse> out;
  const auto list = d_.entries(node, "`with`");
  if (!list) return out;
  for (const Item* item : *list) {
    const Node& v = item->value;
    if (d_.blank(v)) continue;
    const bool prefixed = word_node(v) && v.word.starts_with("reviews.");
    if (!prefixed || v.has_args || v.named || !v.has_table) {
      const std::string name = !word_node(v) ? v.is(Node::Kind::text) ? v.text : "" : prefixed ? v.word.substr(8) : v.word;
      d_.note(v.at, "wrong-type", "`with` takes reviews, not " + shown(v), "write reviews." + (identifier(name) ? name : "name") + " {}");
      continue;
    }
    ReviewUse use;
    use.review = v.word.substr(8);
    use.at = v.at;
    for (const Item& field : v.items) {
      if (!field.keyed) {
        if (!d_.blank(field.value)) d_.note(field.at, "wrong-type", shown(field.value) + " in " + ticked(v.word) + " has no name", "write option = …");
        continue;
      }
      use.places[field.key] = field.value.at;
      use.places["key:" + field.key] = field.at;
      if (is_todo(field.value)) d_.blank(field.value);
      else if (!field.value.is(Node::Kind::bad)) use.options.emplace_back(field.key, value(field.value));
    }
    out.push_back(std::move(use));
  }
  return out;
}

std::optional<Condition> Fields::condition(const Node& node, bool bare, int depth) {
  if (d_.blank(node)) return {};
  if (bare && node.is(Node::Kind::text)) {
    Condition c;
    c.kind = node.text;
    c.at = node.at;
    return c;
  }
  static const std::vector<std::string> words = {"found", "not_found", "unknown", "all_of", "any_of"};
  const auto word = word_node(node) ? std::find(words.begin(), words.end(), node.word) : words.end();
  if (word == words.end()) {
    if (word_node(node) && !d_.catalogue.word(node.word, "sop")) {
      d_.unknown_word(node, words, "a condition");
    } else {
      d_.note(node.at, "wrong-type", shown(node) + " is no condition", node.is(Node::Kind::text) ? "write found \"" + printable(node.text, 40) + "\"" : "write found \"kind\"");
    }
    return {};
  }
  Condition c;
  c.op = static_cast<Condition::Op>(word - words.begin());
  c.at = node.at;
  const bool group = c.op == Condition::Op::all_of || c.op == Condition::Op::any_of;
  if (group ? !node.has_table || node.named || node.has_args : !node.named || node.has_args) {
    d_.note(node.at, "wrong-type", ticked(node.word) + (group ? " takes conditions" : " takes the kind of a finding"),
            "write " + node.word + (group ? " { found \"a\", found \"b\" }" : " \"kind\""));
    return {};
  }
  if (group) {
    for (const Item& item : node.items) {
      if (item.keyed) {
        d_.note(item.at, "unknown-field", "unknown field " + ticked(item.key) + " of " + ticked(node.word), ticked(node.word) + " takes no fields");
        continue;
      }
      if (auto part = condition(item.value, false, depth + 1)) c.of.push_back(std::move(*part));
    }
    if (node.items.empty()) d_.note(node.at, "wrong-type", ticked(node.word) + " of nothing", "write the conditions inside");
    return c;
  }
  c.kind = node.text;
  for (const Item& item : node.items) {
    const Node& v = item.value;
    if (!item.keyed) {
      if (!d_.blank(v)) d_.note(item.at, "wrong-type", shown(v) + " in " + ticked(node.word) + " has no name", "write number = above(1.5) or field = \"text\"");
      continue;
    }
    if (d_.blank(v)) continue;
    const bool compares = v.is(Node::Kind::call) && (v.word == "above" || v.word == "below");
    if (compares && !v.args.empty() && d_.blank(v.args[0])) continue;
    if (compares) {
      if (v.has_args && v.args.size() == 1 && v.args[0].is(Node::Kind::number) && !v.named && !v.has_table) c.match.emplace_back(item.key, value_of(v));
      else d_.note(v.at, "wrong-type", ticked(v.word) + " takes one number", "write " + v.word + "(14.4)");
    } else if (v.is(Node::Kind::text) || v.is(Node::Kind::number) || (v.is(Node::Kind::call) && v.word == "like" && v.named && !v.has_table)) {
      c.match.emplace_back(item.key, value_of(v));
    } else {
      d_.note(v.at, "wrong-type", ticked(item.key) + " takes a text, a number, like \"text\", above(x) or below(x), not " + shown(v), "write " + item.key + " = above(1.5)");
    }
  }
  return c;
}

std::vector<Condition> Fields::conditions(const Node& node, const std::string& what) {
  std::vector<Condition> out;
  if (const auto list = d_.entries(node, what))
    for (const Item* item : *list)
      if (auto c = condition(item->value, true)) out.push_back(std::move(*c));
  return out;
}

std::vector<InputSpec> Fields::inputs(const Node& node) {
  std::vector<InputSpec> out;
  if (const auto list = d_.keyed(node, "`input`"))
    for (const Item* item : *list)
      if (auto spec = input(*item)) out.push_back(std::move(*spec));
  return out;
}

std::optional<InputSpec> Fields::input(const Item& item) {
  static const std::vector<std::string> types = {"duration", "time", "text", "number", "choice"};
  const Node& node = item.value;
  InputSpec out;
  out.name = item.key;
  out.at = item.at;
  if (!identifier(item.key)) d_.note(item.at, "bad-name", "name " + ticked(item.key) + " of an input: small letters, digits and _ only", "write a name that can stand behind a $");
  if (d_.blank(node)) return {};
  if (!word_node(node)) {
    d_.note(node.at, "wrong-type", "input " + ticked(item.key) + " takes a type, not " + shown(node), "write one of: " + join(types, ", "));
    return {};
  }
  if (std::find(types.begin(), types.end(), node.word) == types.end()) {
    d_.note(node.at, "unknown-word", "unknown type " + ticked(node.word) + " of input " + ticked(item.key), did_you_mean(node.word, types));
    return {};
  }
  out.type = node.word;
  if (node.named || node.has_args) {
    d_.note(node.at, "wrong-type", ticked(node.word) + " takes a table", "write " + node.word + " { default = … }");
    return {};
  }
  if (const WordRow* const row = d_.catalogue.word(node.word, "sop")) d_.against_row(node, *row, ticked(node.word));
  for (const Item& field : node.items) {
    out.places[field.keyed ? field.key : "choice"] = field.value.at;
    if (!field.keyed) { if (field.value.is(Node::Kind::text)) out.choices.push_back(field.value.text); continue; }
    if (field.key == "optional") out.optional = d_.flag(field.value, "`optional`").value_or(false);
    if (field.key == "doc") out.doc = d_.text(field.value, "`doc`").value_or("");
    if (field.key != "default" || d_.blank(field.value)) continue;
    const Node& v = field.value;
    const std::string what = "`default` of input " + ticked(item.key);
    if (out.type == "number") { if (d_.number(v, what)) out.fallback = v.value; continue; }
    const auto text = d_.text(v, what);
    if (!text) continue;
    out.fallback = Value(*text);
    if (out.type == "duration") {
      if (const auto read = parse_duration(*text); read && read->ns > 0) out.fallback = Value(*read);
      else d_.note(v.at, "bad-input", what + ": \"" + printable(*text, 40) + "\" is no duration", "write such as \"90s\", \"1h\", \"7d\"");
    }
    if (out.type == "time") {
      if (const auto read = parse_time(*text)) out.fallback = Value(*read);
      else d_.note(v.at, "bad-input", what + ": \"" + printable(*text, 40) + "\" is no time", "write such as \"2026-11-21T10:28:39Z\"");
    }
  }
  if (out.type == "choice") {
    if (out.choices.empty()) d_.note(node.at, "bad-input", "input " + ticked(item.key) + " has no choices", "write choice { \"a\", \"b\" }");
    else if (out.fallback && std::find(out.choices.begin(), out.choices.end(), out.fallback->text()) == out.choices.end())
      d_.note(out.places["default"], "bad-input", "default \"" + printable(out.fallback->text(), 40) + "\" of input " + ticked(item.key) + " is none of its choices", did_you_mean(out.fallback->text(), out.choices));
  }
  if (out.optional && out.fallback) d_.note(out.places["optional"], "bad-input", "input " + ticked(item.key) + " is optional and has a default", "keep one: a default is always bound");
  return out;
}

}  // namespace inquest::script
