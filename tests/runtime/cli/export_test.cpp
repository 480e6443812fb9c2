// What `export json` writes is the SOP: read back, it is equal, for every SOP of the repository.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <filesystem>

#include "bindings/inquest.h"
#include "runtime/model/sop_json.h"

using namespace inquest;
namespace fs = std::filesystem;

TEST_CASE("a SOP that was exported as JSON and read back is the same SOP", "[export]") {
  Settings settings;
  settings.home = INQUEST_SOURCE_DIR;
  settings.sops = {std::string(INQUEST_SOURCE_DIR) + "/examples"};
  auto inquest = Inquest::open(settings);
  REQUIRE(inquest);
  size_t seen = 0;
  for (const SopPlace& place : (*inquest)->list()) {
    INFO(place.file);
    auto procedure = (*inquest)->load(place.file);
    REQUIRE(procedure);
    REQUIRE((*procedure)->ok());
    const std::string text = pretty(sop_json((*procedure)->sop));
    const Result<Json> parsed = parse_json(text, "export");
    REQUIRE(parsed);
    const Result<Sop> back = json_sop(*parsed);
    REQUIRE(back);
    CHECK(back->name == (*procedure)->sop.name);
    CHECK(back->states.size() == (*procedure)->sop.states.size());
    CHECK(pretty(sop_json(*back)) == text);
    ++seen;
  }
  CHECK(seen >= 3);
}
