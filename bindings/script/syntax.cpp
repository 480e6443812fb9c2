// The parser of the SOP subset: what is outside it is named with its cure, and reading goes on where that is safe.
// SPDX-License-Identifier: Apache-2.0
// Long because one grammar is one class: statements, values and their refusals share the position in the tokens.
#include "bindings/script/syntax.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "runtime/base/text.h"

namespace inquest::script {
namespace {

using Kind = Token::Kind;

constexpr const char* choices_cure = "choices are edges: on \"label\" { to = \"state\", when = found \"kind\" }";
constexpr const char* code_cure = "what needs code is a review or a measure: a small Lua file beside the SOP, review/name.lua";

bool opens_block(const Token& t) { return t.is("function") || t.is("if") || t.is("do") || t.is("repeat"); }
bool closes_block(const Token& t) { return t.is("end") || t.is("until"); }
bool operator_token(const Token& t) {
  static const std::set<std::string> operators = {"+", "-", "*", "/", "%", "^", "..", "==", "~=", "<", ">", "<=", ">=", "and", "or"};
  return (t.kind == Kind::symbol || t.kind == Kind::keyword) && operators.count(t.text) > 0;
}

enum class Mode { sop, data, review };

class Parser final {
 public:
  Parser(std::string_view text, const std::string& file, Mode mode) : file_(file), mode_(mode), review_(mode == Mode::review) {
    Tokens lexed = lex(text, file);
    tokens_ = std::move(lexed.tokens);
    problems_ = std::move(lexed.problems);
    broken_ = !problems_.empty();
  }

  Parsed run() {
    Parsed out;
    if (!broken_) {
      Tree tree;
      const bool found = review_ ? find_review() : find_return();
      if (found) {
        tree.head = take_comments();
        const size_t begin = pos_++;  // return
        tree.root = value(0);
        gather(tree.head, begin);
        if (!stopped_) finish(tree);
        out.tree = std::move(tree);
      }
    }
    std::stable_sort(problems_.begin(), problems_.end(), [](const Diagnostic& a, const Diagnostic& b) { return a.at < b.at; });
    out.problems = std::move(problems_);
    out.cut = stopped_ || broken_;
    return out;
  }

 private:
  const Token& now() const { return tokens_[pos_]; }
  const Token& ahead(size_t n = 1) const { return tokens_[std::min(pos_ + n, tokens_.size() - 1)]; }
  bool ended() const { return now().kind == Kind::end; }
  void next() { if (!ended()) ++pos_; }

  void problem(Position at, std::string message, std::string cure) {
    if (!stopped_) problems_.push_back({file_, at, "syntax", std::move(message), std::move(cure)});
  }
  // After a mistake behind which nothing can be read: every loop sees the end.
  Node stop(Position at, std::string message, std::string cure) {
    problem(at, std::move(message), std::move(cure));
    stopped_ = true;
    pos_ = tokens_.size() - 1;
    return {};
  }
  std::string shown(const Token& t) const {
    if (t.kind == Kind::end) return "the end of the file";
    return "`" + printable(t.kind == Kind::text ? "\"" + t.text + "\"" : t.text, 40) + "`";
  }
  std::vector<Comment> take_comments() {
    std::vector<Comment> out = std::move(tokens_[pos_].comments);
    tokens_[pos_].comments.clear();
    for (Comment& comment : out) comment.own_line = true;
    return out;
  }
  // Comments from token `begin` on that stand where none is expected go to the nearest place that holds some.
  void gather(std::vector<Comment>& into, size_t begin) {
    for (size_t i = begin; i < pos_ && !stopped_; ++i) {
      for (Comment& comment : tokens_[i].comments) {
        comment.own_line = true;
        into.push_back(std::move(comment));
      }
      tokens_[i].comments.clear();
    }
  }

  // ---- Statements: only `return` is one -----------------------------------------------------------------------------
  bool find_return() {
    while (!ended() && !now().is("return")) {
      if (mode_ == Mode::data && local_value()) continue;
      if (stopped_) return false;
      statement_problem();
      skip_statement();
    }
    if (!ended()) return true;
    if (problems_.empty()) problem(now().at, "the file returns nothing", "a file is one value: return sop \"name\" { … }");
    return false;
  }

