// Reading diagrams, their normal form, and skeletons made of them.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "runtime/base/text.h"
#include "runtime/machine/draw.h"

using namespace inquest;

namespace {
std::string seed() { return read_file(INQUEST_SOURCE_DIR "/tests/golden/seed/memory_leak.mmd").value(); }
size_t occurrences(const std::string& text, const std::string& what) {
  size_t n = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}
Error failure(const std::string& text) {
  const auto read = read_mermaid(text, "x.mmd");
  REQUIRE_FALSE(read.ok());
  return read.error();
}
}  // namespace

TEST_CASE("the seed's diagram is read with its kinds, composites, fork and join") {
  const auto read = read_mermaid(seed(), "seed.mmd");
  REQUIRE(read.ok());
  const std::string form = normal_form(*read);
  CHECK(read->composites.size() == 3);
  CHECK(occurrences(form, "state ") == 12);  // ten states, fork and join
  CHECK(form.find("state Ctx[0]/Review[Services Latency]\n") != std::string::npos);
  CHECK(form.find("state Ctx[0]/Ctx[1]/Ctx[2]/Review[logs diff]\n") != std::string::npos);
  CHECK(form.find("arrow Ctx[0]/join(Ctx[0]/Query[OpenSearch] + Ctx[0]/Query[Promethues]) --> Ctx[0]/Review[Services Latency] : combine\n") != std::string::npos);
  CHECK(form.find("arrow [*] --> Info[Memory Leak Investigation] : zoom in time frame\n") != std::string::npos);
}

TEST_CASE("a diagram inside a Markdown file is found by its fence") {
  const auto read = read_mermaid("# Title\ntext: more\n```mermaid\nstateDiagram-v2\n[*] --> a : go\na: Info[A]\n```\nrest -->\n", "x.md");
  REQUIRE(read.ok());
  CHECK(normal_form(*read) == "arrow [*] --> Info[A] : go\nstate Info[A]\n");
}

TEST_CASE("order, ids and white space do not change the normal form") {
  const auto a = read_mermaid("stateDiagram-v2\n[*] --> x : go\nx: Info[A]\nx --> y : on\ny: Review[B]\ny --> [*]\n", "a");
  const auto b = read_mermaid("stateDiagram\n  q:Review[B]\n q-->[*]\np  :  Info[A]\np --> q:on\n[*]-->p:go", "b");
  REQUIRE(a.ok());
  REQUIRE(b.ok());
  CHECK(normal_form(*a) == normal_form(*b));
}

TEST_CASE("another label, composite or kind changes the normal form") {
  const std::string base = "stateDiagram-v2\n[*] --> x : go\nx: Info[A]\nx --> [*]\n";
  const std::string form = normal_form(*read_mermaid(base, "a"));
  CHECK(normal_form(*read_mermaid("stateDiagram-v2\n[*] --> x : run\nx: Info[A]\nx --> [*]\n", "b")) != form);
  CHECK(normal_form(*read_mermaid("stateDiagram-v2\n[*] --> x : go\nx: Suggest[A]\nx --> [*]\n", "b")) != form);
  CHECK(normal_form(*read_mermaid("stateDiagram-v2\n[*] --> x : go\nstate Ctx[0] {\nx: Info[A]\nx --> [*]\n}\n", "b")) != form);
}

TEST_CASE("notes, comments, directions and classes are passed over") {
  const auto read = read_mermaid("stateDiagram-v2\n%% c\n# c\ndirection LR\n[*] --> a : go\na: Info[A]\nnote right of a: text\n"
                                 "note left of a\n  more --> text {\nend note\nclassDef current fill:red\nclass a current\na --> [*]\n", "x");
  REQUIRE(read.ok());
  CHECK(read->nodes.size() == 1);
  CHECK(read->arrows.size() == 2);
}

TEST_CASE("mistakes in a diagram name file, line and cure") {
  CHECK(failure("hello\n").message.find("not the head") != std::string::npos);
  CHECK(failure("stateDiagram-v2\na --> \n").where == "x.mmd:2");
  CHECK(failure("stateDiagram-v2\n}\n").message.find("closes nothing") != std::string::npos);
  CHECK(failure("stateDiagram-v2\nstate A {\n").message.find("not closed") != std::string::npos);
  CHECK(failure("stateDiagram-v2\nstate c <<choice>>\n").cure.find("Review") != std::string::npos);
  CHECK(failure("stateDiagram-v2\nwhat is this\n").where == "x.mmd:2");
  CHECK(failure("").message == "no state diagram in this file");
}

TEST_CASE("a skeleton has one word for each state and marks every blank") {
  const auto text = skeleton(*read_mermaid(seed(), "seed.mmd"), "memory_leak");
  REQUIRE(text.ok());
  for (const char* part : {"return sop \"memory_leak\" {", "info \"memory_leak_investigation\"", "fork \"fork\" {",
                           "query \"opensearch\" { title = \"OpenSearch\", ask = todo }", "review \"services_latency\"",
                           "on \"combine\" { to = \"services_latency\" }", "on \"done\" { to = \"done\" }", "suggest \"logs_overlay\""}) {
    INFO(part);
    CHECK(text->find(part) != std::string::npos);
  }
}

TEST_CASE("a skeleton refuses a diagram without a start, an unjoined fork and a bad name") {
  CHECK(skeleton(*read_mermaid("stateDiagram-v2\na --> b : x\n", "x"), "x").error().message == "the diagram has no start");
  CHECK(skeleton(*read_mermaid("stateDiagram-v2\n[*] --> f : x\nstate f <<fork>>\nf --> a\na: Query?[A]\n", "x"), "x")
            .error().message.find("not joined") != std::string::npos);
  CHECK(skeleton(*read_mermaid(seed(), "seed.mmd"), "../evil").error().message.find("no name of a SOP") != std::string::npos);
}
