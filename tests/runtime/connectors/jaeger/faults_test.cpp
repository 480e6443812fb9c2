// What servers do wrong: each fault ends in its own outcome, none in an empty frame.
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/connectors/jaeger/asked.h"

using namespace made;

TEST_CASE("a server that has no interface of Jaeger is told as such, with what it answered and the cure") {
  Jaeger server;
  server.v1 = server.v3 = false;                         // every path is a page for people, with status 200
  const Stop stop{false};
  const auto probe = open(server)->probe({}, stop);
  REQUIRE(!probe);
  CHECK(probe.error().message.find("text/html") != std::string::npos);
  CHECK(probe.error().cure.find("http://host:16686") != std::string::npos);
  CHECK(failure(*open(server), ask("spans.latency", 0, 10)).cls == Failure::Class::malformed);
}

TEST_CASE("a trace that is not there is a note, the others come") {
  Jaeger server;
  fill_shop(server, 5);
  for (const char* api : {"v3", "v1"}) {
    auto connector = open(server, {{"api", Value(api)}});
    const FramePtr frame = fetch(*connector, ask("spans.of_traces", 0, 20, {}, {{"traces", Value(List{Value("2"), Value("77777"), Value("4")})}}));
    CHECK(frame->rows == 8);
    CHECK(frame->marks.partial.empty());
    CHECK(std::find(frame->marks.notes.begin(), frame->marks.notes.end(), "1 of the traces have no span here") != frame->marks.notes.end());
  }
}

TEST_CASE("one trace that fails makes the list of traces partial") {
  Jaeger server;
  fill_shop(server, 5);
  server.fault = [](const http::Request& request) -> std::optional<Outcome<http::Response>> {
    if (request.path.find("0002") == std::string::npos) return {};
    return Failure{Failure::Class::overloaded, "too many requests"};
  };
  const FramePtr frame = fetch(*open(server), ask("spans.of_traces", 0, 20, {}, {{"traces", Value(List{Value("2"), Value("4")})}}));
  CHECK(frame->rows == 4);
  CHECK(frame->marks.partial == "1 of 2 traces did not come: too many requests");
}

TEST_CASE("errors beside data make the answer partial, in the server's words") {
  Jaeger server;
  fill_shop(server, 5);
  server.fault = [&](const http::Request& request) -> std::optional<Outcome<http::Response>> {
    if (request.path != "/api/traces") return {};
    return Jaeger::response(200, R"({"data":[{"traceID":"1","spans":[{"traceID":"1","spanID":"2","operationName":"op","startTime":1700000001000000,
      "duration":5,"processID":"p1","tags":[{"key":"span.kind","type":"string","value":"server"}]}],"processes":{"p1":{"serviceName":"shop"}}}],
      "errors":[{"code":500,"msg":"shard 3 is away"}]})");
  };
  const FramePtr frame = fetch(*open(server, {{"api", Value("v1")}}), ask("spans.percentiles", 0, 20, {{"service", "shop"}}));
  CHECK(frame->rows == 1);
  CHECK(frame->marks.partial == "Jaeger says: shard 3 is away");
}

TEST_CASE("what is no answer is a failure with the server's words, never an empty frame") {
  Jaeger server;
  fill_shop(server, 5);
  http::Response answer;
  server.fault = [&](const http::Request& request) -> std::optional<Outcome<http::Response>> {
    if (request.path.find("/traces") == std::string::npos) return {};
    return answer;
  };
  const Ask one = ask("spans.percentiles", 0, 20, {{"service", "shop"}});
  const auto failed = [&](http::Response response) {
    answer = std::move(response);
    return failure(*open(server), one);
  };
  CHECK(failed(Jaeger::response(400, rows::reply("v3_no_times.json"), "text/plain")).cause ==
        "Jaeger (HTTP 400): query.start_time_min and query.start_time_max are required");
  CHECK(failed(Jaeger::response(400, rows::reply("v1_malformed_tags.json"), "text/plain")).cause.find("malformed 'tags' parameter") != std::string::npos);
  CHECK(failed(Jaeger::response(200, rows::reply("unknown_path.html"), "text/html")).cls == Failure::Class::malformed);
  CHECK(failed(Jaeger::response(200, R"({"result":{"resourceSpans":[{"resource":)", "text/plain")).cls == Failure::Class::malformed);
  CHECK(failed(Jaeger::response(200, R"({"error":"nothing of the kind"})", "text/plain")).cls == Failure::Class::malformed);
  CHECK(failed(Jaeger::response(401, "who are you", "text/plain")).cls == Failure::Class::refused);
}

