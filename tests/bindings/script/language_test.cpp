// Languages: every sentence, cause, cure and text of the shipped library and SOP in Portuguese and Spanish, slot by slot.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/language.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include <unistd.h>

#include "bindings/script/catalogue_reader.h"
#include "bindings/script/reader.h"
#include "runtime/base/text.h"
#include "runtime/machine/sentence.h"

using namespace inquest;
namespace fs = std::filesystem;

namespace {

const Catalogue& language_catalogue() {
  static const Catalogue value = [] {
    const auto files = catalogue_files({"stdlib"}, "");
    REQUIRE(files);
    return read_catalogue(*files).catalogue;
  }();
  return value;
}

Sop memory_leak() {
  const auto text = read_file("sops/memory_leak/sop.lua");
  REQUIRE(text);
  Read read = read_sop(*text, "sops/memory_leak/sop.lua", language_catalogue());
  REQUIRE(read.sop);
  return *read.sop;
}

script::Translation translated_to(const std::string& lang, Sop* sop) {
  return script::translate(lang, "stdlib", "sops/memory_leak", language_catalogue(), sop);
}

std::multiset<std::string> slots(const std::string& text) {
  static const std::regex slot("\\$[a-z0-9_]+(\\.[a-z][a-z0-9_]*)?");
  return {std::sregex_token_iterator(text.begin(), text.end(), slot), std::sregex_token_iterator()};
}

// The texts between quotes of a line of Lua.
std::vector<std::string> quoted(const std::string& line) {
  static const std::regex text("\"((?:[^\"\\\\]|\\\\.)*)\"");
  std::vector<std::string> out;
  for (auto at = std::sregex_iterator(line.begin(), line.end(), text); at != std::sregex_iterator(); ++at)
    out.push_back(std::regex_replace((*at)[1].str(), std::regex("\\\\(.)"), "$1"));
  return out;
}

struct TempFolder {
  fs::path path;
  explicit TempFolder(const std::string& name) : path(fs::temp_directory_path() / (name + std::to_string(::getpid()))) {
    fs::create_directories(path / "lang");
  }
  ~TempFolder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
};

}  // namespace

TEST_CASE("every finding of the library has its sentence in Portuguese and Spanish, with the same slots") {
  REQUIRE(language_catalogue().reviews.size() >= 18);
  for (const char* const lang : {"pt", "es"}) {
    Sop sop = memory_leak();
    const script::Translation translation = translated_to(lang, &sop);
    for (const ReviewContract& contract : language_catalogue().reviews)
      for (const Yield& yield : contract.yields) {
        INFO(lang << " " << contract.name << " " << yield.kind);
        const auto says = translation.sentences.find(yield.kind);
        REQUIRE(says != translation.sentences.end());
        CHECK(slots(says->second) == slots(yield.says));
        CHECK(says->second != yield.says);
      }
  }
}

TEST_CASE("Portuguese and Spanish have the same sentences and texts, with the slots of the English") {
  Sop one = memory_leak(), other = memory_leak();
  const auto pt = translated_to("pt", &one).sentences, es = translated_to("es", &other).sentences;
  std::set<std::string> kinds;
  for (const ReviewContract& contract : language_catalogue().reviews)
    for (const Yield& yield : contract.yields) kinds.insert(yield.kind);
  REQUIRE(pt.size() > 100);
  for (const auto& [key, text] : pt) {
    INFO(key);
    const std::string prefix = texts_prefix;
    const bool is_text = key.rfind(prefix, 0) == 0;
    CHECK(es.count(key));
    if (is_text) {
      CHECK(slots(key) == slots(text));
      CHECK(es.count(key) * slots(key).size() == slots(es.count(key) ? es.at(key) : "").size());
    } else {
      CHECK(kinds.count(key));   // no sentence of a kind that nothing yields
    }
  }
  CHECK(pt.size() == es.size());
}

