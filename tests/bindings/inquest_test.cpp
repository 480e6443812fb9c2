// The embedding API on sources: a configuration file gives sources and signals, and a run uses them.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/inquest.h"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace inquest;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("inquest_api_" + std::to_string(getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const char* name, const std::string& text) const {
    std::ofstream(path / name) << text;
    return (path / name).string();
  }
};
std::unique_ptr<Inquest> opened() {
  Settings settings;
  settings.home = INQUEST_SOURCE_DIR;
  auto out = Inquest::open(settings);
  REQUIRE(out.ok());
  return std::move(*out);
}

}  // namespace

TEST_CASE("a configuration file gives the sources of a program, and its words on signals decide between them") {
  const Folder folder;
  const std::string replay = std::string(INQUEST_SOURCE_DIR) + "/sops/memory_leak/replay";
  const std::string file = folder.file("inquest.yaml", "sources:\n  - {name: one, kind: otlp, at: '" + replay + "'}\n  - {name: two, kind: otlp, at: '" + replay +
                                                           "'}\nsignals: {metrics: one, spans: two, logs: two}\n");
  auto inquest = opened();
  const auto notes = inquest->add_sources(file);
  if (!notes) FAIL(notes.error().print());
  CHECK(notes->empty());
  CHECK(inquest->sources().size() == 2);
  auto procedure = inquest->load("memory_leak");
  REQUIRE(procedure.ok());
  const auto plan = inquest->plan(**procedure, {});
  if (!plan) FAIL(plan.error().print());
  REQUIRE(plan->asks.size() == 13);
  CHECK(plan->asks.front().source == "one");
  CHECK(plan->asks.back().source == "two");
}

TEST_CASE("a datasource that is not used is told to the program") {
  const Folder folder;
  auto inquest = opened();
  const auto notes = inquest->add_sources(folder.file("datasources.yaml", "datasources:\n  - {name: l, type: loki, url: 'http://x'}\n"), true);
  REQUIRE(notes.ok());
  REQUIRE(notes->size() == 1);
  CHECK((*notes)[0].find("datasource `l` is not used") == 0);
}

TEST_CASE("a SOP is one's own by its folder") {
  auto inquest = opened();
  auto shipped = inquest->load("memory_leak");
  REQUIRE(shipped.ok());
  CHECK(inquest->own(**shipped));
  const Folder folder;
  auto strange = inquest->load(folder.file("sop.lua", "return sop \"x\" { title = \"X\", start = \"go\", info \"a\" { say = \"b\", on \"end\" { to = \"done\" } } }\n"));
  REQUIRE(strange.ok());
  CHECK_FALSE(inquest->own(**strange));
}
