// A Jaeger that was started again without its traces: loss is told, and never taken for "nothing was sent".
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/connectors/jaeger/asked.h"

using namespace made;

namespace {

const Ask of_shop = ask("spans.percentiles", 0, 60, {{"service", "shop"}});

std::unique_ptr<Connector> one_at_a_time(Jaeger& server, const char* api) {
  SourceConfig config = jaeger_config({{"api", Value(api)}});
  auto http = std::make_shared<http::Config>();
  http->concurrency = 1;
  http->body_bytes = api[1] == '3' ? 200'000 : 1'300'000;  // a search of twenty traces is full: pieces of the window follow
  config.http = http;
  return std::move(*jaeger::make_over(config, server.send()));
}

void check_lost(const Failure& failure) {
  CHECK(failure.cls == Failure::Class::unreachable);
  CHECK(failure.cause.find("Jaeger has lost data while it was read: ") == 0);
  CHECK(!failure.cure.empty());
}

}  // namespace

TEST_CASE("after a restart without its traces every ask that has to fetch fails, and what was fetched before still answers") {
  for (const char* api : {"v3", "v1"}) {
    Jaeger server;
    fill_shop(server, 60);
    auto connector = open(server, {{"api", Value(api)}});
    const std::string before = told(fetch(*connector, of_shop));
    server.forget();
    for (const Case& one : cases) {
      INFO(api << " " << print_ask(asked(one)));
      if (one.names.count("service") && std::string(one.kind) != "spans.calls") continue;  // of the shop: held, asked below
      if (std::string(one.kind) == "spans.of_traces") continue;                          // held too
      check_lost(failure(*connector, asked(one)));
    }
    check_lost(failure(*connector, ask("spans.percentiles", 0, 60, {{"service", "db"}})));
    check_lost(failure(*connector, ask("spans.percentiles", 0, 90, {{"service", "shop"}})));
    check_lost(failure(*connector, ask("spans.of_traces", 0, 60, {}, {{"traces", Value(List{Value("63")})}})));
    CHECK(told(fetch(*connector, of_shop)) == before);
  }
}

TEST_CASE("a restart between the probe and the first ask is told by the services that are gone") {
  for (const char* api : {"v3", "v1"}) {
    Jaeger server;
    fill_shop(server, 20);
    auto connector = open(server, {{"api", Value(api)}});
    const Stop stop{false};
    REQUIRE(connector->probe({}, stop));
    server.forget();
    for (const Case& one : cases) check_lost(failure(*connector, asked(one)));
    CHECK(failure(*connector, of_shop).cause.find("the service db and 2 more are gone") != std::string::npos);
  }
}

TEST_CASE("a restart at any request ends in the answer or in a failure, also when new spans come in") {
  for (const char* api : {"v3", "v1"})
    for (const bool busy : {false, true})
      for (const auto& names : {std::map<std::string, std::string>{}, std::map<std::string, std::string>{{"service", "shop"}}}) {
        const Ask one = ask("spans.percentiles", 0, 30, names);
        std::string whole;
        size_t failures = 0, answers = 0;
        for (const size_t at : {0, 1, 2, 4, 7, 11, 16, 24, 500}) {
          Jaeger server;
          fill_shop(server, 30);
          auto connector = one_at_a_time(server, api);
          const Stop stop{false};
          REQUIRE(connector->probe({}, stop));
          if (whole.empty()) whole = told(fetch(*one_at_a_time(server, api), one));
          const size_t first = server.sent().size();
          server.fault = [&](const http::Request&) -> std::optional<Outcome<http::Response>> {
            if (server.sent().size() == first + at + 1) {
              server.forget();
              if (busy)
                for (int i = 0; i < 3; ++i)
                  server.add({{"front", {{5000 + i, 1, 0, "GET /", 2, 28.25 + i / 8.0, 9}}}, {"shop", {{5000 + i, 2, 1, "list", 2, 28.3 + i / 8.0, 5}}},
                              {"db", {{5000 + i, 3, 2, "query", 2, 28.35 + i / 8.0, 2}}}});
            }
            return {};
          };
          const auto answer = outcome(*connector, one);
          INFO(api << (busy ? " busy" : "") << ", request " << at << " of " << server.sent().size() - first);
          if (const auto* failed = std::get_if<Failure>(&answer)) {
            ++failures;
            check_lost(*failed);
          } else {
            ++answers;
            const bool played = server.sent().size() > first + at;
            const std::string got = told(std::get<FramePtr>(answer));
            // Where every service has sent again before the first search, it is a server that never had more.
            if (played && got != whole) CHECK((busy && at <= (names.empty() ? 1u : 0u)));
          }
        }
        CHECK(failures > 0);
        CHECK(answers > 0);
      }
}

TEST_CASE("a server whose newest trace is still there has lost nothing: one more look for each fetch, none for what is held") {
  Jaeger server;
  fill_shop(server, 60);
  auto connector = open(server, {{"api", Value("v3")}});
  const Stop stop{false};
  REQUIRE(connector->probe({}, stop));
  const size_t before = server.sent().size();
  fetch(*connector, of_shop);
  CHECK(server.sent().size() == before + 3);             // the search, the look for its newest trace, and once the services
  fetch(*connector, ask("spans.latency", 10, 50, {{"service", "shop"}}));
  CHECK(server.sent().size() == before + 3);
  fetch(*connector, ask("spans.percentiles", 0, 60, {{"service", "db"}}));
  CHECK(server.sent().size() == before + 5);
  CHECK(fetch(*connector, ask("spans.percentiles", 5000, 5010, {{"service", "shop"}}))->rows == 0);  // nothing was sent then
}
