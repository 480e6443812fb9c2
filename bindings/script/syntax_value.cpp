// Nodes of the SOP subset: look-up, comparison, size, and the Value that each stands for.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bindings/script/syntax.h"

namespace inquest::script {

std::pair<size_t, int> extent(const Node& node) {
  size_t size = 1 + node.text.size();
  int height = 0;
  const auto add = [&](const Node& child) {
    const auto [s, h] = extent(child);
    size += s;
    height = std::max(height, h + 1);
  };
  for (const Item& item : node.items) add(item.value);
  for (const Node& arg : node.args) add(arg);
  return {size, height};
}

const Item* Node::field(std::string_view key) const {
  for (const Item& item : items)
    if (item.keyed && item.key == key) return &item;
  return nullptr;
}

bool Node::operator==(const Node& o) const {
  return kind == o.kind && word == o.word && named == o.named && text == o.text && value == o.value && has_args == o.has_args &&
         args == o.args && has_table == o.has_table && items == o.items && inside == o.inside;
}

bool Item::operator==(const Item& o) const {
  return keyed == o.keyed && key == o.key && value == o.value && before == o.before && after == o.after;
}

Value value_of(const Node& node) {
  const auto bare = [&](List& list, Map& fields) {
    for (const Item& item : node.items)
      if (item.keyed) fields.emplace_back(item.key, value_of(item.value));
      else list.push_back(value_of(item.value));
  };
  switch (node.kind) {
    case Node::Kind::boolean:
    case Node::Kind::number: return node.value;
    case Node::Kind::text: return Value(node.text);
    case Node::Kind::reference:
      return node.word.find('.') == std::string::npos ? Value(Term{node.word}) : Value(node.word);
    case Node::Kind::table: {
      List list;
      Map fields;
      bare(list, fields);
      if (fields.empty()) return Value(std::move(list));
      if (list.empty()) return Value(std::move(fields));
      return Value(Term{"", std::move(list), std::move(fields)});
    }
    case Node::Kind::call: {
      Term term{node.word};
      if (node.named) term.args.emplace_back(node.text);
      for (const Node& arg : node.args) term.args.push_back(value_of(arg));
      bare(term.args, term.fields);
      return Value(std::move(term));
    }
    case Node::Kind::bad:
    case Node::Kind::function: break;
  }
  return {};
}

}  // namespace inquest::script
