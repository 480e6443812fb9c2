// The catalogue out of files: the shipped library reads without a problem, every broken contract is named.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/catalogue_reader.h"

#include <catch2/catch.hpp>
#include <random>

#include "runtime/base/text.h"

using namespace inquest;

namespace {

std::vector<CatalogueFile> library() {
  const auto files = catalogue_files({"stdlib"}, "");
  REQUIRE(files);
  std::vector<CatalogueFile> out;
  for (const CatalogueFile& file : *files)
    if (!file.path.starts_with("stdlib/review")) out.push_back(file);
  return out;
}

// The problems of one more file, as "line message".
std::vector<std::string> with(const std::string& path, const std::string& text) {
  auto files = library();
  files.push_back({path, text});
  std::vector<std::string> out;
  for (const Diagnostic& problem : read_catalogue(files).problems) out.push_back(std::to_string(problem.at.line) + " " + problem.message);
  return out;
}

// A review whose line 2 is `fields`; what is left out there has a good value.
std::string review(const std::string& fields) {
  std::string text = "return review {\n  " + fields + "\n";
  const std::pair<const char*, const char*> rest[] = {{"version", "1"}, {"doc", "\"d\""}, {"takes", "{ load = \"metric.request_rate\" }"},
      {"yields", "{ up = { subject = { \"service\" }, numbers = { times = \"ratio\" }, lists = {}, says = \"$service\" } }"}, {"run", "function () end"}};
  for (const auto& [name, value] : rest)
    if (fields.find(std::string(name) + " =") == std::string::npos) text += std::string("  ") + name + " = " + value + ",\n";
  return text + "}\n";
}

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("the shipped library reads without a problem") {
  const auto files = catalogue_files({"stdlib"}, "");
  REQUIRE(files);
  const CatalogueRead read = read_catalogue(*files);
  std::string all;
  for (const Diagnostic& problem : read.problems) all += problem.print() + "\n";
  CHECK(all == "");
  CHECK(read.catalogue.word("sop"));
  CHECK(read.catalogue.ask("metric.memory"));
  CHECK(read.catalogue.measure("memory"));
}

TEST_CASE("a contract is read with its slots, options and yields while its code is skipped") {
  auto files = library();
  files.push_back({"x/review/own.lua", R"(-- Own.
local limit = { "service" }
local function helper(a) if a then return { "]]", '"' } end; for i = 1, 2 do while true do break end end return [==[ return review { ]==] end
return review {
  version = 2, doc = "a " .. "b",
  takes = { load = "metric.request_rate", calls = { "spans.calls", optional = true }, any = { shape = "series" } },
  options = { times = number { default = 1.5 }, name = text },
  yields = { up = { subject = limit, numbers = { times = "ratio" }, lists = { "ids" }, says = "$service $times $ids $onset" } },
  run = function (frames) repeat local x = function () end until true; return {} end,
})"});
  const CatalogueRead read = read_catalogue(files);
  for (const Diagnostic& problem : read.problems) UNSCOPED_INFO(problem.print());
  REQUIRE(read.problems.empty());
  const ReviewContract* const own = read.catalogue.review("own");
  REQUIRE(own);
  CHECK(own->version == 2);
  CHECK(own->doc == "a b");
  REQUIRE(own->takes.size() == 3);
  CHECK((own->takes[1].ask == "spans.calls" && own->takes[1].optional));
  CHECK(own->takes[2].shape == "series");
  CHECK(*find(own->options, "times") == Value(Term{"number", {}, {{"default", Value(1.5)}}}));
  CHECK(*find(own->options, "name") == Value(Term{"text"}));
  CHECK(own->yields[0].subject == Said{"service"});
  CHECK(own->yields[0].numbers.at("times") == "ratio");
  CHECK(own->yields[0].lists == Said{"ids"});
}

TEST_CASE("each violation of a review's contract is named with its line") {
  const std::string p = "r/review/own.lua";
  CHECK(with(p, review("version = 1,")) == Said{});
  CHECK(with(p, review("verson = 1, version = 1,")) == Said{"2 unknown field `verson` of review `own`"});
  CHECK(with(p, review("version = \"1\",")) == Said{"2 `version` takes a whole number from 1 to 1000000, not text \"1\""});
  CHECK(with(p, "return review { version = 1, doc = \"d\", takes = {}, yields = { up = { subject = { \"service\" }, says = \"s\" } } }") == Said{"1 review `own` has no `run`"});
  CHECK(with(p, review("takes = { load = \"metric.lod\" },")) == Said{"2 unknown ask `metric.lod` of slot `load`"});
  CHECK(with(p, review("takes = { load = { shape = \"serie\" } },")) == Said{"2 unknown shape `serie` of slot `load`"});
  CHECK(with(p, review("takes = { load = {} },")) == Said{"2 slot `load` takes nothing"});
  CHECK(with(p, review("takes = { load = { \"metric.cpu\", shape = \"series\" } },")) == Said{"2 slot `load` takes an ask and a shape"});
  CHECK(with(p, review("takes = { load = { \"metric.cpu\", optinal = true } },")) == Said{"2 unknown field `optinal` of slot `load`"});
  CHECK(with(p, review("options = { times = numbr },")) == Said{"2 option `times` takes a type, not `numbr`"});
  CHECK(with(p, review("yields = {},")) == Said{"2 review `own` yields no kind"});
  CHECK(with(p, review("yields = { up = { says = \"x\" } },")) == Said{"2 kind `up` has no subject"});
  CHECK(with(p, review("yields = { up = { subject = { \"service\" } } },")) == Said{"2 kind `up` has no sentence"});
  CHECK(with(p, review("yields = { up = { subject = { \"service\" }, says = \"$servce up\" } },")) == Said{"2 $servce in `says` of kind `up` is no field of it"});
  CHECK(with(p, review("yields = { up = { subject = { \"service\" }, numers = {}, says = \"x\" } },")) == Said{"2 unknown field `numers` of kind `up`"});
  CHECK(with(p, review("yields = { Up = { subject = { \"service\" }, says = \"x\" } },")) == Said{"2 name `Up` of a kind: small letters, digits and _ only"});
  CHECK(with(p, review("run = 3,")) == Said{"2 `run` takes a function, not number 3"});
  CHECK(with(p, review("generic = true, yields = { a = { subject = { \"s\" }, says = \"x\" }, b = { subject = { \"s\" }, says = \"x\" } },")) ==
        Said{"2 generic review `own` yields more than one kind"});
  CHECK(with(p, "return { version = 1 }") == Said{"1 a review file returns a review"});
  CHECK(with(p, "local x = 1") == Said{"1 the file returns no review"});
  CHECK(with("r/review/Own File.lua", review("version = 1,")) == Said{"1 file name `Own File` of a review: small letters, digits and _ only"});
}

TEST_CASE("a slot that is an option too is refused") {
  CHECK(with("r/review/own.lua", review("options = { load = number },")) == Said{"5 `load` is a slot and an option"});
}

TEST_CASE("two reviews of one name are refused, naming both files") {
  auto files = library();
  files.push_back({"a/review/own.lua", review("version = 1,")});
  files.push_back({"b/review/own.lua", review("version = 1,")});
  const CatalogueRead read = read_catalogue(files);
  REQUIRE(read.problems.size() == 1);
  CHECK(read.problems[0].file == "b/review/own.lua");
  CHECK(read.problems[0].message == "review `own` exists already in a/review/own.lua");
}

TEST_CASE("what reviews share is read from lib by the stem of its file, and a name given twice names both files") {
  auto files = library();
  files.push_back({"x/lib/own.lua", "return 1"});
  const CatalogueRead read = read_catalogue(files);
  CHECK(read.problems.empty());
  REQUIRE(!read.catalogue.modules.empty());
  CHECK(read.catalogue.modules.back().name == "own");
  CHECK(read.catalogue.modules.back().file == "x/lib/own.lua");
  CHECK(with("x/lib/shift.lua", "return 1") == Said{"1 module `shift` exists already in stdlib/lib/shift.lua"});
  CHECK(with("x/lib/Big.lua", "return 1") == Said{"1 file name `Big` of a module: small letters, digits and _ only"});
}

TEST_CASE("what is no Lua in the body of a review or in a module is told with its line, and nothing is run") {
  CHECK(with("x/review/own.lua", review("run = function () local x = = 3 end,")) == Said{"2 unexpected symbol near '='"});
  CHECK(with("x/review/own.lua", review("run = function () error(\"run\") end,")).empty());
  CHECK(with("x/lib/own.lua", "local a = 1\nreturn function () a b end") == Said{"2 '=' expected near 'b'"});
  CHECK(with("x/lib/own.lua", "error(\"run\")").empty());
}

TEST_CASE("a measure beside a SOP gets an ask of its own") {
  auto files = library();
  files.push_back({"x/measures/queue.lua", "return measure { unit = \"1\", doc = \"Waiting.\", names = { { metric = \"queue.size\", select = { kind = \"a\" }, only = { [\"b.c\"] = { \"d\" } } } } }"});
  const CatalogueRead read = read_catalogue(files);
  REQUIRE(read.problems.empty());
  REQUIRE(read.catalogue.ask("metric.queue"));
  CHECK(read.catalogue.ask("metric.queue")->measure == "queue");
  const Measure* const measure = read.catalogue.measure("queue");
  REQUIRE(measure);
  CHECK(measure->names[0].unit == "1");
  CHECK(measure->names[0].select.at("kind") == "a");
  CHECK(measure->names[0].only.at("b.c") == Said{"d"});
}

TEST_CASE("mistakes in asks and measures are named with their line") {
  CHECK(with("x/measures/queue.lua", "return measure { unit = \"1\",\n doc = \"d\", nams = {}, names = { { metrc = \"x\" } } }") ==
        Said{"2 unknown field `nams` of measure `queue`", "2 a name of a measure has no `metric`", "2 unknown field `metrc` of a name of a measure"});
  CHECK(with("x/measures/queue.lua", "return measure { unit = \"1\", doc = \"d\", names = { { metric = \"x\", kind = \"guage\" } } }") == Said{"1 unknown kind `guage`"});
  CHECK(with("x/ask/own.lua", "return { { kind = \"own.x\", signal = \"metric\", shape = \"series\", doc = \"d\" } }") == Said{"1 unknown signal `metric`"});
  CHECK(with("x/ask/own.lua", "return { { kind = \"spans.calls\", signal = \"spans\", shape = \"table\", doc = \"d\" } }") == Said{"1 ask `spans.calls` has two rows"});
  CHECK(with("x/ask/own.lua", "return { { kind = \"own.x\", signal = \"spans\", shape = \"table\", doc = \"d\", required = { \"y\" } } }") ==
        Said{"1 required option `y` of `own.x` is not among its options"});
}

TEST_CASE("a library without words is refused with its place") {
  const auto read = load_catalogue({"tests/check"}, "");
  REQUIRE_FALSE(read);
  CHECK(read.error().code == Code::not_found);
}

TEST_CASE("random changes of the library's files never crash the reader") {
  const auto files = catalogue_files({"stdlib"}, "tests/check");
  REQUIRE(files);
  std::mt19937 random(7);
  const std::string bits[] = {"{", "}", "\"", "[[", "]]", "=", ",", "return", "function", "end", "local x = ", "--[[", "..", "if ", "repeat", "until", "(", ")", "nil"};
  size_t told = 0;
  for (int i = 0; i < 100; ++i) {
    auto changed = *files;
    for (int k = 0; k < 3; ++k) {
      std::string& text = changed[random() % changed.size()].text;
      const size_t at = random() % text.size();
      if (random() % 2) text.insert(at, bits[random() % std::size(bits)]);
      else text.erase(at, random() % 30);
      if (text.empty()) text = " ";
    }
    told += read_catalogue(changed).problems.empty() ? 0 : 1;
  }
  CHECK(told > 30);
}
