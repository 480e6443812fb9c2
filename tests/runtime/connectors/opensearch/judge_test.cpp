// What real answers of OpenSearch 2.19.1 and 3.8.0 mean.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/judge.h"

#include "tests/runtime/connectors/opensearch/replies.h"

using namespace inquest;
using namespace inquest::opensearch;
using Class = Failure::Class;

namespace {

struct Case {
  const char* name;
  Class cls;
  bool again;
};

Fault fault(const std::string& version, const std::string& name) {
  const replies::Reply reply = replies::load(version, name);
  const auto out = fault_of(reply.status, reply.response);
  INFO(version << " " << name);
  REQUIRE(out);
  return *out;
}

Reply good(const std::string& version, const std::string& name) {
  const replies::Reply reply = replies::load(version, name);
  INFO(version << " " << name);
  REQUIRE_FALSE(fault_of(reply.status, reply.response));
  auto out = reply_of(reply.response, "pattern-*");
  REQUIRE(std::holds_alternative<Reply>(out));
  return std::get<Reply>(out);
}

}  // namespace

TEST_CASE("an error is judged by the type of its exception, not by its status", "[opensearch]") {
  static constexpr Case cases[] = {
      {"500-err-index-not-found", Class::rejected, false},     {"501-err-unknown-query", Class::rejected, false},
      {"502-err-malformed-json", Class::rejected, false},      {"509-err-fielddata-text-agg", Class::rejected, false},
      {"512-err-no-partial", Class::rejected, false},          {"513-err-sort-type-conflict", Class::rejected, false},
      {"514-err-agg-type-conflict", Class::rejected, false},   {"515-err-avg-on-keyword", Class::rejected, false},
      {"518-err-too-many-buckets", Class::too_large, false},   {"519-err-too-many-buckets-terms", Class::too_large, false},
      {"520-err-composite-size", Class::too_large, false},     {"537-err-index-closed", Class::rejected, false},
      {"310-err-pit-expired", Class::malformed, false},        {"311b-err-pit-garbage", Class::rejected, false},
      {"402-err-msearch-empty", Class::rejected, false},       {"403-err-msearch-parse", Class::rejected, false},
  };
  for (const std::string& version : replies::versions())
    for (const Case& one : cases) {
      if (!std::filesystem::exists(replies::folder() + version + "/" + one.name + ".json")) continue;
      const Fault found = fault(version, one.name);
      INFO(version << " " << one.name << ": " << found.failure.cause);
      CHECK(failure_name(found.failure.cls) == std::string(failure_name(one.cls)));
      CHECK(found.again == one.again);
      CHECK_FALSE(found.failure.cause.empty());
    }
}

TEST_CASE("too many buckets come as 503 and are not tried again", "[opensearch]") {
  for (const std::string& version : replies::versions()) {
    const replies::Reply reply = replies::load(version, "518-err-too-many-buckets");
    REQUIRE(reply.status == 503);
    const http::Judged judged = judge()(reply.as_response());
    CHECK(judged.what == http::Judged::What::bad);
    CHECK(judged.failure.cause.find("too_many_buckets_exception") != std::string::npos);
  }
}

TEST_CASE("a full queue and a circuit breaker are worth another try", "[opensearch]") {
  const Fault breaker = fault("2.19.1", "543-err-circuit-breaker"), queue = fault("2.19.1", "700-err-rejected");
  CHECK(breaker.again);
  CHECK(queue.again);
  CHECK(breaker.failure.cls == Class::overloaded);
  CHECK(queue.failure.cls == Class::overloaded);
}

TEST_CASE("a point in time that is gone is known", "[opensearch]") {
  for (const std::string& version : replies::versions()) CHECK(fault(version, "310-err-pit-expired").expired);
}