  // `local name = VALUE` of a data file or before a review: the value stands for the name from here on.
  bool local_value() {
    if (!now().is("local") || ahead().kind != Kind::name || !ahead(2).is("=")) return false;
    const std::string name = ahead().text;
    pos_ += 3;
    Node node = value(1);
    if (!node.is(Node::Kind::bad)) {
      const auto [size, height] = extent(node);
      locals_.insert_or_assign(name, Local{std::move(node), size, height});
    }
    if (now().is(";")) next();
    return true;
  }
  // The same where code may follow: what is no plain value is left to the code.
  void local_if_plain() {
    const size_t at = pos_, told = problems_.size();
    auto known = locals_;
    const Token& first = ahead(3);
    const bool plain = first.kind == Kind::text || first.kind == Kind::number || first.is("{");
    if (!plain || !local_value() || stopped_ || problems_.size() > told ||
        !(ended() || now().is("local") || now().is("return") || now().is("function"))) {
      locals_ = std::move(known);
      problems_.resize(told);
    }
    pos_ = at;
    stopped_ = false;
  }

  void statement_problem() {
    const Token& t = now();
    if (t.is("local")) {
      const bool function = ahead().is("function");
      problem(t.at, function ? "`local function` in a file of data" : "`local` in a file of data",
              function ? code_cure : "write the value where it is used; the file is one value");
    } else if (t.is("function")) {
      problem(t.at, "`function` in a file of data", code_cure);
    } else if (t.is("if") || t.is("for") || t.is("while") || t.is("repeat") || t.is("do") || t.is("goto") || t.is("break")) {
      problem(t.at, "`" + t.text + "` in a file of data: there is no control flow", choices_cure);
    } else if (t.kind == Kind::name && (ahead().is("=") || ahead().is(","))) {
      problem(t.at, "global `" + printable(t.text, 40) + "` is assigned", "write the value where it is used; the file is one value");
    } else {
      problem(t.at, "expected `return`, found " + shown(t), "a file is one value: return sop \"name\" { … }");
    }
  }

  // To the next keyword that begins a statement outside every block and brace.
  void skip_statement() {
    int blocks = 0, braces = 0;
    bool first = true, after_local = false, joined = false;
    while (!ended()) {
      const Token& t = now();
      const bool outside = blocks <= 0 && braces <= 0;
      if (!first && outside && !after_local && (t.is("local") || t.is("return") || t.is("if") || t.is("for") || t.is("while") ||
                                t.is("repeat") || t.is("goto") || (t.is("function") && ahead().kind == Kind::name)))
        return;
      if (!first && outside && !joined && t.kind == Kind::name && ahead().is("=")) return;
      joined = t.is("local") || t.is("for") || t.is(",") || t.is(".");
      if (opens_block(t)) ++blocks;
      if (closes_block(t)) --blocks;
      if (t.is("{") || t.is("(") || t.is("[")) ++braces;
      if (t.is("}") || t.is(")") || t.is("]")) --braces;
      after_local = t.is("local");
      first = false;
      next();
    }
  }

  bool find_review() {
    int blocks = 0;
    for (; !ended(); next()) {
      if (opens_block(now())) ++blocks;
      if (closes_block(now())) --blocks;
      if (blocks == 0 && now().is("local")) local_if_plain();
      if (blocks != 0 || !now().is("return")) continue;
      if (ahead().kind == Kind::name && ahead().text == "review" && ahead(2).is("{")) return true;
      problem(now().at, "a review file returns a review", "end the file with return review { version = 1, … }");
      return false;
    }
    problem(now().at, "the file returns no review", "end the file with return review { version = 1, … }");
    return false;
  }

  void finish(Tree& tree) {
    if (now().is(";")) next();
    if (!ended()) {
      if (operator_token(now())) operator_problem(now());
      else problem(now().at, shown(now()) + " behind the value of the file", "a file is one value; remove what follows it");
    }
    while (!ended()) next();
    tree.tail = take_comments();
  }

  // ---- Values -------------------------------------------------------------------------------------------------------
  void operator_problem(const Token& t) {
    problem(t.at, "operator `" + t.text + "`: nothing is calculated here",
            t.is("..") ? "write one text; $name inside it stands for a bound value" : "write the value itself; what needs code is a review");
  }

  Node value(int depth) {
    Node node = operand(depth);
    bool told = false;
    while (mode_ != Mode::sop && !stopped_ && now().is("..") && node.is(Node::Kind::text)) {
      next();
      const Node more = operand(depth);
      if (node.text.size() + more.text.size() > source_limit) return stop(more.at, "a text above 256 KB", "write a shorter one");
      if (more.is(Node::Kind::text)) node.text += more.text;
      else if (!more.is(Node::Kind::bad)) problem(more.at, "`..` joins texts only", "write one text");
      node.long_text = false;
      node.end = more.end;
    }
    while (!stopped_ && operator_token(now())) {
      if (!told) operator_problem(now());
      told = true;
      next();
      operand(depth);
    }
    if (told) node.kind = Node::Kind::bad;
    return node;
  }