TEST_CASE("a stop ends the fetch as cancelled") {
  Jaeger server;
  fill_shop(server, 5);
  auto connector = open(server);
  const Stop stop{true};
  const Ask one = ask("spans.latency", 0, 20, {{"service", "shop"}});
  const auto answers = connector->fetch({one}, {}, {}, {}, stop);
  REQUIRE(std::holds_alternative<Failure>(answers[0]));
  CHECK(std::get<Failure>(answers[0]).cls == Failure::Class::cancelled);
}

TEST_CASE("a search that takes too long, or is too large for one answer, is asked for less at once") {
  Jaeger server;
  fill_shop(server, 120);
  for (const auto cls : {Failure::Class::timeout, Failure::Class::too_large}) {
    server.fault = [&](const http::Request& request) -> std::optional<Outcome<http::Response>> {
      if (request.path.find("/traces") == std::string::npos || request.query.size() < 4) return {};
      if (parse_time(request.query[2].value)->ns - parse_time(request.query[1].value)->ns < 20 * ns_per_s) return {};
      return Failure{cls, "not in one piece"};
    };
    const FramePtr frame = fetch(*open(server), ask("spans.percentiles", 0, 120, {{"service", "shop"}}));
    CHECK(numbers(frame, "n") == std::vector<double>{40, 80});
    CHECK(frame->marks.partial.empty());
  }
}

TEST_CASE("a piece of the window that fails makes the answer partial, and it is tried again by the next ask") {
  Jaeger server;
  fill_shop(server, 120);
  server.most = 50;
  server.fault = [&](const http::Request& request) -> std::optional<Outcome<http::Response>> {
    if (request.query.size() < 4 || request.query[1].value != "2023-11-14T22:13:20Z" || request.query[2].value == "2023-11-14T22:15:20Z") return {};
    return Failure{Failure::Class::overloaded, "busy (HTTP 503)"};
  };
  auto connector = open(server);
  const Ask one = ask("spans.percentiles", 0, 120, {{"service", "shop"}});
  FramePtr frame = fetch(*connector, one);
  CHECK(frame->marks.partial == "not all traces of shop came: busy (HTTP 503)");
  CHECK(frame->rows == 2);
  server.fault = nullptr;
  frame = fetch(*connector, one);
  CHECK(frame->marks.partial.empty());
  CHECK(numbers(frame, "n") == std::vector<double>{40, 80});
}

TEST_CASE("a server that is not there is a failure of every ask, and a deadline that is over a timeout") {
  Jaeger server;
  fill_shop(server, 5);
  auto connector = open(server);
  const Stop stop{false};
  const Ask one = ask("spans.latency", 0, 20, {{"service", "shop"}});
  const auto late = connector->fetch({one}, {}, {}, Deadline{1}, stop);
  REQUIRE(std::holds_alternative<Failure>(late[0]));
  CHECK(std::get<Failure>(late[0]).cls == Failure::Class::timeout);
  server.fault = [](const http::Request&) -> std::optional<Outcome<http::Response>> {
    return Failure{Failure::Class::unreachable, "connection refused"};
  };
  connector = open(server);
  for (const Case& each : cases) {
    const Failure failed = failure(*connector, asked(each));
    CHECK(failed.cls == Failure::Class::unreachable);
    CHECK(failed.cause == "connection refused");
  }
}

TEST_CASE("a server that asks to come back later is believed") {
  Jaeger server;
  fill_shop(server, 5);
  auto connector = open(server);
  fetch(*connector, ask("spans.latency", 0, 5, {{"service", "shop"}}));
  server.fault = [](const http::Request&) -> std::optional<Outcome<http::Response>> { return RetryLater{Duration{ns_per_s}, "busy"}; };
  const auto answer = outcome(*connector, ask("spans.latency", 0, 20, {{"service", "db"}}));
  REQUIRE(std::holds_alternative<RetryLater>(answer));
  CHECK(std::get<RetryLater>(answer).after.ns == ns_per_s);
}

TEST_CASE("what is too large in every piece is too large, not an empty answer") {
  Jaeger server;
  fill_shop(server, 60);
  server.fault = [](const http::Request& request) -> std::optional<Outcome<http::Response>> {
    if (request.path.find("/traces") == std::string::npos) return {};
    return Failure{Failure::Class::too_large, "the answer's body is more than 32 MB"};
  };
  for (const auto& names : {std::map<std::string, std::string>{}, std::map<std::string, std::string>{{"service", "shop"}}}) {
    CHECK(failure(*open(server), ask("spans.latency", 0, 60, names)).cls == Failure::Class::too_large);
    CHECK(failure(*open(server), ask("spans.slowest", 0, 60, names)).cls == Failure::Class::too_large);
  }
  CHECK(server.searches() < 100);
}
