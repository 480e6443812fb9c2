// Rows that follow from one are appended together: one chain, all of them or none.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "runtime/engine/case_file.h"
#include "tests/runtime/engine/folder.h"

using namespace inquest;
using inquest::testing::Folder;

TEST_CASE("Rows that are appended together have the chain of rows appended one by one, and are there all or none") {
  Folder folder;
  ManualClock clock({1'700'000'000 * ns_per_s});
  auto one = CaseFile::create(folder / "one.case", clock), many = CaseFile::create(folder / "many.case", clock);
  REQUIRE(one);
  REQUIRE(many);
  std::vector<Json> payloads;
  std::string last;
  for (int i = 0; i < 3; ++i) {
    payloads.push_back(Json{{"key", i}});
    last = (*one)->append("hypothesis_changed", payloads.back())->hash;
  }
  CHECK_FALSE((*many)->append_all("no_such_kind", payloads));
  CHECK((*many)->journal()->empty());
  auto rows = (*many)->append_all("hypothesis_changed", payloads);
  REQUIRE(rows);
  REQUIRE(rows->size() == 3);
  CHECK(rows->back().seq == 3);
  CHECK(rows->back().hash == last);
  CHECK((*many)->journal()->size() == 3);
}