TEST_CASE("an error that is a text is read: the SQL and PPL plugin is not there", "[opensearch]") {
  for (const std::string& version : replies::versions())
    for (const char* name : {"524-err-no-handler", "525-err-no-handler-sql"}) {
      const Fault found = fault(version, name);
      CHECK(found.no_plugin);
      CHECK(found.failure.cls == Class::unsupported);
      CHECK(found.failure.cause.find("no handler found") != std::string::npos);
    }
}

TEST_CASE("a shard that did not answer makes the answer partial though none failed", "[opensearch]") {
  for (const std::string& version : replies::versions()) {
    const Reply reply = good(version, "540-partial-unassigned");
    CHECK(reply.partial == "1 of 2 shards did not answer");
  }
}

TEST_CASE("failed shards are told with the first reason", "[opensearch]") {
  for (const std::string& version : replies::versions()) {
    const Reply reply = good(version, "511-partial-fielddata");
    CHECK(reply.partial.find("shards did not answer: illegal_argument_exception: ") != std::string::npos);
  }
}

TEST_CASE("a search that ran out of time is partial", "[opensearch]") {
  for (const std::string& version : replies::versions())
    CHECK(good(version, "541-timed-out").partial == "the server stopped searching at its time limit");
}

TEST_CASE("an answer in which no shard was searched is a failure, never an empty answer", "[opensearch]") {
  for (const std::string& version : replies::versions())
    for (const char* name : {"111-search-wildcard-no-index", "311-pit-garbage-short", "546-unknown-remote-wildcard"}) {
      const replies::Reply reply = replies::load(version, name);
      REQUIRE(reply.status == 200);
      const auto out = reply_of(reply.response, "nope-*");
      INFO(version << " " << name);
      REQUIRE(std::holds_alternative<Failure>(out));
      CHECK(std::get<Failure>(out).cause.find("nope-*") != std::string::npos);
    }
}

TEST_CASE("terminated_early: false does not make an answer partial", "[opensearch]") {
  const Reply reply = good("3.8.0", "102-search-no-total");
  CHECK(reply.partial.empty());
  CHECK_FALSE(total_of(reply.body));
}

TEST_CASE("terminated_early: true is a part only where hits were counted; 3.x says it too when it only stops counting them", "[opensearch]") {
  const auto partial = [](const std::string& total) {
    auto body = parse_json(R"({"took":8,"timed_out":false,"terminated_early":true,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},)"
                           R"("hits":{)" + total + R"("max_score":null,"hits":[]},"aggregations":{"a":{"value":27953}}})", "body");
    REQUIRE(body);
    const auto out = reply_of(std::move(*body), "spans");
    REQUIRE(std::holds_alternative<Reply>(out));
    return std::get<Reply>(out).partial;
  };
  CHECK(partial("").empty());
  CHECK(partial(R"("total":{"value":10000,"relation":"gte"},)").empty());
  CHECK(partial(R"("total":{"value":20,"relation":"eq"},)") == "the server ended the search early");
}

TEST_CASE("the items of an _msearch are judged one by one", "[opensearch]") {
  for (const std::string& version : replies::versions()) {
    const replies::Reply reply = replies::load(version, "400-msearch");
    const Json& items = reply.response["responses"];
    REQUIRE(items.size() == 3);
    CHECK_FALSE(fault_of(200, items[0]));
    const auto missing = fault_of(static_cast<int>(json_int64(items[1]["status"])), items[1]);
    REQUIRE(missing);
    CHECK(missing->failure.cause.find("no such index [nope]") != std::string::npos);
    CHECK(fault_of(400, items[2]));
  }
}

TEST_CASE("something else than a search answer is malformed", "[opensearch]") {
  for (const char* text : {"{}", "[]", "{\"_shards\":{\"total\":1}}", "{\"hits\":{}}"}) {
    const auto out = reply_of(replies::parsed(text), "x");
    REQUIRE(std::holds_alternative<Failure>(out));
    CHECK(std::get<Failure>(out).cls == Class::malformed);
  }
}
