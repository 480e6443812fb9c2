// Findings and rows: exact JSON, fields as values, agreement and order.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/finding.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "tests/runtime/model/generator.h"

using namespace inquest;
using inquest::testing::Generator;
using inquest::testing::reread;

TEST_CASE("all rows of a review survive their JSON form") {
  Generator generator(17);
  for (int i = 0; i < 2000; ++i) {
    const Rows rows = generator.rows();
    INFO(canonical(rows_json(rows)));
    const auto read = json_rows(reread(rows_json(rows)));
    REQUIRE(read);
    REQUIRE(*read == rows);
  }
}

TEST_CASE("the onset of a finding is RFC 3339 text with nanoseconds only when needed") {
  Finding finding;
  finding.kind = "k";
  finding.onset = *parse_time("2026-11-21T10:28:39Z");
  CHECK(finding_json(finding)["onset"] == "2026-11-21T10:28:39Z");
  finding.onset->ns += 1;
  CHECK(finding_json(finding)["onset"] == "2026-11-21T10:28:39.000000001Z");
}

TEST_CASE("an unknown about all subjects stays apart from one about the empty subject") {
  Unknown all, none;
  all.kind = none.kind = "k";
  none.subject = Subject{};
  CHECK_FALSE(json_rows(rows_json({{}, {}, {all}}))->unknown[0].subject);
  CHECK(json_rows(rows_json({{}, {}, {none}}))->unknown[0].subject);
}

TEST_CASE("numbers that are no finite numbers survive") {
  Finding finding;
  finding.kind = "k";
  finding.numbers = {{"nan", NAN}};
  const auto read = json_finding(reread(finding_json(finding)));
  REQUIRE(read);
  CHECK(std::isnan(read->numbers.at("nan")));
}

TEST_CASE("JSON that is no finding names the member at fault") {
  CHECK(json_finding(Json::object()).error().message == "finding: `kind` is missing");
  CHECK(json_finding(Json{{"kind", "k"}, {"numbers", {{"n", "many"}}}}).error().message ==
        "finding: `numbers` wants numbers by name, got \"many\"");
  CHECK(json_rows(Json{{"found", {{{"kind", 3}}}}}).error().message == "rows: finding: `kind` wants a text, got 3");
  CHECK(json_rows(Json{{"found", 3}}).error().message == "rows: `found` wants a list, got 3");
}

TEST_CASE("a subject prints in the order of its names") {
  CHECK(print_subject({{"service", "a"}, {"operation", "b"}}) == "operation=b service=a");
  CHECK(print_subject({}).empty());
}

TEST_CASE("a subject agrees with a scope when every name that both have is equal") {
  const Subject subject = {{"service", "a"}, {"operation", "b"}};
  CHECK(agrees(subject, {}));
  CHECK(agrees(subject, {{"service", "a"}, {"version", "9"}}));
  CHECK_FALSE(agrees(subject, {{"service", "a"}, {"operation", "c"}}));
  CHECK(agrees({}, {{"service", "a"}}));
}

TEST_CASE("fields of a finding are typed values") {
  Finding finding;
  finding.kind = "rise";
  finding.subject = {{"service", "a"}};
  finding.numbers = {{"times", 1.5}};
  finding.lists = {{"traces", {"t1", "t2"}}};
  finding.strength = 0.75;
  finding.says = "it rose";
  CHECK(field(finding, "service") == Value("a"));
  CHECK(field(finding, "times") == Value(1.5));
  CHECK(field(finding, "traces") == Value(List{"t1", "t2"}));
  CHECK(field(finding, "strength") == Value(0.75));
  CHECK(field(finding, "says") == Value("it rose"));
  CHECK(field(finding, "kind") == Value("rise"));
  CHECK_FALSE(field(finding, "onset"));
  CHECK_FALSE(field(finding, "none"));
  finding.onset = Time{5};
  CHECK(field(finding, "onset") == Value(Time{5}));
}

TEST_CASE("the stronger finding comes first, then the text of the subject, then the state") {
  const auto make = [](double strength, const char* service, const char* state) {
    Finding finding;
    finding.strength = strength;
    finding.subject = {{"service", service}};
    finding.state = state;
    return finding;
  };
  const std::vector<Finding> order = {make(0.9, "z", "z"), make(0.5, "a", "m"), make(0.5, "a", "n"), make(0.5, "b", "a"), make(NAN, "a", "a")};
  std::vector<Finding> mixed = {order[4], order[2], order[0], order[3], order[1]};
  std::sort(mixed.begin(), mixed.end(), stronger);
  for (size_t i = 0; i < 4; ++i) CHECK(mixed[i] == order[i]);
  CHECK(std::isnan(mixed[4].strength));
  for (const Finding& finding : order) CHECK_FALSE(stronger(finding, finding));
}
