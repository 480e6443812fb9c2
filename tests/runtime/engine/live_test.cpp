// Sources on servers: their own limits, offline, pages to open, traffic, plans; what is kept holds no secret of theirs.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "runtime/engine/planning.h"
#include "runtime/engine/survey.h"
#include "tests/runtime/engine/fakes.h"

using namespace inquest;
using namespace inquest::testing;

namespace {

struct Live : Setting {
  std::shared_ptr<http::Config> http = std::make_shared<http::Config>();
  Live() {
    connector->on_server = true;
    http->url = "http://prom.example";
    http->password = {"a-secret-of-mine", "env:X"};
    sources[0].config.http = http;
  }
  void many(int asks) {
    for (int i = 0; i < asks; ++i) {
      sop.states[2].asks.push_back(ask_spec("l" + std::to_string(i), "spans.latency"));
      connector->answers["s.l" + std::to_string(i)] = after_ms(40);
    }
  }
};

}  // namespace

TEST_CASE("A server is asked by as many at once as its own limit says, whatever the pool of recordings is") {
  Live one;
  one.http->concurrency = 12;
  one.many(24);
  one.request.pool = 2;
  one.request.per_source = 1;
  REQUIRE(one.run().ok());
  CHECK(one.connector->most > 4);
  CHECK(one.connector->most <= 12);
}

TEST_CASE("A fork of 64 asks at a limit of 64 takes hardly longer than one") {
  Live one;
  one.http->concurrency = 64;
  one.many(61);
  REQUIRE(one.run().ok());
  CHECK(one.connector->most > 32);
}

TEST_CASE("Offline a server is neither probed nor asked, and each ask says why and what to do") {
  Live one;
  one.request.offline = true;
  const auto result = one.run();
  REQUIRE(result.ok());
  CHECK(result->exit == 5);
  CHECK(one.connector->probes == 0);
  CHECK(one.connector->resolves == 0);
  const auto failed = one.rows_of("ask_failed");
  REQUIRE(failed.size() == 3);
  for (const JournalRow& row : failed) {
    CHECK(row.payload["class"] == "unsupported");
    CHECK(row.payload["cause"].get<std::string>().find("offline: nothing is sent to it") != std::string::npos);
    CHECK(row.payload["cure"] == "run it without --offline");
  }
  CHECK(one.rows_of("traffic").empty());
}

TEST_CASE("Offline a recording answers as ever") {
  Setting setting;
  setting.request.offline = true;
  const auto result = setting.run();
  REQUIRE(result.ok());
  CHECK(result->exit == 0);
}

TEST_CASE("The page of an ask stands in its row, and only when a browser would open it as one") {
  for (const auto& [page, kept] : {std::pair{"https://prom.example/graph?g0.expr=up", true}, {"javascript:alert(1)", false}, {"http://x/ y", false},
                                   {"http://x/\"onclick=", false}, {"file:///etc/passwd", false}, {"", false}}) {
    Live one;
    one.connector->page = page;
    REQUIRE(one.run().ok());
    const auto sent = one.rows_of("ask_sent");
    REQUIRE(sent.size() == 3);
    INFO(page);
    CHECK(sent[0].payload.contains("link") == kept);
  }
}

TEST_CASE("Traffic of a server is told beside the chain, since a replay asks nobody") {
  Live one;
  one.connector->sent.requests = 42;
  one.connector->sent.bytes_received = 1234;
  REQUIRE(one.run().ok());
  const auto rows = one.rows_of("traffic");
  REQUIRE(rows.size() == 1);
  CHECK(canonical(rows[0].payload) == R"({"source":"fake"})");
  CHECK(rows[0].attempts == 42);
  CHECK(rows[0].bytes == 1234);
}

TEST_CASE("A certificate that is not checked is told in the row that begins the run") {
  Live one;
  one.http->insecure = true;
  REQUIRE(one.run().ok());
  CHECK(one.rows_of("run_started")[0].payload["sources"][0]["insecure"] == true);
}

TEST_CASE("A secret of the source is cut out of the native text and of the page, should a connector let it through") {
  Live one;
  one.connector->page = "https://prom.example/a-secret-of-mine";
  REQUIRE(one.run().ok());
  for (const JournalRow& row : one.rows()) CHECK(canonical(row.payload).find("a-secret-of-mine") == std::string::npos);
}

TEST_CASE("A plan has every ask with source, native text and cost, and fetches nothing") {
  Live one;
  one.request.sop = &one.sop;
  one.request.catalogue = &one.catalogue;
  one.request.sources = &one.sources;
  one.request.clock = &one.clock;
  const auto plan = plan_run(one.request);
  if (!plan) FAIL(plan.error().print());
  REQUIRE(plan->asks.size() == 3);
  CHECK(plan->asks[0].source == "fake");
  CHECK(plan->asks[0].native == "native of m.memory");
  CHECK(plan->asks[0].estimate.series == 3);
  CHECK(plan->sources[0].asks == 3);
  CHECK(plan->sources[0].requests == 3);
  CHECK(plan->sources[0].sum.bytes == 3000);
  CHECK(one.connector->most == 0);
}

TEST_CASE("An offline plan neither probes nor counts and still shows the native text") {
  Live one;
  one.request.sop = &one.sop;
  one.request.catalogue = &one.catalogue;
  one.request.sources = &one.sources;
  one.request.clock = &one.clock;
  one.request.offline = true;
  const auto plan = plan_run(one.request);
  if (!plan) FAIL(plan.error().print());
  CHECK(plan->asks[0].native == "native of m.memory");
  CHECK(plan->asks[0].estimate.print().empty());
  CHECK(plan->sources[0].unknown == 3);
  CHECK(one.connector->probes == 0);
  CHECK(one.connector->resolves == 0);
  CHECK(one.connector->sent.requests == 0);
}

TEST_CASE("A survey tells of a source that failed with its cure, and of the others all the same") {
  Live one;
  FakeConnector* broken = one.add("broken");
  broken->probe_fails = Error{Code::refused, "401", "broken", "give credentials"};
  const auto all = survey(one.sources, one.catalogue, one.clock, one.stop, false);
  REQUIRE(all.ok());
  REQUIRE(all->size() == 2);
  CHECK((*all)[0].failure->cls == Failure::Class::refused);
  CHECK((*all)[0].failure->cure == "give credentials");
  CHECK((*all)[1].signals.size() == 3);
  CHECK((*all)[1].measures.size() == one.catalogue.measures.size());
}
