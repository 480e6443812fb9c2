// Typed reading of nodes, with one wording for one mistake.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/diagnose.h"

#include <algorithm>

#include "runtime/base/text.h"

namespace inquest::script {

bool is_todo(const Node& node) { return node.is(Node::Kind::reference) && node.word == "todo"; }

bool identifier(std::string_view name) {
  if (name.empty() || name.size() > 80 || (name[0] >= '0' && name[0] <= '9')) return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::string shown(const Node& node) {
  switch (node.kind) {
    case Node::Kind::boolean: return node.value == Value(true) ? "true" : "false";
    case Node::Kind::number: return "number " + node.source;
    case Node::Kind::text: return "text \"" + printable(node.text, 40) + "\"";
    case Node::Kind::table: return "a table";
    case Node::Kind::reference:
    case Node::Kind::call: return ticked(node.word);
    case Node::Kind::function: return "a function";
    case Node::Kind::bad: break;
  }
  return "nothing";
}

void Diagnose::note(Position at, const char* rule, std::string message, std::string cure) {
  problems.push_back({file, at, rule, std::move(message), std::move(cure)});
}

bool Diagnose::blank(const Node& node) {
  if (is_todo(node)) note(node.at, "todo", "`todo` is still to be filled in", "write the value");
  return is_todo(node) || node.is(Node::Kind::bad);
}

std::string Diagnose::takes(const std::string& field, const std::string& type) const {
  for (const TypeRow& row : catalogue.types)
    if (row.type == type) return field + " takes " + row.doc;
  return field + " takes a " + type;
}

std::optional<std::string> Diagnose::text(const Node& node, const std::string& what) {
  if (blank(node)) return {};
  if (node.is(Node::Kind::text)) return node.text;
  note(node.at, "wrong-type", what + " takes a text, not " + shown(node), "write \"…\"");
  return {};
}

std::optional<std::vector<const Item*>> Diagnose::keyed(const Node& node, const std::string& what) {
  if (blank(node)) return {};
  if (!node.is(Node::Kind::table)) {
    note(node.at, "wrong-type", what + " takes a table of named values, not " + shown(node), "write { name = … }");
    return {};
  }
  std::vector<const Item*> out;
  for (const Item& item : node.items) {
    if (item.keyed) { out.push_back(&item); continue; }
    if (!blank(item.value))
      note(item.at, "wrong-type", shown(item.value) + " in " + what + " has no name", "write name = …");
  }
  return out;
}

std::optional<std::vector<const Item*>> Diagnose::entries(const Node& node, const std::string& what) {
  if (blank(node)) return {};
  if (!node.is(Node::Kind::table)) {
    note(node.at, "wrong-type", what + " takes a list, not " + shown(node), "write { … } around it");
    return {};
  }
  std::vector<const Item*> out;
  for (const Item& item : node.items) {
    if (!item.keyed) { out.push_back(&item); continue; }
    note(item.at, "wrong-type", what + " takes a list; " + ticked(item.key) + " names an entry of it", "remove `" + printable(item.key, 60) + " =`");
  }
  return out;
}

std::optional<std::vector<std::string>> Diagnose::texts(const Node& node, const std::string& what, Places* places, const std::string& prefix) {
  const auto list = entries(node, what);
  if (!list) return {};
  std::vector<std::string> out;
  for (const Item* item : *list) {
    if (blank(item->value)) continue;
    if (!item->value.is(Node::Kind::text)) {
      note(item->value.at, "wrong-type", what + " takes texts, not " + shown(item->value), "write \"…\"");
      continue;
    }
    if (places) places->emplace(prefix + ":" + item->value.text, item->value.at);
    out.push_back(item->value.text);
  }
  return out;
}

std::optional<bool> Diagnose::flag(const Node& node, const std::string& what) {
  if (blank(node)) return {};
  if (node.is(Node::Kind::boolean)) return *node.value.get<bool>();
  note(node.at, "wrong-type", what + " takes true or false, not " + shown(node), "write true, or leave it out");
  return {};
}

std::optional<double> Diagnose::number(const Node& node, const std::string& what) {
  if (blank(node)) return {};
  if (node.is(Node::Kind::number)) return node.value.number();
  note(node.at, "wrong-type", what + " takes a number, not " + shown(node), "write a number: 1.5");
  return {};
}

std::optional<int64_t> Diagnose::whole(const Node& node, const std::string& what, int64_t least, int64_t most) {
  if (blank(node)) return {};
  if (const auto* value = node.value.get<int64_t>(); node.is(Node::Kind::number) && value && *value >= least && *value <= most) return *value;
  note(node.at, "wrong-type", what + " takes a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", not " + shown(node),
       "write " + std::to_string(least) + " or more");
  return {};
}

std::optional<std::map<std::string, std::string>> Diagnose::text_map(const Node& node, const std::string& what) {
  const auto list = keyed(node, what);
  if (!list) return {};
  std::map<std::string, std::string> out;
  for (const Item* item : *list)
    if (auto value = text(item->value, ticked(item->key) + " in " + what)) out[item->key] = *value;
  return out;
}

void Diagnose::unknown_word(const Node& node, const std::vector<std::string>& allowed, const std::string& inside) {
  for (const ReservedRow& row : catalogue.reserved)
    if (row.word == node.word) return note(node.at, "reserved", ticked(node.word) + ": " + row.message, "remove it");
  std::vector<std::string> all, parents;
  bool exists = false;
  for (const WordRow& row : catalogue.words) {
    exists = exists || (row.word == node.word && row.file == "sop");
    all.push_back(row.word);
    if (row.file == "sop" && std::find(row.children.begin(), row.children.end(), node.word) != row.children.end()) parents.push_back(row.word);
  }
  if (exists)
    return note(node.at, "misplaced", ticked(node.word) + " cannot stand inside " + inside,
                !parents.empty() ? "it stands inside " + join(parents, ", ") : allowed.empty() ? "nothing stands inside it" : "inside it stand: " + join(allowed, ", "));
  note(node.at, "unknown-word", "unknown word " + ticked(node.word), did_you_mean(node.word, nearest(node.word, allowed).empty() ? all : allowed));
}

void Diagnose::against_row(const Node& node, const WordRow& row, const std::string& element) {
  std::vector<std::string> known;
  bool open = false;
  for (const FieldRow& field : row.fields) {
    known.push_back(field.name);
    open = open || field.name == "*";
    if (field.required && field.name != "*" && !node.field(field.name))
      note(node.at, "missing-field", element + " has no " + ticked(field.name), "add " + field.name + " = …: " + lower(field.doc.substr(0, 1)) + field.doc.substr(1));
  }
  const bool texts = row.children == std::vector<std::string>{"text"};
  for (const Item& item : node.items) {
    if (item.keyed) {
      if (open || std::find(known.begin(), known.end(), item.key) != known.end()) continue;
      const auto reserved = std::find_if(catalogue.reserved.begin(), catalogue.reserved.end(), [&](const ReservedRow& r) { return r.word == item.key; });
      if (reserved != catalogue.reserved.end()) note(item.at, "reserved", ticked(item.key) + ": " + reserved->message, "remove it");
      else note(item.at, "unknown-field", "unknown field " + ticked(item.key) + " of " + element,
                known.empty() ? ticked(row.word) + " takes no fields" : did_you_mean(item.key, known, 12));
      continue;
    }
    if (blank(item.value) || (texts && item.value.is(Node::Kind::text))) continue;
    const bool word = item.value.is(Node::Kind::call) || item.value.is(Node::Kind::reference);
    if (!word) {
      note(item.at, "misplaced", shown(item.value) + " cannot stand inside " + element,
           row.children.empty() ? "name the field: field = …" : "inside it stand: " + join(row.children, ", "));
    } else if (std::find(row.children.begin(), row.children.end(), item.value.word) == row.children.end()) {
      unknown_word(item.value, row.children, element);
    }
  }
}

}  // namespace inquest::script
