// Asks of spans through Jaeger are answered as through files of the same spans, and what could not be had is told.
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/connectors/jaeger/asked.h"

#include <thread>

using namespace made;

TEST_CASE("every ask of spans has the frame of the files, by v3 and by v1") {
  Jaeger server;
  fill_shop(server, 120);
  Directory files;
  files.add("spans.jsonl", server.lines());
  auto expected = open(files.path());
  for (const char* api : {"v3", "v1"}) {
    auto connector = open(server, {{"api", Value(api)}});
    for (const Case& one : cases) {
      INFO(api << " " << one.kind << " " << print_ask(asked(one)));
      CHECK(told(fetch(*connector, asked(one))) == told(fetch(*expected, asked(one))));
    }
  }
}

TEST_CASE("probe tells version of the interface, prefix, services and that only spans are here") {
  Jaeger server;
  fill_shop(server, 3);
  const Stop stop{false};
  auto probe = open(server)->probe({}, stop);
  REQUIRE(probe);
  CHECK(probe->layout == "v3, v1");
  CHECK(probe->signals == std::vector<std::string>{"spans"});
  CHECK(probe->notes == std::vector<std::string>{"3 services"});
  server.v3 = false;
  server.prefix = "/jaeger/ui";
  probe = open(server)->probe({}, stop);
  REQUIRE(probe);
  CHECK(probe->layout == "v1");
  CHECK(probe->notes == std::vector<std::string>{"its interface is below /jaeger/ui", "3 services"});
  Jaeger empty;
  probe = open(empty)->probe({}, stop);
  REQUIRE(probe);
  CHECK(probe->signals.empty());
  CHECK(probe->looked_for == std::vector<std::string>{"spans"});
}

TEST_CASE("asks of one state fetch the traces of a service once, and a narrower ask later fetches nothing") {
  Jaeger server;
  fill_shop(server, 60);
  auto connector = open(server);
  const Stop stop{false};
  const std::vector<Ask> asks = {ask("spans.slowest", 10, 50, {{"service", "shop"}}), ask("spans.latency", 0, 60, {{"service", "shop"}})};
  const auto answers = connector->fetch(asks, connector->native(asks, {}), {}, {}, stop);
  for (const auto& answer : answers) CHECK(std::holds_alternative<FramePtr>(answer));
  CHECK(server.searches() == 1);
  fetch(*connector, ask("spans.typical", 20, 30, {{"service", "shop"}}));
  CHECK(server.searches() == 1);
}

TEST_CASE("asks of one service share a step, and what it says is what is sent") {
  Jaeger server;
  fill_shop(server, 10);
  auto connector = open(server);
  const Stop stop{false};
  REQUIRE(connector->probe({}, stop));
  const std::vector<Ask> asks = {ask("spans.slowest", 0, 10, {{"service", "shop"}}), ask("spans.typical", 0, 5, {{"service", "shop"}})};
  const auto steps = connector->native(asks, {});
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].asks == std::vector<size_t>{0, 1});
  CHECK(steps[0].native == "GET /api/v3/traces?query.service_name=shop&query.start_time_min=2023-11-14T22:13:20Z"
                           "&query.start_time_max=2023-11-14T22:13:30Z&query.num_traces=3145&query.raw_traces=true");
  connector->fetch(asks, steps, {}, {}, stop);
  const auto sent = server.sent();
  CHECK(std::count(sent.begin(), sent.end(), steps[0].native) == 1);
}

