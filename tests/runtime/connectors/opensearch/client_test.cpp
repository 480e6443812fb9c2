// Rounds, pages and points in time against a server that misbehaves in each known way.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/client.h"

#include <set>

#include "tests/runtime/connectors/opensearch/replies.h"

using namespace inquest;
using namespace inquest::opensearch;
using Class = Failure::Class;

namespace {

Client::Options options(size_t page = 10) {
  Client::Options out;
  out.page = page;
  out.wait = [](Duration, const Stop&) { return true; };
  return out;
}

Search rows(size_t n) {
  return {"spans-*", replies::parsed(R"({"query":{"match_all":{}},"sort":[{"startTime":{"order":"asc"}}]})"), n, "rows"};
}

Json hit_number(int64_t n) {
  Json out = Json::object();
  out["_index"] = "spans-1";
  out["_id"] = std::to_string(n);
  out["_source"] = Json::object({{"n", n}});
  out["sort"] = Json::array({1'700'000'000'000'000'000 + n, n, "spans-1"});
  return out;
}

Json msearch(std::vector<Json> items) {
  Json out = Json::object();
  out["took"] = 1;
  for (Json& item : items)
    if (!item.contains("status")) item["status"] = 200;
  out["responses"] = Json(std::move(items));
  return out;
}

// Holds `n` documents and pages through them as OpenSearch does.
struct Holding {
  int64_t n;
  bool repeat = false, expire = false;
  int pages = 0;
  std::set<std::string> open = {};

  Json page(const Json& body, bool in_pit) {
    const int64_t size = json_int64(body["size"]);
    int64_t from = 0;
    if (const Json* after = member(body, "search_after"); after && !repeat) from = json_int64((*after)[1]) + 1;
    Json list = Json::array();
    for (int64_t i = from; i < std::min(n, from + size); ++i) list.push_back(hit_number(i));
    Json out = replies::hits(n, list);
    if (in_pit) out["pit_id"] = "pit-" + std::to_string(++pages);
    return out;
  }
  http::Response operator()(const http::Request& request) {
    if (request.path == "/_msearch") {
      std::vector<Json> items;
      for (const auto& [header, body] : replies::searches(request.body)) items.push_back(page(body, false));
      return replies::json(msearch(std::move(items)));
    }
    if (request.method == http::Method::del) {
      open.erase("it");
      return replies::json(replies::parsed(R"({"pits":[{"successful":true}]})"));
    }
    if (request.path.find("point_in_time") != std::string::npos) {
      open.insert("it");
      return replies::json(replies::parsed(R"({"pit_id":"pit-0","_shards":{"total":1,"successful":1,"skipped":0,"failed":0}})"));
    }
    if (expire && pages == 1) return replies::load("2.19.1", "310-err-pit-expired").as_response();
    return replies::json(page(replies::parsed(request.body), true));
  }
};

Outcome<Reply> one(Client& client, const Search& search) {
  auto all = client.search({search}, Deadline{}, replies::go());
  REQUIRE(all.size() == 1);
  return std::move(all[0]);
}

}  // namespace

TEST_CASE("searches of a round are one _msearch that says what it wants explicitly", "[opensearch]") {
  Holding holding{3};
  replies::Server server;
  server.answer = [&](const http::Request& request) { return holding(request); };
  Client client(server.send(), http::Config{}, options());
  const auto out = client.search({rows(5), rows(5)}, Deadline{}, replies::go());
  REQUIRE(out.size() == 2);
  REQUIRE(server.asked.size() == 1);
  const auto sent = replies::searches(server.asked[0].request.body);
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].first["index"] == "spans-*");
  CHECK(sent[0].first["allow_partial_search_results"] == true);
  CHECK(sent[0].second["track_total_hits"] == true);
  CHECK(sent[0].second.contains("timeout"));
  CHECK(canonical(sent[0].second["sort"]) == R"([{"startTime":{"order":"asc"}},{"_seq_no":"asc"},{"_index":"asc"}])");
  CHECK(server.asked[0].request.content_type == "application/x-ndjson");
}

TEST_CASE("what is printed for a search is what is sent", "[opensearch]") {
  Holding holding{1};
  replies::Server server;
  server.answer = [&](const http::Request& request) { return holding(request); };
  Client client(server.send(), http::Config{}, options());
  const Search search = rows(5);
  (void)one(client, search);
  const std::string printed = client.print(search);
  CHECK(printed.find(split(server.asked[0].request.body, '\n')[1]) != std::string::npos);
}