  Node operand(int depth) {
    if (depth > depth_limit)
      return stop(now().at, "values nested deeper than " + std::to_string(depth_limit), "flatten it: nesting is scope, and scopes are few");
    const Token& t = now();
    switch (t.kind) {
      case Kind::text: return text_node();
      case Kind::number: return number_node(false);
      case Kind::name: return word_node(depth);
      case Kind::end: return stop(t.at, "the file ends where a value should stand", "complete it");
      default: break;
    }
    if (t.is("{")) return table_node(depth);
    if (t.is("-") && ahead().kind == Kind::number) { next(); return number_node(true); }
    if (t.is("true") || t.is("false")) {
      Node node;
      node.kind = Node::Kind::boolean;
      node.at = t.at;
      node.end = t.end;
      node.value = Value(t.is("true"));
      next();
      return node;
    }
    if (t.is("function")) return function_node();
    if (t.is("nil")) {
      problem(t.at, "`nil` is no value", "leave the field out");
      next();
      return {};
    }
    if (t.is("-") || t.is("not") || t.is("#")) {
      operator_problem(t);
      next();
      operand(depth + 1);
      return {};
    }
    if (t.is("(")) return stop(t.at, "`(` where a value should stand", "write the value without parentheses");
    if (t.is("...")) return stop(t.at, "`...` is no value", "write the value itself");
    if (t.is("if") || t.is("for") || t.is("while") || t.is("repeat") || t.is("do"))
      return stop(t.at, "`" + t.text + "` where a value should stand: there is no control flow", choices_cure);
    if (t.is("local")) return stop(t.at, "`local` where a value should stand", "write the value where it is used");
    return stop(t.at, "expected a value, found " + shown(t), "write a text, a number, a table or word \"name\" { … }");
  }

  void refuse_bytes() {
    if (now().bytes) problem(now().at, "an escape for a byte that is no text", "write the character itself, or \\u{…}");
  }

  Node text_node() {
    Node node;
    node.kind = Node::Kind::text;
    node.at = node.text_at = now().at;
    node.end = now().end;
    node.text = now().text;
    node.long_text = now().long_text;
    refuse_bytes();
    next();
    return node;
  }

  Node number_node(bool negative) {
    const Token& t = now();
    Node node;
    node.kind = Node::Kind::number;
    node.at = t.at;
    node.end = t.end;
    node.source = (negative ? "-" : "") + t.text;
    const bool is_hex = t.text.size() > 1 && (t.text[1] == 'x' || t.text[1] == 'X');
    const char* first = t.text.data() + (is_hex ? 2 : 0);
    const char* last = t.text.data() + t.text.size();
    int64_t whole = 0;
    double real = 0;
    if (const auto r = std::from_chars(first, last, whole, is_hex ? 16 : 10); r.ec == std::errc() && r.ptr == last) {
      node.value = Value(negative ? -whole : whole);
    } else {
      const auto d = std::from_chars(first, last, real, is_hex ? std::chars_format::hex : std::chars_format::general);
      if (d.ec != std::errc() || d.ptr != last || !std::isfinite(real)) {
        problem(t.at, "`" + printable(t.text, 40) + "` is no number that can be held", "write a smaller one");
        node.kind = Node::Kind::bad;
      }
      node.value = Value(negative ? -real : real);
    }
    next();
    return node;
  }

  Node word_node(int depth) {
    Node node;
    node.kind = Node::Kind::reference;
    node.at = now().at;
    node.word = now().text;
    node.end = now().end;
    next();
    while (now().is(".")) {
      if (ahead().kind != Kind::name) {
        return stop(ahead().at, "expected a name behind `" + printable(node.word, 40) + ".`", "write a dotted name: metric.memory");
      }
      next();
      node.word += "." + now().text;
      node.end = now().end;
      next();
    }
    if (now().is(":")) return stop(now().at, "a method call", "nothing is called here; write the value itself");
    if (now().is("[")) return stop(now().at, "`[` behind `" + printable(node.word, 40) + "`", "write a dotted name: metric.memory");
    if (now().is("(")) arguments(node, depth);
    else {
      if (now().kind == Kind::text) {
        node.kind = Node::Kind::call;
        node.named = true;
        node.text = now().text;
        node.text_at = now().at;
        refuse_bytes();
        node.long_text = now().long_text;
        node.end = now().end;
        next();
      }
      if (now().is("{")) {
        Node table = table_node(depth);
        node.kind = Node::Kind::call;
        node.has_table = true;
        node.items = std::move(table.items);
        node.inside = std::move(table.inside);
        node.end = table.end;
      }
    }
    if (node.is(Node::Kind::reference))
      if (const auto local = locals_.find(node.word); local != locals_.end()) {
        copied_ += local->second.size;
        if (copied_ > source_limit || depth + local->second.height > depth_limit)
          return stop(node.at, "`" + printable(node.word, 40) + "` makes the value too large", "write what is meant where it is used");
        Node copy = local->second.node;
        copy.at = node.at;
        copy.end = node.end;
        node = std::move(copy);
      }
    if (!stopped_ && (now().is("(") || now().kind == Kind::text || now().is("{")))
      return stop(now().at, shown(now()) + " behind a complete value", "a comma is missing before it, or remove it");
    return node;
  }

