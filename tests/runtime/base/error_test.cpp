// Codes have names and exit codes; errors print place, message and cure.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/error.h"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace inquest;

namespace {
constexpr Code all[] = {Code::usage,  Code::config, Code::not_found, Code::io,   Code::parse,     Code::script,
                        Code::refused, Code::nothing, Code::waits,   Code::source, Code::damaged, Code::busy,
                        Code::timed_out, Code::interrupted, Code::bug};
}

TEST_CASE("every code has a name of its own") {
  std::set<std::string> names;
  for (const Code code : all) names.insert(code_name(code));
  REQUIRE(std::size(all) == static_cast<size_t>(Code::bug) + 1);
  CHECK(names.size() == std::size(all));
}

TEST_CASE("the exit codes are those that error.h promises") {
  const int expected[] = {2, 2, 2, 1, 2, 1, 4, 5, 6, 1, 1, 1, 124, 130, 1};
  for (size_t i = 0; i < std::size(all); ++i) {
    INFO(code_name(all[i]));
    CHECK(exit_code(all[i]) == expected[i]);
  }
}

TEST_CASE("an error prints its place, its message and below them the cure") {
  const Error error{Code::config, "unknown word `contxt`", "sops/x/sop.lua:12", "did you mean `context`?"};
  CHECK(error.print() == "sops/x/sop.lua:12: unknown word `contxt`\n  did you mean `context`?");
  CHECK(Error{Code::io, "disk full"}.print() == "disk full");
}

TEST_CASE("a result holds either its value or its error") {
  const Result<int> good = 3;
  const Result<int> bad = Error{Code::io, "no"};
  REQUIRE(good.ok());
  CHECK(*good == 3);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message == "no");
}
