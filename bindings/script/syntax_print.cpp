// Printing a tree of the SOP subset, so that parsing the text gives the same tree.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/syntax.h"
#include "runtime/base/text.h"

namespace inquest::script {
namespace {

constexpr size_t columns = 120;

bool plain_name(const std::string& text) {
  static const std::vector<std::string> keywords = {"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if",
                                                     "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"};
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != std::string::npos) return false;
  for (const std::string& keyword : keywords)
    if (keyword == text) return false;
  return true;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') { out += '\\'; out += c; }
    else if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else if (c == '\r') out += "\\r";
    else if (byte < 32 || byte == 127) { out += "\\" + std::string(byte < 10 ? "00" : byte < 100 ? "0" : "") + std::to_string(byte); }
    else out += c;
  }
  return out + "\"";
}

std::string text_form(const Node& node) {
  // A long text drops carriage returns and a first line end, and cannot hold its own closing bracket.
  if (!node.long_text || node.text.find('\r') != std::string::npos) return quoted(node.text);
  std::string level;
  while (node.text.find("]" + level + "]") != std::string::npos || (!node.text.empty() && (node.text + "]").ends_with("]" + level + "]")) ||
         (node.text.ends_with("]" + level)))
    level += "=";
  return "[" + level + "[" + (node.text.starts_with('\n') ? "\n" : "") + node.text + "]" + level + "]";
}

bool has_comments(const Node& node) {
  if (!node.inside.empty()) return true;
  for (const Item& item : node.items)
    if (!item.before.empty() || !item.after.empty() || has_comments(item.value)) return true;
  for (const Node& arg : node.args)
    if (has_comments(arg)) return true;
  return false;
}

class Printer final {
 public:
  std::string out;

  void node(const Node& n, size_t indent) {
    switch (n.kind) {
      case Node::Kind::bad: out += "todo"; return;
      case Node::Kind::function: out += "function () end"; return;
      case Node::Kind::boolean: out += n.value == Value(true) ? "true" : "false"; return;
      case Node::Kind::number: out += n.source; return;
      case Node::Kind::text: out += text_form(n); return;
      case Node::Kind::reference: out += n.word; return;
      case Node::Kind::table: return table(n, indent);
      case Node::Kind::call: break;
    }
    out += n.word;
    if (n.has_args) {
      out += "(";
      for (size_t i = 0; i < n.args.size(); ++i) {
        if (i > 0) out += ", ";
        node(n.args[i], indent);
      }
      out += ")";
    }
    if (n.named) { out += " "; out += text_form(n); }
    if (n.has_table) { out += " "; table(n, indent); }
  }

  void comments(const std::vector<Comment>& list, size_t indent) {
    for (const Comment& comment : list) out += std::string(indent, ' ') + comment.text + "\n";
  }

 private:
  void key(const Item& item) {
    if (!item.keyed) return;
    out += plain_name(item.key) ? item.key : "[" + quoted(item.key) + "]";
    out += " = ";
  }

  void table(const Node& n, size_t indent) {
    if (n.items.empty() && n.inside.empty()) { out += "{}"; return; }
    if (!has_comments(n)) {
      Printer line;
      line.out = "{ ";
      for (size_t i = 0; i < n.items.size(); ++i) {
        if (i > 0) line.out += ", ";
        line.key(n.items[i]);
        line.node(n.items[i].value, indent);
      }
      line.out += " }";
      const size_t begin = out.rfind('\n') == std::string::npos ? 0 : out.rfind('\n') + 1;
      if (line.out.find('\n') == std::string::npos && out.size() - begin + line.out.size() < columns) {
        out += line.out;
        return;
      }
    }
    out += "{\n";
    for (const Item& item : n.items) {
      comments(item.before, indent + 2);
      out += std::string(indent + 2, ' ');
      key(item);
      node(item.value, indent + 2);
      out += ",";
      for (const Comment& comment : item.after) out += "  " + comment.text;
      out += "\n";
    }
    comments(n.inside, indent + 2);
    out += std::string(indent, ' ') + "}";
  }
};

}  // namespace

std::string print_tree(const Tree& tree) {
  Printer printer;
  printer.comments(tree.head, 0);
  printer.out += "return ";
  printer.node(tree.root, 0);
  printer.out += "\n";
  printer.comments(tree.tail, 0);
  return std::move(printer.out);
}

}  // namespace inquest::script