  void arguments(Node& node, int depth) {
    const Position opened = now().at;
    node.kind = Node::Kind::call;
    node.has_args = true;
    next();
    while (!stopped_ && !now().is(")")) {
      node.args.push_back(value(depth + 1));
      if (now().is(",")) next();
      else if (!stopped_ && !now().is(")")) stop(opened, "`(` that is never closed", "close it with )");
    }
    node.end = now().end;
    if (!stopped_) next();
  }

  Node function_node() {
    const Token& begin = now();
    Node node;
    node.at = begin.at;
    if (!review_) problem(begin.at, "a function in a file of data", code_cure);
    int blocks = 0;
    do {
      if (opens_block(now())) ++blocks;
      if (closes_block(now())) --blocks;
      node.end = now().end;
      next();
    } while (blocks > 0 && !ended());
    if (blocks > 0) return stop(node.at, "a function that is never ended", "close it with end");
    node.kind = review_ ? Node::Kind::function : Node::Kind::bad;
    return node;
  }

  Node table_node(int depth) {
    Node node;
    node.kind = Node::Kind::table;
    node.at = now().at;
    std::vector<std::pair<std::string, Position>> seen;
    next();
    while (!stopped_ && !now().is("}")) {
      if (ended()) { stop(node.at, "`{` that is never closed", "close it with }"); break; }
      Item item;
      item.before = take_comments();
      item.at = now().at;
      const size_t begin = pos_;
      key(item);
      if (stopped_) break;
      item.value = value(depth + 1);
      if (stopped_) { node.items.push_back(std::move(item)); break; }
      if (item.keyed) {
        for (const auto& [name, at] : seen)
          if (name == item.key) {
            problem(item.at, "field `" + printable(item.key, 40) + "` is given twice", "it stands in line " + std::to_string(at.line) + " already; keep one");
            problems_.back().rule = "field-twice";
          }
        seen.emplace_back(item.key, item.at);
      }
      gather(item.before, begin);
      const int line = item.value.end.line;
      trailing(item, line);
      if (now().is(",") || now().is(";")) { next(); trailing(item, line); }
      else if (!now().is("}")) {
        if (ended()) { stop(node.at, "`{` that is never closed", "close it with }"); break; }
        problem(now().at, "expected `,` or `}`, found " + shown(now()), "separate entries with commas");
        if (!(now().kind == Kind::name || now().kind == Kind::text || now().is("{"))) stop(now().at, "", "");
      }
      node.items.push_back(std::move(item));
    }
    node.inside = take_comments();
    node.end = now().end;
    if (!stopped_) next();
    return node;
  }

  // Comments on the line of the item belong to it.
  void trailing(Item& item, int line) {
    std::vector<Comment>& comments = tokens_[pos_].comments;
    while (!comments.empty() && comments.front().at.line == line && !comments.front().own_line) {
      item.after.push_back(std::move(comments.front()));
      comments.erase(comments.begin());
    }
  }

  void key(Item& item) {
    if (now().kind == Kind::name && ahead().is("=")) {
      item.keyed = true;
      item.key = now().text;
      next();
      next();
    } else if (now().kind == Kind::keyword && ahead().is("=")) {
      item.keyed = true;
      item.key = now().text;
      problem(now().at, "`" + now().text + "` cannot be a name in Lua", "write [\"" + now().text + "\"] = …");
      next();
      next();
    } else if (now().is("[")) {
      if (ahead().kind != Kind::text || !ahead(2).is("]") || !ahead(3).is("=")) {
        stop(now().at, "a key that is not a text", "write name = … or [\"a name\"] = …");
        return;
      }
      item.keyed = true;
      item.key = ahead().text;
      pos_ += 4;
    }
  }

  const std::string& file_;
  Mode mode_;
  bool review_;
  struct Local { Node node; size_t size; int height; };
  std::map<std::string, Local> locals_;
  size_t copied_ = 0;               // nodes and bytes of texts that locals stood for
  std::vector<Token> tokens_;
  std::vector<Diagnostic> problems_;
  size_t pos_ = 0;
  bool broken_ = false, stopped_ = false;
};

}  // namespace

Parsed parse(std::string_view text, const std::string& file) { return Parser(text, file, Mode::sop).run(); }
Parsed parse_data(std::string_view text, const std::string& file) { return Parser(text, file, Mode::data).run(); }
Parsed parse_review(std::string_view text, const std::string& file) { return Parser(text, file, Mode::review).run(); }

}  // namespace inquest::script
