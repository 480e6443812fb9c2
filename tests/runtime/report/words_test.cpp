// Words: every phrase of the writers in every language, with the same slots; every key that a writer uses exists.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/words.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <regex>
#include <set>

#include "runtime/base/text.h"

namespace inquest {
namespace {

std::multiset<std::string> slots(const std::string& text) {
  static const std::regex slot("\\{[0-9]\\}");
  return {std::sregex_token_iterator(text.begin(), text.end(), slot), std::sregex_token_iterator()};
}

}  // namespace

TEST_CASE("every phrase is there in English, Portuguese and Spanish, with the same slots") {
  REQUIRE(phrases().size() > 200);
  for (const Wording& row : phrases()) {
    INFO(row.key);
    for (const char* const text : {row.en, row.pt, row.es}) {
      CHECK(!std::string_view(text).empty());
      CHECK(printable(text) == text);
      CHECK(slots(text) == slots(row.en));
    }
  }
}

TEST_CASE("no key stands twice") {
  std::set<std::string> keys;
  for (const Wording& row : phrases()) {
    INFO(row.key);
    CHECK(keys.insert(row.key).second);
  }
}

TEST_CASE("every key that a writer uses has its row") {
  std::set<std::string> keys;
  for (const Wording& row : phrases()) keys.insert(row.key);
  static const std::regex call("\\bwords?_?(?:\\.text)?\\(\"([^\"]+)\""), many("\\bwords_?\\.plural\\(\"([^\"]+)\"");
  size_t used = 0;
  std::vector<std::filesystem::path> files;
  for (const char* const folder : {"/runtime/report", "/runtime/cli"})
    for (const auto& entry : std::filesystem::directory_iterator(INQUEST_SOURCE_DIR + std::string(folder)))
      if (entry.path().extension() == ".cpp") files.push_back(entry.path());
  for (const std::filesystem::path& file : files) {
    const auto text = read_file(file.string());
    REQUIRE(text);
    INFO(file.string());
    for (auto at = std::sregex_iterator(text->begin(), text->end(), call); at != std::sregex_iterator(); ++at, ++used) {
      INFO((*at)[1].str());
      CHECK(keys.count((*at)[1].str()));
    }
    for (auto at = std::sregex_iterator(text->begin(), text->end(), many); at != std::sregex_iterator(); ++at, ++used) {
      INFO((*at)[1].str());
      CHECK(keys.count((*at)[1].str() + ".one"));
      CHECK(keys.count((*at)[1].str() + ".many"));
    }
  }
  CHECK(used > 0);
}

TEST_CASE("a language with a region and an encoding is the language, any other is English") {
  CHECK(Words("pt_BR.UTF-8")("page.findings") == "Achados");
  CHECK(Words("ES-mx")("page.findings") == "Hallazgos");
  for (const char* const other : {"", "C", "fr", "p", "pta", "en_GB"}) CHECK(Words(other)("page.findings") == "Findings");
  CHECK(known_language("fr").empty());
  CHECK(known_language("pt-PT") == "pt");
}

TEST_CASE("slots are filled with texts as they came, in the order of the language") {
  const Words words("en");
  CHECK(words("judged.at", "leak {1} {0}", std::string("service=x")) == "leak {1} {0} at service=x");
  CHECK(words("page.steps_of", 200, size_t{412}) == "200 of 412 steps");
  CHECK(words("no such key") == "no such key");
}

TEST_CASE("plurals follow the number, which keeps groups of three in every language") {
  CHECK(Words("en").plural("count.rows", 1) == "1 row");
  CHECK(Words("pt").plural("count.rows", 27953) == "27 953 linhas");
  CHECK(Words("es").plural("count.rows", 0) == "0 filas");
  CHECK(Words("es").list({"a", "b", "c"}) == "a, b y c");
}

TEST_CASE("a table that was made in English has its heads and notes in the language, its cells as they are") {
  const Words words("pt");
  CHECK(words.again("table.", "12 of 60 series: those that changed most") == "12 de 60 séries: as que mais mudaram");
  CHECK(words.again("table.", "service") == "serviço");
  CHECK(words.again("table.", "something else") == "something else");
  CHECK(Words("en").again("table.", "service") == "service");
}

TEST_CASE("a word of a closed list translates, an unknown one stands as it is") {
  CHECK(Words("es").of("kind", "review") == "Revisión");
  CHECK(Words("es").of("kind", "seance") == "seance");
}

}  // namespace inquest