TEST_CASE("a search that is full is cut into pieces until every trace is there") {
  Jaeger server;
  fill_shop(server, 120);
  Directory files;
  files.add("spans.jsonl", server.lines());
  for (const char* api : {"v3", "v1"}) {
    auto connector = open(server, {{"api", Value(api)}}, {}, api[1] == '3' ? 400'000 : 2'400'000);
    const Ask one = ask("spans.percentiles", 0, 120, {{"service", "shop"}});
    const FramePtr frame = fetch(*connector, one);
    CHECK(told(frame) == told(fetch(*open(files.path()), one)));
    CHECK(frame->marks.approximate.find("sampled") == std::string::npos);
    CHECK(server.searches() > 10);
  }
}

TEST_CASE("beyond the budget the answer is a sample spread over the window, and says so") {
  Jaeger server;
  fill_shop(server, 600);
  auto connector = open(server, {{"traces", Value(200)}});
  const FramePtr frame = fetch(*connector, ask("spans.latency", 0, 600, {{"service", "shop"}}, {{"every", Value(Duration{60 * ns_per_s})}}));
  CHECK(frame->marks.approximate.find("traces sampled") != std::string::npos);
  CHECK(frame->marks.partial.empty());
  const auto times = seconds(frame, "time");
  CHECK(std::set<double>(times.begin(), times.end()).size() == 10);   // every minute is in it
}

TEST_CASE("the slowest are found by their duration where not all traces can be had") {
  Jaeger server;
  fill_shop(server, 600);
  Directory files;
  files.add("spans.jsonl", server.lines());
  const Ask one = ask("spans.slowest", 0, 600, {{"service", "shop"}}, {{"limit", Value(10)}});
  const FramePtr frame = fetch(*open(server, {{"traces", Value(80)}}), one), expected = fetch(*open(files.path()), one);
  std::vector<double> got, want;                          // of equal duration others may be told
  for (const auto& [f, out] : {std::pair(frame, &got), std::pair(expected, &want)})
    for (size_t row = 0; row < f->rows; ++row)
      if (f->column("service")->text(row) == "shop") out->push_back(f->column("duration")->number(row));
  CHECK(got == want);
  CHECK(frame->marks.partial.empty());
  CHECK(frame->marks.limited.find("10 of more than") == 0);
}

TEST_CASE("a store that may hold fewer traces than are asked for is asked for fewer") {
  Jaeger server;
  fill_shop(server, 120);
  server.most = 50;
  const FramePtr frame = fetch(*open(server), ask("spans.percentiles", 0, 120, {{"service", "shop"}}));
  CHECK(numbers(frame, "n") == std::vector<double>{40, 80});
}

TEST_CASE("all services: traces travel about once, and what nobody calls is there too") {
  Jaeger server;
  fill_shop(server, 200);
  Directory files;
  files.add("spans.jsonl", server.lines());
  const Ask one = ask("spans.services", 0, 200);
  const FramePtr frame = fetch(*open(server), one);
  CHECK(told(frame) == told(fetch(*open(files.path()), one)));
  CHECK(frame->marks.partial.empty());
  CHECK(frame->marks.approximate.find("came with others") != std::string::npos);
}

TEST_CASE("a failed request that came with no other trace is found by its status") {
  Jaeger server;
  fill_shop(server, 200);
  server.add({{"shop", {{9000, 1, 0, "list", 2, 100.25, 5, Json::object(), 2}}}});
  for (const char* api : {"", "v1"}) {
    auto connector = *api ? open(server, {{"api", Value(api)}}) : open(server);
    const FramePtr frame = fetch(*connector, ask("spans.percentiles", 0, 200));
    int64_t errors = 0;
    for (size_t row = 0; row < frame->rows; ++row)
      if (frame->column("service")->text(row) == "shop") errors += frame->column("errors")->integer(row);
    CHECK(errors == 1);
  }
}

TEST_CASE("a service is searched under the name that it has there") {
  Jaeger server;
  fill_shop(server, 20);
  auto connector = open(server, {}, {{"shop", "store"}});
  const FramePtr frame = fetch(*connector, ask("spans.percentiles", 0, 20, {{"service", "store"}}));
  CHECK(texts(frame, "service") == std::vector<std::string>{"store", "store"});
  const auto sent = server.sent();
  CHECK(std::count_if(sent.begin(), sent.end(), [](const std::string& s) { return s.find("service_name=shop&") != std::string::npos; }) == 2);  // and whether they are still there
}

TEST_CASE("a search without a hit is an empty frame, by v3's 404 and by v1's empty list") {
  Jaeger server;
  fill_shop(server, 5);
  for (const char* api : {"v3", "v1"}) {
    auto connector = open(server, {{"api", Value(api)}});
    CHECK(fetch(*connector, ask("spans.percentiles", 5000, 5010, {{"service", "shop"}}))->rows == 0);
    CHECK(fetch(*connector, ask("spans.percentiles", 0, 20, {{"service", "nobody"}}))->rows == 0);
  }
}

TEST_CASE("asks that Jaeger cannot answer say so, and nothing is sent for them") {
  Jaeger server;
  fill_shop(server, 5);
  auto connector = open(server);
  Ask logs = ask("logs.search", 0, 20), none = ask("spans.latency", 0, 0);
  CHECK(failure(*connector, logs).cls == Failure::Class::unsupported);
  CHECK(failure(*connector, none).cls == Failure::Class::rejected);
  CHECK(server.sent().empty());
}

TEST_CASE("links name service, operation and absolute times in Jaeger's own interface, or the trace") {
  Jaeger server;
  SourceConfig config = jaeger_config();
  config.links["jaeger"] = "https://traces.example/jaeger/";
  auto connector = std::move(*jaeger::make_over(config, server.send()));
  CHECK(connector->link(ask("spans.latency", 0, 60, {{"service", "shop"}, {"operation", "GET /a b"}}), {}) ==
        "https://traces.example/jaeger/search?service=shop&operation=GET%20/a%20b&start=1700000000000000&end=1700000060000000&lookback=custom&limit=100");
  CHECK(connector->link(ask("spans.of_traces", 0, 60, {}, {{"traces", Value(List{Value("a1")})}}), {}) ==
        "https://traces.example/jaeger/trace/000000000000000000000000000000a1");
  CHECK(open(server)->link(ask("spans.services", 0, 60), {}) == "http://jaeger.test:16686/search");
  CHECK(connector->link(ask("logs.search", 0, 60), {}).empty());
}

TEST_CASE("options that are not known or out of range are told") {
  for (const auto& [key, value, word] : std::vector<std::tuple<std::string, Value, std::string>>{
           {"trace", Value(5), "unknown option `trace`"}, {"traces", Value(0), "traces is 0"}, {"api", Value("v2"), "neither v1 nor v3"}}) {
    const auto made = jaeger::make_over(jaeger_config({{key, value}}), {});
    REQUIRE(!made);
    CHECK(made.error().message.find(word) != std::string::npos);
  }
}

TEST_CASE("nothing but GET of a closed list of paths can be sent") {
  for (const http::Endpoint& row : jaeger::endpoints()) CHECK(row.method == http::Method::get);
  Jaeger server;
  fill_shop(server, 30);
  auto connector = open(server);
  const Stop stop{false};
  REQUIRE(connector->probe({}, stop));
  for (const Case& one : cases) fetch(*connector, asked(one));
  for (const std::string& sent : server.sent()) CHECK(sent.compare(0, 4, "GET ") == 0);
}

TEST_CASE("threads that need the same traces fetch them once") {
  Jaeger server;
  fill_shop(server, 60);
  auto connector = open(server);
  const Ask one = ask("spans.latency", 0, 60, {{"service", "shop"}});
  std::vector<std::string> got(8);
  std::vector<std::thread> threads;
  for (std::string& text : got)
    threads.emplace_back([&connector, &one, &text] {
      const Stop stop{false};
      const auto answers = connector->fetch({one}, connector->native({one}, {}), {}, {}, stop);
      if (const auto* frame = std::get_if<FramePtr>(&answers[0])) text = hash(**frame);
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(!got[0].empty());
  for (const std::string& text : got) CHECK(text == got[0]);
  CHECK(server.searches() == 1);
}

TEST_CASE("of traces without nanoseconds it is told") {
  Jaeger server;
  fill_shop(server, 5);
  const FramePtr frame = fetch(*open(server), ask("spans.latency", 0, 20, {{"service", "shop"}}));
  CHECK(std::find(frame->marks.notes.begin(), frame->marks.notes.end(), "times are whole microseconds") != frame->marks.notes.end());
}

TEST_CASE("where all traces are too many, those that `where` lets through are searched by their attribute") {
  Jaeger server;
  fill_shop(server, 600);
  auto connector = open(server, {{"traces", Value(100)}});
  Ask one = ask("spans.percentiles", 0, 600, {{"service", "shop"}});
  CHECK(fetch(*connector, one)->marks.approximate.find("sampled") != std::string::npos);
  one.where = {{"size", Value(77)}};
  const FramePtr frame = fetch(*connector, one);
  CHECK(numbers(frame, "n") == std::vector<double>{1});
  CHECK(frame->marks.approximate.empty());
  CHECK(fetch(*connector, ask("spans.percentiles", 0, 600, {{"service", "shop"}}))->rows == 2);  // not out of those
}