TEST_CASE("more rows than a page come through a point in time, each once, and it is closed", "[opensearch]") {
  Holding holding{37};
  replies::Server server;
  server.answer = [&](const http::Request& request) { return holding(request); };
  Client client(server.send(), http::Config{}, options());
  const auto out = one(client, rows(100));
  REQUIRE(std::holds_alternative<Reply>(out));
  const Json& list = std::get<Reply>(out).body["hits"]["hits"];
  REQUIRE(list.size() == 37);
  for (size_t i = 0; i < list.size(); ++i) CHECK(list[i]["_source"]["n"] == i);
  CHECK(std::get<Reply>(out).partial.empty());
  CHECK_FALSE(std::get<Reply>(out).cut);
  CHECK(holding.open.empty());
  // The newest id of the point in time is the one that is used and closed.
  CHECK(server.asked.back().request.method == http::Method::del);
  CHECK(server.asked.back().request.body == "{\"pit_id\":[\"pit-4\"]}");
}

TEST_CASE("rows beyond the limit of the search are not fetched and it is said", "[opensearch]") {
  Holding holding{100};
  replies::Server server;
  server.answer = [&](const http::Request& request) { return holding(request); };
  Client client(server.send(), http::Config{}, options());
  const auto out = one(client, rows(25));
  REQUIRE(std::holds_alternative<Reply>(out));
  CHECK(std::get<Reply>(out).body["hits"]["hits"].size() == 25);
  CHECK(std::get<Reply>(out).cut);
  CHECK(total_of(std::get<Reply>(out).body) == 100);
}

TEST_CASE("a page that comes again ends the search as inconsistent", "[opensearch]") {
  Holding holding{50, true};
  replies::Server server;
  server.answer = [&](const http::Request& request) { return holding(request); };
  Client client(server.send(), http::Config{}, options());
  const auto out = one(client, rows(50));
  REQUIRE(std::holds_alternative<Failure>(out));
  CHECK(std::get<Failure>(out).cls == Class::malformed);
  CHECK(std::get<Failure>(out).cause == "inconsistent page: the same page came twice");
  CHECK(holding.open.empty());
}

TEST_CASE("a point in time that expires between two pages ends the search as inconsistent", "[opensearch]") {
  Holding holding{50, false, true};
  replies::Server server;
  server.answer = [&](const http::Request& request) { return holding(request); };
  Client client(server.send(), http::Config{}, options());
  const auto out = one(client, rows(50));
  REQUIRE(std::holds_alternative<Failure>(out));
  CHECK(std::get<Failure>(out).cls == Class::malformed);
  CHECK(std::get<Failure>(out).cause.find("inconsistent page: search_context_missing_exception") == 0);
}

TEST_CASE("an item that was refused for load is sent again, alone", "[opensearch]") {
  int round = 0;
  replies::Server server;
  server.answer = [&](const http::Request& request) {
    std::vector<Json> items;
    for (size_t i = 0; i < replies::searches(request.body).size(); ++i) items.push_back(replies::hits(0, Json::array()));
    if (round++ == 0) {
      items[1] = replies::load("2.19.1", "543-err-circuit-breaker").response;
      items[1]["status"] = 429;
    }
    return replies::json(msearch(std::move(items)));
  };
  Client client(server.send(), http::Config{}, options());
  const auto out = client.search({rows(1), rows(2), rows(3)}, Deadline{}, replies::go());
  for (const auto& reply : out) CHECK(std::holds_alternative<Reply>(reply));
  REQUIRE(server.asked.size() == 2);
  const auto again = replies::searches(server.asked[1].request.body);
  REQUIRE(again.size() == 1);
  CHECK(again[0].second["size"] == 2);
}

TEST_CASE("an item that stays refused for load ends as overloaded after a few tries", "[opensearch]") {
  replies::Server server;
  server.answer = [&](const http::Request&) {
    Json item = replies::load("2.19.1", "700-err-rejected").response;
    item["status"] = 429;
    return replies::json(msearch({item}));
  };
  Client client(server.send(), http::Config{}, options());
  const auto out = one(client, rows(1));
  REQUIRE(std::holds_alternative<Failure>(out));
  CHECK(std::get<Failure>(out).cls == Class::overloaded);
  CHECK(server.asked.size() == 4);
}