TEST_CASE("every cause and cure that a review of the library tells has a translation") {
  Sop sop = memory_leak();
  const auto sentences = translated_to("pt", &sop).sentences;
  size_t checked = 0;
  for (const auto& entry : fs::directory_iterator("stdlib/review")) {
    const auto text = read_file(entry.path().string());
    REQUIRE(text);
    for (const std::string& line : split(*text, '\n')) {
      static const std::regex tells("\\b(why|cure)\\b");
      if (!std::regex_search(line, tells) || line.find(":each(") != std::string::npos || line.find("groups(") != std::string::npos) continue;
      for (const std::string& part : quoted(line)) {
        if (part.find(' ') == std::string::npos || trim(part).find(' ') == std::string::npos) continue;   // names
        const std::string own = trim(part);
        const bool known = std::any_of(sentences.begin(), sentences.end(), [&](const auto& s) {
          return s.first.rfind(texts_prefix, 0) == 0 && s.first.find(own) != std::string::npos;
        });
        INFO(entry.path().filename().string() << ": " << own);
        CHECK(known);
        ++checked;
      }
    }
  }
  CHECK(checked > 50);
}

TEST_CASE("the memory-leak SOP is whole in Portuguese and Spanish, with the slots of the English") {
  const Sop english = memory_leak();
  for (const char* const lang : {"pt", "es_ES.UTF-8"}) {
    Sop sop = memory_leak();
    const script::Translation translation = translated_to(lang, &sop);
    std::vector<std::string> missing;
    for (const Diagnostic& d : translation.missing) missing.push_back(d.message);
    CHECK(join(missing, " | ") == "");
    CHECK(translation.lang == std::string(lang).substr(0, 2));
    CHECK(sop.title != english.title);
    REQUIRE(sop.states.size() == english.states.size());
    for (size_t i = 0; i < sop.states.size(); ++i) {
      INFO(lang << " " << sop.states[i].name);
      CHECK(sop.states[i].name == english.states[i].name);   // names and labels never translate
      CHECK(slots(sop.states[i].say) == slots(english.states[i].say));
      CHECK((english.states[i].say.empty() || sop.states[i].say != english.states[i].say));
      for (size_t e = 0; e < sop.states[i].edges.size(); ++e) CHECK(sop.states[i].edges[e].label == english.states[i].edges[e].label);
    }
    for (size_t i = 0; i < sop.hypotheses.size(); ++i) {
      CHECK(slots(sop.hypotheses[i].say) == slots(english.hypotheses[i].say));
      CHECK(sop.hypotheses[i].say != english.hypotheses[i].say);
    }
  }
}

TEST_CASE("a missing key shows English and is told") {
  const TempFolder folder("inquest_language_");
  folder.write("lang/pt.lua", "return { title = \"Título\", overview = { title = \"Visão\" } }\n");
  Sop sop = memory_leak();
  const std::string say = sop.states[0].say;
  const script::Translation translation = script::translate("pt", "stdlib", folder.path.string(), language_catalogue(), &sop);
  CHECK(sop.title == "Título");
  CHECK(sop.states[0].title == "Visão");
  CHECK(sop.states[0].say == say);
  CHECK(std::any_of(translation.missing.begin(), translation.missing.end(),
                    [](const Diagnostic& d) { return d.warning && d.message == "no `overview`.say"; }));
}

TEST_CASE("a cause takes the form that says most of it, with what stands in its slots") {
  Sop sop = memory_leak();
  const auto pt = translated_to("pt", &sop).sentences;
  CHECK(translated(pt, "no request rate of cart") == "nenhuma taxa de requisições de cart");
  CHECK(translated(pt, "0 slow and 1 fast rows, at least 5 of each are needed") ==
        "0 linhas lentas e 1 rápidas, são precisas ao menos 5 de cada");
  CHECK(translated(pt, "12 finite samples, at least 8 are needed") == "12 amostras finitas, são precisas ao menos 8");
  CHECK(translated(pt, "a text that nobody wrote") == "a text that nobody wrote");
  CHECK(translated({}, "a longer window") == "a longer window");
  CHECK(translated(pt, "no request rate of $2 $1") == "nenhuma taxa de requisições de $2 $1");   // hostile names stay data
}
