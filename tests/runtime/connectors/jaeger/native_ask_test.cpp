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
Search search(const std::string& text, Map names = {}, std::map<std::string, std::string>* here = nullptr) {
  const auto read = jaeger::native_search(native(text, std::move(names)), nullptr, here);
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
                          {{"service", Value("shop")}, {"user", Value("a'b")}});
  CHECK(s.service == "shop");
  CHECK(s.operation == "GET /a b");
  CHECK(s.shortest->ns == 100'000'000);
  CHECK(s.longest->ns == 2'000'000'000);
  CHECK(s.tags == std::map<std::string, std::string>{{"user", "a'b"}, {"code", "500"}, {"hit", "false"}});
  CHECK(s.limit == 7);
  CHECK(s.window.from.ns == at(0));
}

TEST_CASE("a bound value stays one value, whatever it contains") {
  for (const std::string& value : {std::string("x limit=9"), std::string("a&service=b"), std::string("\"}"), std::string("$service"),
                                   std::string("{}"), std::string("%22 \n"), std::string("täg\\\"")}) {
    std::map<std::string, std::string> here;
    const Search s = search("service=$v tags={\"k\":$v}", {{"v", Value(value)}}, &here);
    CHECK(s.service == value);
    CHECK((here.empty() ? s.tags : here).at("k") == value);
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

TEST_CASE("what a name in tags is bound to stands for itself, though some stores read patterns; what the ask says itself is sent as it is") {
  std::map<std::string, std::string> here;
  Search s = search("service=a tags={\"k\": $v, \"dot\": $w, \"own\": \".*b\"}", {{"v", Value(".*")}, {"w", Value("1.5")}}, &here);
  CHECK(s.tags == std::map<std::string, std::string>{{"dot", "1.5"}, {"own", ".*b"}});
  CHECK(here == std::map<std::string, std::string>{{"k", ".*"}, {"dot", "1.5"}});
  CHECK(wrong("service=a tags={\"otel.status_description\": $v}", {{"v", Value("a|b")}}).find("is a pattern for some of Jaeger's stores") !=
        std::string::npos);

  Jaeger server;
  for (int i = 0; i < 40; ++i)
    server.add({{"shop", {{i + 1, 1, 0, "list", 2, i * 1.0, 5, {{"k", i % 4 == 0 ? "a|b" : "a"}, {"n", "v" + std::to_string(i)}}}}}});
  server.fault = [](const http::Request& request) -> std::optional<Outcome<http::Response>> {
    for (const http::Param& p : request.query) CHECK(p.value.find('|') == std::string::npos);
    return {};
  };
  auto connector = open(server);
  FramePtr frame = fetch(*connector, native("service=shop tags={\"k\": $v}", {{"v", Value("a|b")}}));
  CHECK(frame->rows == 10);
  CHECK(frame->marks.partial.empty());
  CHECK(frame->marks.limited.empty());
  frame = fetch(*connector, native("service=shop tags={\"k\": $v} limit=3", {{"v", Value("a|b")}}));
  CHECK(frame->rows == 3);
  CHECK(seconds(frame, "start") == std::vector<double>{28, 32, 36});
  CHECK(frame->marks.limited == "3 traces, as the ask says");
  frame = fetch(*open(server, {{"traces", Value(20)}}), native("service=shop tags={\"k\": $v} limit=9", {{"v", Value("a|b")}}));
  CHECK(frame->rows == 5);
  CHECK(frame->marks.partial == "only the newest 20 traces were compared with the values of the tags");
}

TEST_CASE("tags are not asked of a v3 that ignores them: it would find what was not asked for") {
  Jaeger server;
  fill_shop(server, 20);
  std::string version = "v2.18.1";
  server.fault = [&](const http::Request& request) -> std::optional<Outcome<http::Response>> {
    if (request.path != "/search") return {};
    return Jaeger::response(200, "<script>{\"gitVersion\":\"" + version + "\"}</script>", "text/html");
  };
  const Ask one = native("service=shop tags={\"hit\":\"true\"}");
  const Failure refused = failure(*open(server, {{"api", Value("v3")}}), one);
  CHECK(refused.cls == Failure::Class::unsupported);
  CHECK(refused.cause.find("does not search tags") != std::string::npos);
  CHECK(fetch(*open(server), one)->rows == 40);            // v1 does
  version = "v2.19.0";
  CHECK(fetch(*open(server, {{"api", Value("v3")}}), one)->rows == 40);
}