TEST_CASE("one search that cannot be parsed does not take the others with it", "[opensearch]") {
  replies::Server server;
  server.answer = [&](const http::Request& request) {
    const auto sent = replies::searches(request.body);
    std::vector<Json> items;
    for (const auto& [header, body] : sent) {
      if (body["size"] == 2) return replies::load("2.19.1", "403-err-msearch-parse").as_response();
      items.push_back(replies::hits(0, Json::array()));
    }
    return replies::json(msearch(std::move(items)));
  };
  Client client(server.send(), http::Config{}, options());
  const auto out = client.search({rows(1), rows(2), rows(3)}, Deadline{}, replies::go());
  CHECK(std::holds_alternative<Reply>(out[0]));
  REQUIRE(std::holds_alternative<Failure>(out[1]));
  CHECK(std::get<Failure>(out[1]).cls == Class::rejected);
  CHECK(std::holds_alternative<Reply>(out[2]));
}

TEST_CASE("answers that are no _msearch answers fail by name, never as nothing", "[opensearch]") {
  for (const char* text : {"{}", "{\"responses\":[]}", "{\"responses\":{}}", "[1]", "{\"responses\":[{\"took\":1}]}"}) {
    replies::Server server;
    server.answer = [&](const http::Request&) { return replies::json(replies::parsed(text)); };
    Client client(server.send(), http::Config{}, options());
    const auto out = one(client, rows(1));
    INFO(text);
    REQUIRE(std::holds_alternative<Failure>(out));
    CHECK(std::get<Failure>(out).cls == Class::malformed);
  }
}

TEST_CASE("a server that asks to come back later than a request allows is told so, not as a failure", "[opensearch]") {
  const Send send = [](const http::Request&, const http::Judge&, const Deadline&, const Stop&) {
    return Outcome<http::Response>(RetryLater{{7 * ns_per_s}, "HTTP 503, come back in 7 s"});
  };
  Client client(send, http::Config{}, options());
  for (const size_t paged : {size_t{0}, size_t{9}}) {
    const auto out = one(client, rows(paged));
    REQUIRE(std::holds_alternative<RetryLater>(out));
    CHECK(std::get<RetryLater>(out).after.ns == 7 * ns_per_s);
  }
}

TEST_CASE("the table of what may be sent holds searches and nothing that writes", "[opensearch]") {
  for (const http::Endpoint& row : endpoints()) {
    const std::string path = row.path;
    INFO(http::method_name(row.method) << " " << path);
    if (row.method == http::Method::get) continue;
    if (row.method == http::Method::del) {
      CHECK(path == "/_search/point_in_time");
      continue;
    }
    CHECK(row.method == http::Method::post);
    CHECK((path == "/_msearch" || path == "/_search" || path == "/*/_search/point_in_time" || path == "/_plugins/_ppl" || path == "/_plugins/_sql"));
  }
}

TEST_CASE("two works that search the same have it sent once, and both get the reply", "[opensearch]") {
  struct Same final : Work {
    std::vector<Search> round() override { return done ? std::vector<Search>() : std::vector<Search>{rows(3), rows(size)}; }
    std::optional<Failure> take(std::vector<Reply> replies) override {
      for (const Reply& reply : replies) got.push_back(reply.body["hits"]["hits"].size());
      done = true;
      return std::nullopt;
    }
    otlp::Answer answer(const otlp::Asking&) override { return Failure{}; }
    size_t size = 4;
    bool done = false;
    std::vector<size_t> got;
  };
  Holding holding{9};
  replies::Server server;
  server.answer = [&](const http::Request& request) { return holding(request); };
  Client client(server.send(), http::Config{}, options());
  Same a, b;
  b.size = 5;
  const auto failures = client.run({&a, &b}, Deadline{}, replies::go());
  CHECK((!failures[0] && !failures[1]));
  CHECK(a.got == std::vector<size_t>{3, 4});
  CHECK(b.got == std::vector<size_t>{3, 5});
  REQUIRE(server.asked.size() == 1);
  CHECK(replies::searches(server.asked[0].request.body).size() == 3);
}
