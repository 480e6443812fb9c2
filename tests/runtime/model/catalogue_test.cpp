// The catalogue finds its rows by name and a yield among all reviews.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/catalogue.h"

#include <catch2/catch.hpp>

using namespace inquest;

TEST_CASE("rows of the catalogue are found by name, and absent ones are null") {
  Catalogue catalogue;
  catalogue.words.push_back({"query"});
  catalogue.asks.push_back({"metric.cpu", "metrics", "series"});
  catalogue.measures.push_back({"cpu", "1"});
  ReviewContract rise;
  rise.name = "rise";
  rise.yields = {{"load_rise"}, {"load_drop"}};
  catalogue.reviews = {ReviewContract{"empty"}, rise};
  REQUIRE(catalogue.word("query"));
  REQUIRE(catalogue.ask("metric.cpu"));
  REQUIRE(catalogue.measure("cpu"));
  REQUIRE(catalogue.review("rise"));
  REQUIRE(catalogue.yield("load_drop"));
  CHECK(catalogue.yield("load_drop")->kind == "load_drop");
  CHECK(catalogue.word("on") == nullptr);
  CHECK(catalogue.ask("cpu") == nullptr);
  CHECK(catalogue.measure("metric.cpu") == nullptr);
  CHECK(catalogue.review("load_rise") == nullptr);
  CHECK(catalogue.yield("rise") == nullptr);
}
