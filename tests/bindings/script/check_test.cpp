// Every file of tests/check/bad gives exactly its message, every one of tests/check/good none.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "bindings/script/catalogue_reader.h"
#include "bindings/script/reader.h"
#include "runtime/base/text.h"

using namespace inquest;

namespace {

// Words, asks and measures of the library with the reviews of tests/check/review only.
const Catalogue& catalogue() {
  static const Catalogue value = [] {
    const auto files = catalogue_files({"stdlib"}, "tests/check");
    REQUIRE(files);
    std::vector<CatalogueFile> kept;
    for (const CatalogueFile& file : *files)
      if (!file.path.starts_with("stdlib/review")) kept.push_back(file);
    CatalogueRead read = read_catalogue(kept);
    REQUIRE(read.problems.empty());
    return std::move(read.catalogue);
  }();
  return value;
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".lua") out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Diagnostic> problems(const std::string& path) {
  const auto text = read_file(path);
  REQUIRE(text);
  return check_text(*text, path, catalogue());
}

}  // namespace

TEST_CASE("every bad file gives exactly the message of its first line") {
  const auto files = files_in("tests/check/bad");
  REQUIRE(files.size() >= 100);
  for (const std::string& path : files) {
    const auto text = read_file(path);
    REQUIRE(text);
    const std::string first = text->substr(0, text->find('\n'));
    REQUIRE(first.starts_with("-- expect: "));
    std::vector<std::string> given;
    for (const Diagnostic& problem : problems(path)) given.push_back(std::to_string(problem.at.line) + ": " + problem.message);
    CHECK(path + " " + join(given, " | ") == path + " " + first.substr(11));
  }
}

TEST_CASE("every problem names its file, its place, a rule and a cure") {
  for (const std::string& path : files_in("tests/check/bad"))
    for (const Diagnostic& problem : problems(path)) {
      INFO(problem.print());
      CHECK(problem.file == path);
      CHECK((problem.at.line > 0 && problem.at.column > 0));
      CHECK_FALSE(problem.rule.empty());
      CHECK_FALSE(problem.cure.empty());
    }
}

TEST_CASE("every rule of check has a bad file") {
  std::set<std::string> given;
  for (const std::string& path : files_in("tests/check/bad"))
    for (const Diagnostic& problem : problems(path)) given.insert(problem.rule);
  for (const std::string& rule : check_rules()) CHECK((given.count(rule) ? rule : rule + " has no bad file") == rule);
}

TEST_CASE("every good file passes") {
  const auto files = files_in("tests/check/good");
  REQUIRE(files.size() >= 30);
  for (const std::string& path : files) {
    std::string all;
    for (const Diagnostic& problem : problems(path)) all += problem.print() + "\n";
    CHECK(path + "\n" + all == path + "\n");
  }
}

TEST_CASE("diagnostics print as file, line and column with the cure below, and as JSON with the same fields") {
  const Diagnostic d{"sops/x/sop.lua", {12, 5}, "unknown-target", "unknown target `jugde`", "did you mean `judge`?"};
  CHECK(d.print() == "sops/x/sop.lua:12:5: unknown target `jugde`\n  did you mean `judge`?");
  CHECK(diagnostics_json({d}).dump() ==
        R"([{"file":"sops/x/sop.lua","line":12,"column":5,"rule":"unknown-target","message":"unknown target `jugde`","cure":"did you mean `judge`?","severity":"error"}])");
}

TEST_CASE("a file with several mistakes gives all of them in the order of the text") {
  const std::string text =
      "return sop \"x\" {\n  start = 3,\n  info \"a\" { sya = \"x\", say = \"y\", on \"b\" { to = \"c\", too = 1 } },\n  qeury \"c\" {},\n}\n";
  std::vector<std::string> given;
  for (const Diagnostic& problem : check_text(text, "f.lua", catalogue())) given.push_back(std::to_string(problem.at.line) + " " + problem.rule);
  CHECK(given == std::vector<std::string>{"2 wrong-type", "3 unknown-field", "3 unknown-field", "4 unknown-word"});
}

TEST_CASE("a file with thousands of mistakes gives the first hundred of them") {
  std::string text = "return sop \"x\" {\n  start = \"s\",\n";
  for (int i = 0; i < 400; ++i) {
    text += "  suggest \"s" + std::to_string(i) + std::string(30, 'a') + "\" { say = \"x\", ";
    for (int k = 0; k < 3; ++k) text += "on \"" + std::to_string(k) + "\" { to = \"" + std::string(30, 'b') + std::to_string(i) + "\" }, ";
    text += "},\n";
  }
  text += "}\n";
  REQUIRE(text.size() < (size_t{256} << 10));
  CHECK(check_text(text, "f.lua", catalogue()).size() == 100);
}

TEST_CASE("every shipped SOP passes with the shipped library") {
  size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator("sops")) {
    const std::string folder = entry.path().string(), path = folder + "/sop.lua";
    const auto text = read_file(path);
    if (!text) continue;
    ++seen;
    const auto full = load_catalogue({"stdlib"}, folder);
    if (!full) FAIL(full.error().print());
    std::string all;
    for (const Diagnostic& problem : check_text(*text, path, *full)) all += problem.print() + "\n";
    CHECK(all == "");
  }
  CHECK(seen >= 1);
}
