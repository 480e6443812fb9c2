// The SOP subset: parse and print are inverse, positions are exact, hostile text ends in a message.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/syntax.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <random>

#include "bindings/script/catalogue_reader.h"
#include "bindings/script/reader.h"
#include "runtime/base/text.h"

using namespace inquest;
using namespace inquest::script;

namespace {

std::vector<std::string> good_texts() {
  std::vector<std::string> paths, out;
  for (const auto& entry : std::filesystem::directory_iterator("tests/check/good")) paths.push_back(entry.path().string());
  paths.push_back("sops/memory_leak/sop.lua");
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    auto text = read_file(path);
    REQUIRE(text);
    out.push_back(std::move(*text));
  }
  return out;
}

Node root(const std::string& text) {
  Parsed parsed = parse(text, "f.lua");
  for (const Diagnostic& problem : parsed.problems) UNSCOPED_INFO(problem.print());
  REQUIRE(parsed.problems.empty());
  return parsed.tree->root;
}

std::string first_problem(const std::string& text) {
  const Parsed parsed = parse(text, "f.lua");
  return parsed.problems.empty() ? "none" : std::to_string(parsed.problems[0].at.line) + ":" + std::to_string(parsed.problems[0].at.column) + " " + parsed.problems[0].message;
}

std::string repeat(const std::string& text, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("parsing the printed tree of every good file gives the same tree, comments included") {
  for (const std::string& text : good_texts()) {
    const Parsed first = parse(text, "f.lua");
    REQUIRE(first.problems.empty());
    const std::string printed = print_tree(*first.tree);
    const Parsed second = parse(printed, "f.lua");
    INFO(printed);
    REQUIRE(second.problems.empty());
    CHECK(*second.tree == *first.tree);
    CHECK(print_tree(*second.tree) == printed);
  }
}

TEST_CASE("texts with brackets, quotes, backslashes and line ends survive printing") {
  for (const std::string content : {"a]b", "a]]b", "]=]", "ends with ]", "\nbegins with a line end", "\"quoted\" \\ back", "tab\tand\nline", "]==]]=]]]"})
    for (const bool long_text : {false, true}) {
      Tree tree;
      tree.root.kind = Node::Kind::text;
      tree.root.text = content;
      tree.root.long_text = long_text;
      const std::string printed = print_tree(tree);
      INFO(printed);
      CHECK(root(printed).text == content);
    }
}

TEST_CASE("every field and value has the position at which it stands") {
  const Node node = root("return sop \"x\" {\n  g = 1, b = word \"n\" {\n    c = [[d]] },\n}\n");
  CHECK(node.at == Position{1, 8});
  CHECK(node.text_at == Position{1, 12});
  CHECK(node.end == Position{4, 2});
  REQUIRE(node.field("b"));
  CHECK(node.field("b")->at == Position{2, 10});
  const Node& word = node.field("b")->value;
  CHECK(word.at == Position{2, 14});
  CHECK(word.text_at == Position{2, 19});
  REQUIRE(word.field("c"));
  CHECK(word.field("c")->at == Position{3, 5});
  CHECK(word.field("c")->value.at == Position{3, 9});
}

TEST_CASE("columns count code points") {
  const Node node = root("return { a = \"äöü\", b = metric.memory {} }");
  REQUIRE(node.field("b"));
  CHECK(node.field("b")->at == Position{1, 21});
  CHECK(node.field("b")->value.at == Position{1, 25});
}

TEST_CASE("a comment before a field, behind it and before the closing brace stays with its place") {
  const Node node = root("return {\n  -- before\n  a = 1, -- behind\n  -- last\n}");
  REQUIRE(node.items.size() == 1);
  CHECK(node.items[0].before.at(0).text == "-- before");
  CHECK(node.items[0].after.at(0).text == "-- behind");
  CHECK(node.inside.at(0).text == "-- last");
}

TEST_CASE("integers stay integers up to 64 bits and numbers beyond a double are refused") {
  CHECK(root("return 9007199254740993").value == Value(int64_t{9007199254740993}));
  CHECK(root("return -3").value == Value(int64_t{-3}));
  CHECK(root("return 0xff").value == Value(int64_t{255}));
  CHECK(root("return 1e3").value == Value(1000.0));
  CHECK(first_problem("return 1e999") == "1:8 `1e999` is no number that can be held");
}

TEST_CASE("escapes give their characters and bytes that are no text are refused") {
  CHECK(root("return \"a\\n\\t\\\"\\065\\x42\\u{e9}\\z   c\"").text == "a\n\t\"AB\u00e9c");
  CHECK(first_problem("return \"\\0\"") == "1:8 an escape for a byte that is no text");
  CHECK(first_problem("return \"\\q\"") == "1:9 `\\q` is no escape");
}

TEST_CASE("each statement before the value is told") {
  const Parsed parsed = parse("local a = 1\nx = 2\nfor i = 1, 2 do y() end\nreturn sop \"x\" {}", "f.lua");
  std::vector<int> lines;
  for (const Diagnostic& problem : parsed.problems) lines.push_back(problem.at.line);
  CHECK(lines == std::vector<int>{1, 2, 3});
  CHECK(parsed.tree.has_value());
}

TEST_CASE("deep nesting, unclosed braces and long rows of operators end in a message") {
  for (const std::string& open : {std::string("{"), std::string("a{"), std::string("a("), std::string("not "), std::string("-"), std::string("{a="), std::string("#"), std::string("1+")}) {
    const std::string text = "return " + repeat(open, 100'000);
    const Parsed parsed = parse(text.substr(0, source_limit), "f.lua");
    CHECK_FALSE(parsed.problems.empty());
  }
  CHECK(parse("return " + repeat("{", 60) + repeat("}", 60), "f.lua").problems.empty());
}

TEST_CASE("a text of 256 KB is read and one above is refused") {
  const std::string filled = "return \"" + std::string(source_limit - 9, 'a') + "\"";
  CHECK(parse(filled, "f.lua").problems.empty());
  CHECK(first_problem(filled + " ") == "1:1 a file of 262 kB is too large");
}

TEST_CASE("NUL bytes and broken UTF-8 are refused with their place") {
  CHECK(first_problem(std::string("return \"a\0b\"", 12)) == "1:10 a NUL byte in the text");
  CHECK(first_problem("return \"\xff\"") == "1:9 bytes that are not UTF-8");
  CHECK(first_problem("-- \xc0\x80\nreturn 1") == "1:4 bytes that are not UTF-8");
  CHECK(first_problem("return \xed\xa0\x80") == "1:8 `\\u{ed}` is no part of the language");
}

TEST_CASE("random changes of the good files never crash the reader") {
  const auto files = catalogue_files({"stdlib"}, "tests/check");
  REQUIRE(files);
  const CatalogueRead read = read_catalogue(*files);
  std::mt19937 random(20261121);
  const std::string nul(1, '\0');
  const std::string bits[] = {"{", "}", "\"", "[[", "]]", "=", ",", "return", "function", "end", "local x =", "--[[", "..", "todo", "on", nul, "$", "(", ")", "nil", "top = 1", "next", "done"};
  size_t told = 0, runs = 0;
  for (const std::string& text : good_texts())
    for (int i = 0; i < 120; ++i) {
      std::string changed = text;
      for (unsigned k = 0; k <= random() % 4; ++k) {
        const size_t at = random() % changed.size();
        switch (random() % 4) {
          case 0: changed.erase(at, random() % 20); break;
          case 1: changed.insert(at, bits[random() % std::size(bits)]); break;
          case 2: changed[at] = static_cast<char>(random() % 256); break;
          default: changed.insert(at, changed.substr(random() % changed.size(), random() % 60));
        }
        if (changed.empty()) changed = " ";
      }
      ++runs;
      told += check_text(changed, "f.lua", read.catalogue).empty() ? 0 : 1;
    }
  CHECK(told > runs / 2);
}

TEST_CASE("locals of a data file stand for their values and texts are joined") {
  const auto value = read_data("local all = { \"a\", \"b\" }\nlocal n = number { default = 1 }\nreturn { x = all, y = \"c\" .. \"d\", z = n }", "f.lua");
  REQUIRE(value);
  CHECK(print_value(*value) == "x = a, b, y = cd, z = number { default = 1 }");
}

TEST_CASE("locals that multiply are stopped") {
  std::string text = "local a = { 1, 1 }\n", texts = "local a = \"xxxxxxxxxx\"\n", deep = "local a = {}\n";
  for (int i = 0; i < 60; ++i) text += "local a = { a, a }\n";
  for (int i = 0; i < 60; ++i) texts += "local a = a .. a\n";
  for (int i = 0; i < 200; ++i) deep += "local a = { a }\n";
  for (const std::string& hostile : {text, texts, deep}) CHECK_FALSE(read_data(hostile + "return a", "f.lua"));
}
