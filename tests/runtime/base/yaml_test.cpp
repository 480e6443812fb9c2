// YAML: what a file says becomes Json with places, and what is ambiguous or hostile is refused with its line.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/yaml.h"

#include <catch2/catch.hpp>

using namespace inquest;

namespace {

Json good(const std::string& text) {
  const auto yaml = parse_yaml(text, "x.yaml");
  INFO((yaml ? std::string() : yaml.error().print()));
  REQUIRE(yaml.ok());
  return yaml->value;
}
std::string bad(const std::string& text) {
  const auto yaml = parse_yaml(text, "x.yaml");
  REQUIRE_FALSE(yaml.ok());
  return yaml.error().where + ": " + yaml.error().message;
}

}  // namespace

TEST_CASE("yaml: plain scalars are what they look like, quoted ones are text") {
  CHECK(canonical(good("a: 1\nb: -2.5\nc: true\nd: null\ne: ~\nf: x\ng: '1'\nh: \"true\"\ni:\n")) ==
        R"({"a":1,"b":-2.5,"c":true,"d":null,"e":null,"f":"x","g":"1","h":"true","i":null})");
}

TEST_CASE("yaml: words and numbers of YAML 1.1 stay text: yes, on, 0777, 1.2.3, dates, 1_000") {
  CHECK(canonical(good("[yes, on, 0777, 1.2.3, 2026-11-21, 1_000, .5, +1, 0x1f, .inf]")) ==
        R"(["yes","on","0777","1.2.3","2026-11-21","1_000",".5","+1","0x1f",".inf"])");
}

TEST_CASE("yaml: a whole number beyond 64 bits stays text, so that no digit is lost") {
  CHECK(good("a: 12345678901234567890123")["a"] == "12345678901234567890123");
  CHECK(good("a: -9223372036854775808")["a"] == INT64_MIN);
}

TEST_CASE("yaml: each node has its line, and a scalar the text as it was written") {
  const auto yaml = parse_yaml("sources:\n  - name: a\n    limits: {requests: 1e3}\n  - name: b\n", "x.yaml");
  REQUIRE(yaml.ok());
  CHECK(yaml->where("/sources/1/name") == "x.yaml:4");
  CHECK(yaml->where("/sources/0/limits/requests") == "x.yaml:3");
  CHECK(yaml->marks.at("/sources/0/limits/requests").text == "1e3");
  CHECK(yaml->where("/sources/1/nothing/there") == "x.yaml:4");
}

TEST_CASE("yaml: a key given twice is refused with the line of the second") {
  CHECK(bad("a: 1\nb: 2\na: 3\n") == "x.yaml:3: `a` is given twice");
}

TEST_CASE("yaml: what does not parse is told with its line") {
  CHECK(bad("a: [1, 2\nb: 3\n").rfind("x.yaml:2: not valid YAML: ", 0) == 0);
  CHECK(bad("a:\n\t- x\n").rfind("x.yaml:2: not valid YAML: ", 0) == 0);
}

TEST_CASE("yaml: aliases that blow a small file up are refused") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 0; k < 9; ++k) text += ", " + last;
    text += "]\n";
  }
  CHECK(bad(text).find("more than 100 000 nodes") != std::string::npos);
}

TEST_CASE("yaml: an alias that contains itself is refused, not walked for ever") {
  CHECK_FALSE(parse_yaml("a: &a [*a]\n", "x.yaml").ok());
}

TEST_CASE("yaml: nesting deeper than 64 levels is refused") {
  CHECK(bad("a: " + std::string(70, '[') + std::string(70, ']')).find("64 levels") != std::string::npos);
  CHECK_FALSE(parse_yaml(std::string(100'000, '['), "x.yaml").ok());
}

TEST_CASE("yaml: a map takes in the fields of an anchored one, its own win") {
  CHECK(canonical(good("base: &b {x: 1, y: 2}\nmine:\n  <<: *b\n  y: 3\n")) == R"({"base":{"x":1,"y":2},"mine":{"y":3,"x":1}})");
}

TEST_CASE("yaml: tags of one's own, a second document, a key that is no text and more than 1 MB are refused") {
  CHECK(bad("a: !secret x\n").find("the tag `!secret` means nothing here") != std::string::npos);
  CHECK(bad("a: 1\n---\nb: 2\n").find("more than one document") != std::string::npos);
  CHECK(bad("? [a]\n: 1\n").find("a key that is no text") != std::string::npos);
  CHECK(bad(std::string((1 << 20) + 1, ' ')).find("larger than 1 MB") != std::string::npos);
}

TEST_CASE("yaml: an empty file is no value") { CHECK(good("").is_null()); CHECK(good("# nothing\n").is_null()); }
