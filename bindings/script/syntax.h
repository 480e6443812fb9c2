// Syntax: the tree of a file in the SOP subset of Lua, with a position for every word, field and value.
// SPDX-License-Identifier: Apache-2.0
//
// The subset is `return VALUE`, where a value is a literal, a table, a dotted reference, `word "name" {…}`, `word {…}`,
// `word "text"`, `word [[text]] {…}` or `word(value)`. Everything else of Lua (local, if, loops, functions, assignments,
// operators, method calls) is an error that names its place and the cure; nothing is ever run. Limits: 256 KB, depth 64.
//
//     Parsed parsed = parse(text, "sops/x/sop.lua");
//     for (const Diagnostic& problem : parsed.problems) …        // all of them; sorted by position
//     if (parsed.tree) print_tree(*parsed.tree);                 // parse(print_tree(t)) == t, comments kept
//
// A tree that comes with problems has nodes of kind `bad` where something could not be read; readers pass them over.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bindings/script/lexer.h"
#include "runtime/model/value.h"

namespace inquest::script {

constexpr int depth_limit = 64;

struct Item;

struct Node {
  enum class Kind { bad, boolean, number, text, reference, table, call, function };
  Kind kind = Kind::bad;
  Position at = {}, end = {};
  std::string word = {};            // of reference and call: the dotted name
  bool named = false;               // call: a text follows the word
  std::string text = {};            // of text; the name of a call
  bool long_text = false;           // the text was written [[…]]
  Position text_at = {};
  Value value = {};                 // of boolean and number
  std::string source = {};          // of number: as written
  bool has_args = false;            // call: word(…)
  std::vector<Node> args = {};
  bool has_table = false;           // call: a table follows
  std::vector<Item> items = {};     // of table and call, in the order of the text
  std::vector<Comment> inside = {}; // comments before the closing brace

  bool is(Kind k) const { return kind == k; }
  const Item* field(std::string_view key) const;   // null when absent
  bool operator==(const Node& other) const;        // without positions
};

struct Item {
  bool keyed = false;
  std::string key = {};
  Position at = {};                 // of the key, or of the value
  Node value = {};
  std::vector<Comment> before = {};
  std::vector<Comment> after = {};  // behind it on its line
  bool operator==(const Item& other) const;
};

struct Tree {
  Node root;
  std::vector<Comment> head = {}, tail = {};
  bool operator==(const Tree& other) const { return root == other.root && head == other.head && tail == other.tail; }
};
struct Parsed {
  std::optional<Tree> tree;
  std::vector<Diagnostic> problems;
  bool cut = false;                 // reading stopped at the last problem: what follows it is not in the tree
};
Parsed parse(std::string_view text, const std::string& file);

// A data file of the standard library (asks, measures): the subset with `local name = VALUE` at its head, which stands for
// the name from there on, and `..` between texts.
Parsed parse_data(std::string_view text, const std::string& file);

// A review file: code, then `return review { … }` at its end. Gives the call `review {…}`; the code is skipped, not judged,
// and a function as a field's value becomes a node of kind `function`.
Parsed parse_review(std::string_view text, const std::string& file);

// The tree as text: a table on one line where it fits into 120 columns, else one item a line. Ends with a line end.
std::string print_tree(const Tree& tree);

// The value of a node: literals; a table as list (no keys) or map (an empty one: list), one with both as a Term without
// word; a dotted reference as text, a bare one as Term; a call as Term{word, args: its name, its arguments and bare items,
// fields}. `bad` and `function` give null.
Value value_of(const Node& node);

// Nodes and bytes of text at and below a node, and how deep it is.
std::pair<size_t, int> extent(const Node& node);

}  // namespace inquest::script
