// The generated stubs and the reference page: complete, and what is checked in is what the words give today.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/meta/meta.h"

#include <catch2/catch.hpp>

#include "bindings/script/catalogue_reader.h"
#include "bindings/script/lexer.h"
#include "runtime/base/text.h"

using namespace inquest;

namespace {

Catalogue full() {
  const auto files = catalogue_files({"stdlib"}, "tests/check");
  REQUIRE(files);
  return read_catalogue(*files).catalogue;
}

}  // namespace

TEST_CASE("the checked-in editor stubs are what the words give today") {
  const auto text = read_file("bindings/meta/inquest.d.lua");
  REQUIRE(text);
  CHECK(*text == make_stubs(words_only(full())));
}

TEST_CASE("the checked-in reference page is what the words give today") {
  const auto text = read_file("docs/language.md");
  REQUIRE(text);
  CHECK(*text == make_reference(words_only(full())));
}

TEST_CASE("the stubs define every word that can be written, and are Lua text") {
  const Catalogue catalogue = full();
  const std::string stubs = make_stubs(catalogue);
  CHECK(script::lex(stubs, "inquest.d.lua").problems.empty());
  for (const WordRow& word : catalogue.words) {
    if (word.word.find(' ') != std::string::npos) continue;
    INFO(word.word);
    CHECK((stubs.find("\nfunction " + word.word + "(") != std::string::npos || stubs.find("\n" + word.word + " = nil") != std::string::npos));
  }
}

TEST_CASE("with a full catalogue the stubs and the page list its asks, measures and reviews") {
  const Catalogue catalogue = full();
  const std::string stubs = make_stubs(catalogue), page = make_reference(catalogue);
  for (const AskRow& row : catalogue.asks) CHECK(page.find("| `" + row.kind + "` |") != std::string::npos);
  for (const ReviewContract& review : catalogue.reviews) {
    CHECK(stubs.find("---@field " + review.name + " ") != std::string::npos);
    CHECK(page.find("| `" + review.name + "` |") != std::string::npos);
  }
  CHECK(page.find("| `memory` | By |") != std::string::npos);
}

TEST_CASE("every word and every field is documented") {
  for (const WordRow& word : full().words) {
    INFO(word.word);
    CHECK_FALSE(word.doc.empty());
    CHECK_FALSE(word.example.empty());
    CHECK_FALSE(word.since.empty());
    for (const FieldRow& field : word.fields) {
      INFO(field.name);
      CHECK_FALSE(field.doc.empty());
      CHECK_FALSE(field.since.empty());
    }
  }
}

TEST_CASE("every type of a field is explained") {
  const Catalogue catalogue = full();
  for (const WordRow& word : catalogue.words)
    for (const FieldRow& field : word.fields) {
      bool known = false;
      for (const TypeRow& type : catalogue.types) known = known || type.type == field.type;
      INFO(word.word + "." + field.name);
      CHECK(known);
    }
}
