// Drawings of a SOP: Mermaid in the seed's dialect, text, dot, and the marks of a walk.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "runtime/base/text.h"
#include "runtime/machine/draw.h"

using namespace inquest;

namespace {

State make(State::Kind kind, const std::string& name, const std::string& title, int context, std::vector<Edge> edges) {
  State s;
  s.kind = kind;
  s.name = name;
  s.title = title;
  s.context = context;
  s.edges = std::move(edges);
  return s;
}
Edge to(const std::string& label, const std::string& target) {
  Edge e;
  e.label = label;
  e.to = target;
  return e;
}
// The seed's diagram as a SOP value.
Sop seed_sop() {
  using K = State::Kind;
  Sop sop;
  sop.name = "memory_leak";
  sop.start = "zoom in time frame";
  for (int i = 0; i < 3; ++i) {
    Context c;
    c.name = "c" + std::to_string(i);
    c.parent = i - 1;
    sop.contexts.push_back(c);
  }
  sop.states = {make(K::info, "overview", "Memory Leak Investigation", -1, {to("Get All Services", "gather")}),
                make(K::fork, "gather", "", 0, {to("combine", "services_latency")}),
                make(K::query, "metrics", "Promethues", 0, {}), make(K::query, "latency", "OpenSearch", 0, {}),
                make(K::review, "services_latency", "Services Latency", 0, {to("identify Anomaly", "service_traces")}),
                make(K::query, "service_traces", "Service@traces", 1, {to("time based", "traces")}),
                make(K::review, "traces", "Services traces", 1, {to("whats next ?", "correlate"), to("done", "done")}),
                make(K::suggest, "correlate", "Correlation with logs", 1, {to("fetch Logs", "logs")}),
                make(K::review, "logs", "logs", 2, {to("whats next ?", "overlay"), to("done", "done")}),
                make(K::suggest, "overlay", "logs overlay", 2, {to("fetch Logs", "logs_diff")}),
                make(K::review, "logs_diff", "logs diff", 2, {to("done", "done")})};
  sop.states[1].branches = {"metrics", "latency"};
  sop.states[2].fork = sop.states[3].fork = "gather";
  return sop;
}

}  // namespace

TEST_CASE("the drawing of the seed's procedure is the seed's diagram") {
  const auto drawn = read_mermaid(draw_mermaid(seed_sop()), "drawn");
  const auto seed = read_mermaid(read_file(INQUEST_SOURCE_DIR "/tests/golden/seed/memory_leak.mmd").value(), "seed");
  REQUIRE(drawn.ok());
  REQUIRE(seed.ok());
  CHECK(normal_form(*drawn) == normal_form(*seed));
}

TEST_CASE("the drawing uses the seed's own ids") {
  const std::string drawn = draw_mermaid(seed_sop());
  CHECK(drawn.find("State4: Review[Services Latency]") != std::string::npos);
  CHECK(drawn.find("State0 --> fork_state : Get All Services") != std::string::npos);
  CHECK(drawn.find("join_state --> State4 : combine") != std::string::npos);
}

TEST_CASE("an inner state is never named in an outer composite after its own composite was written") {
  Sop sop = seed_sop();
  sop.states[6].edges.insert(sop.states[6].edges.begin(), to("again", "services_latency"));
  const std::string drawn = draw_mermaid(sop);
  CHECK(drawn.rfind("State6 --> State4 : again") < drawn.find("state Ctx[1] {"));
  CHECK(drawn.rfind("State4 --> State5") < drawn.find("state Ctx[1] {"));
}

TEST_CASE("an edge to the next round and a context's own edge are drawn and read back") {
  Sop sop = seed_sop();
  sop.states[10].edges = {to("one more", "next"), to("done", "done")};
  sop.contexts[2].edges = {to("all seen", "services_latency")};
  const auto read = read_mermaid(draw_mermaid(sop), "drawn");
  REQUIRE(read.ok());
  const std::string form = normal_form(*read);
  CHECK(form.find("Review[logs diff] --> [*] : one more (next)") != std::string::npos);
  CHECK(form.find("arrow Ctx[2] --> Ctx[0]/Review[Services Latency] : all seen") != std::string::npos);
}

TEST_CASE("a walk marks the current state, visited states and taken edges after the last brace") {
  Walk walk;
  walk.current = "traces";
  walk.visited = {"overview", "metrics", "latency", "services_latency", "service_traces", "traces"};
  walk.taken = {{"services_latency", "identify Anomaly"}};
  const std::string drawn = draw_mermaid(seed_sop(), &walk);
  CHECK(drawn.find("State4 --> State5 : ✔ identify Anomaly") != std::string::npos);
  CHECK(drawn.find("class State6 current") > drawn.rfind('}'));
  CHECK(drawn.find("class State0,State2,State3,State4,State5 visited") != std::string::npos);
}

TEST_CASE("hostile titles neither end a label nor open a style") {
  Sop sop = seed_sop();
  sop.states[0].title = "a; b :: c\n\x1b[31m";
  const std::string drawn = draw_mermaid(sop);
  CHECK(drawn.find("\x1b") == std::string::npos);
  CHECK(drawn.find("::") == std::string::npos);
  CHECK(read_mermaid(drawn, "drawn").ok());
}

TEST_CASE("the text drawing keeps to its width and shows conditions") {
  Sop sop = seed_sop();
  Condition when;
  when.kind = "suspect";
  sop.states[4].edges[0].when = when;
  for (const size_t columns : {40u, 80u, 120u}) {
    const std::string drawn = draw_text(sop, nullptr, columns);
    for (const std::string& line : split(drawn, '\n')) CHECK(width(line) <= columns);
  }
  CHECK(draw_text(sop, nullptr, 120).find("identify Anomaly → Service@traces (service_traces)   when found \"suspect\"") != std::string::npos);
}

TEST_CASE("dot quotes what it is given and groups contexts as clusters") {
  Sop sop = seed_sop();
  sop.states[0].title = "say \"hello\" \\ now";
  const std::string dot = draw_dot(sop);
  CHECK(dot.find("subgraph cluster_2 {") != std::string::npos);
  CHECK(dot.find("say \\\"hello\\\" \\\\ now") != std::string::npos);
  CHECK(dot.find("start -> State0 [label=\"zoom in time frame\"") != std::string::npos);
}
