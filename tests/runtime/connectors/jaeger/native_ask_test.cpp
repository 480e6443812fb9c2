// Native asks: parameters of Jaeger's search, with names as whole values.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/native_ask.h"

#include "tests/runtime/connectors/jaeger/made_jaeger.h"

using namespace made;
using jaeger::Search;

namespace {

Ask native(const std::string& text, Map names = {}) {
  Ask out = ask("jaeger", 0, 600);
  out.signal = "spans";
  out.native = text;
  out.names = std::move(names);
  return out;
}
Search search(const std::string& text, Map names = {}) {
  const auto read = jaeger::native_search(native(text, std::move(names)));
  if (const auto* failure = std::get_if<Failure>(&read)) FAIL(failure->cause);
  return std::get<Search>(read);
}
std::string wrong(const std::string& text, Map names = {}) {
  const auto read = jaeger::native_search(native(text, std::move(names)));
  REQUIRE(std::holds_alternative<Failure>(read));
  CHECK(std::get<Failure>(read).cls == Failure::Class::rejected);
  return std::get<Failure>(read).cause + " | " + std::get<Failure>(read).cure;
}

}  // namespace

TEST_CASE("parameters are read as words, texts in quotes, names and JSON") {
  const Search s = search("service=$service operation=\"GET /a b\"\n minDuration=100ms&maxDuration=2s tags={\"user\": $user, \"code\": 500, \"hit\": false} limit=7",
                          {{"service", Value("shop")}, {"user", Value("a\"b")}});
  CHECK(s.service == "shop");
  CHECK(s.operation == "GET /a b");
  CHECK(s.shortest->ns == 100'000'000);
  CHECK(s.longest->ns == 2'000'000'000);
  CHECK(s.tags == std::map<std::string, std::string>{{"user", "a\"b"}, {"code", "500"}, {"hit", "false"}});
  CHECK(s.limit == 7);
  CHECK(s.window.from.ns == at(0));
}

TEST_CASE("a bound value stays one value, whatever it contains") {
  for (const std::string& value : {std::string("x limit=9"), std::string("a&service=b"), std::string("\"}"), std::string("$service"),
                                   std::string("{}"), std::string("%22 \n"), std::string("täg\\\"")}) {
    const Search s = search("service=$v tags={\"k\":$v}", {{"v", Value(value)}});
    CHECK(s.service == value);
    CHECK(s.tags.at("k") == value);
    CHECK(s.limit == 100);
    jaeger::Api api;
    api.v1 = true;
    const http::Request request = jaeger::search_request(api, s);
    CHECK(request.query[0].value == value);
    const std::string printed = request.print();
    CHECK(printed.find_first_of(" \n\"{}") == 3);          // the blank behind GET only, if any else were raw it would come before
    CHECK(std::count(printed.begin(), printed.end(), '&') == static_cast<std::ptrdiff_t>(request.query.size()) - 1);
  }
}

TEST_CASE("what is wrong is named, with the cure") {
  CHECK(wrong("operation=x").find("no service") != std::string::npos);
  CHECK(wrong("service=a minDuraton=1s").find("did you mean `minDuration`?") != std::string::npos);
  CHECK(wrong("service=a start=5").find("start is the window of the ask") != std::string::npos);
  CHECK(wrong("service=a limit=0").find("limit=0 is no number from 1") != std::string::npos);
  CHECK(wrong("service=a minDuration=abc").find("minDuration=abc is no length of time") != std::string::npos);
  CHECK(wrong("service=a service=b").find("given twice") != std::string::npos);
  CHECK(wrong("service=a tags={\"k\":{}}").find("`k` is no plain value") != std::string::npos);
  CHECK(wrong("service=a tags={\"k\":1").find("does not end") != std::string::npos);
  CHECK(wrong("service=\"a").find("does not end") != std::string::npos);
  CHECK(wrong("service=$nobody").find("bound to nothing") != std::string::npos);
  CHECK(wrong("service=a-$x", {{"x", Value("1")}}).find("name inside a word") != std::string::npos);
  CHECK(wrong("service=\"a $x\"", {{"x", Value("1")}}).find("inside quotes") != std::string::npos);
  CHECK(wrong("just words").find("is no NAME=VALUE") != std::string::npos);
  CHECK(wrong("service=a minDuration=2s maxDuration=1s").find("maxDuration is below minDuration") != std::string::npos);
}

TEST_CASE("a native ask answers with the whole traces that were found, the earliest first, and tells a limit that was reached") {
  Jaeger server;
  fill_shop(server, 300);
  auto connector = open(server);
  FramePtr frame = fetch(*connector, native("service=shop tags={\"hit\":\"true\"} limit=5"));
  CHECK(frame->expanded);
  CHECK(frame->rows == 20);
  CHECK(frame->marks.limited == "5 traces, as the ask says");
  const auto starts = seconds(frame, "start");
  CHECK(std::is_sorted(starts.begin(), starts.end()));
  frame = fetch(*connector, native("service=shop"));
  CHECK(frame->rows == 400);
  CHECK(frame->marks.partial.find("more than the 100 traces") != std::string::npos);
  frame = fetch(*connector, native("service=shop operation=buy minDuration=110ms"));
  CHECK(frame->marks.partial.empty());
  CHECK(frame->marks.limited.empty());
  CHECK(frame->rows > 0);
}
