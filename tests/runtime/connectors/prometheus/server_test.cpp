// What answers of a Prometheus mean: recorded errors, and what proxies and other servers say in its place.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/server.h"

#include <catch2/catch.hpp>

#include "runtime/base/text.h"

using namespace inquest;
using namespace inquest::prometheus;
using Class = Failure::Class;
using What = http::Judged::What;

namespace {

http::Response response(int status, std::string body, std::string type = "application/json") {
  http::Response out;
  out.status = status;
  out.body = std::move(body);
  out.content_type = std::move(type);
  return out;
}
std::string recorded(const std::string& name) {
  return read_file(std::string(INQUEST_SOURCE_DIR) + "/tests/runtime/connectors/prometheus/recorded/" + name + ".json").value();
}
Outcome<Answered> answered(const http::Response& with, const std::string& path = "/api/v1/query") {
  const Server server([&](const http::Request&, const http::Judge&, const Deadline&, const Stop&) -> Outcome<http::Response> { return with; });
  const Stop stop{false};
  return server.ask(get(path, {}), {}, stop);
}

}  // namespace

TEST_CASE("errors of the server are told apart by their type", "[prometheus]") {
  const auto bad = judge(response(400, recorded("parse-error")));
  CHECK(bad.what == What::bad);
  CHECK(bad.failure.cls == Class::rejected);
  CHECK(bad.failure.cause.find("unclosed left parenthesis") != std::string::npos);
  const auto samples = judge(response(422, R"({"status":"error","errorType":"execution","error":"query processing would load too many samples into memory in query execution"})"));
  CHECK(samples.failure.cls == Class::too_large);
  CHECK_FALSE(samples.failure.cure.empty());
  const auto execution = judge(response(422, R"({"status":"error","errorType":"execution","error":"many-to-many matching not allowed"})"));
  CHECK((execution.what == What::bad && execution.failure.cls == Class::rejected));
  const auto timeout = judge(response(503, R"({"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"})"));
  CHECK((timeout.what == What::again && timeout.failure.cls == Class::timeout));
  CHECK(timeout.failure.cure.find("shorter window") != std::string::npos);
}

TEST_CASE("a server that starts is asked again, a wrong path is not", "[prometheus]") {
  const auto starting = judge(response(503, "Service Unavailable", "text/plain"));
  CHECK((starting.what == What::again && starting.failure.cls == Class::overloaded));
  const auto path = judge(response(404, recorded("not-found"), "text/plain"));
  CHECK((path.what == What::bad && path.failure.cls == Class::rejected));
  CHECK(path.failure.cure.find("base path") != std::string::npos);
}

TEST_CASE("a page for people is no answer", "[prometheus]") {
  const auto outcome = answered(response(200, "<!doctype html><title>Sign in</title>", "text/html"));
  REQUIRE(std::holds_alternative<Failure>(outcome));
  CHECK(std::get<Failure>(outcome).cls == Class::malformed);
  CHECK(std::get<Failure>(outcome).cure.find("login") != std::string::npos);
}

TEST_CASE("a success that says error, is empty, or is no JSON is a failure", "[prometheus]") {
  CHECK(std::get<Failure>(answered(response(200, R"({"status":"error","errorType":"internal","error":"boom"})"))).cause.find("boom") != std::string::npos);
  CHECK(std::get<Failure>(answered(response(200, ""))).cls == Class::malformed);
  CHECK(std::get<Failure>(answered(response(200, "  \n"))).cls == Class::malformed);
  CHECK(std::get<Failure>(answered(response(200, R"({"status":"success","data":)"))).cls == Class::malformed);
  CHECK(std::get<Failure>(answered(response(200, "[]"))).cls == Class::malformed);
}

TEST_CASE("a success without the data of its endpoint is malformed, never an empty answer", "[prometheus]") {
  for (const char* data : {R"({"status":"success"})", R"({"status":"success","data":{}})", R"({"status":"success","data":null})", R"({"status":"success","data":[]})",
                           R"({"status":"success","data":{"resultType":"matrix"}})", R"({"status":"success","data":{"resultType":"matrix","result":{}}})",
                           R"({"status":"success","data":{"resultType":"matrix","result":[1]}})", R"({"status":"success","data":{"resultType":"scalar","result":[1]}})"}) {
    INFO(data);
    const auto outcome = answered(response(200, data));
    REQUIRE(std::holds_alternative<Failure>(outcome));
    CHECK(std::get<Failure>(outcome).cls == Class::malformed);
  }
  CHECK(std::holds_alternative<Answered>(answered(response(200, R"({"status":"success","data":{"resultType":"vector","result":[]}})"))));
  CHECK(std::holds_alternative<Answered>(answered(response(200, R"({"status":"success","data":[]})"), "/api/v1/labels")));
  CHECK(std::holds_alternative<Failure>(answered(response(200, R"({"status":"success","data":{}})"), "/api/v1/labels")));
}

TEST_CASE("a long query is sent as a form, a short one in the URL", "[prometheus]") {
  const http::Request shorter = get("/api/v1/query", {{"query", "up"}});
  CHECK((shorter.method == http::Method::get && shorter.body.empty()));
  const http::Request longer = get("/api/v1/query", {{"query", std::string(5000, 'x')}, {"time", "1"}});
  CHECK((longer.method == http::Method::post && longer.query.empty()));
  CHECK(longer.content_type == "application/x-www-form-urlencoded");
  CHECK(longer.body.find("&time=1") != std::string::npos);
}

TEST_CASE("every endpoint reads", "[prometheus]") {
  for (const http::Endpoint& one : endpoints()) {
    CHECK((one.method == http::Method::get || one.method == http::Method::post));
    const std::string path = one.path;
    CHECK(path.rfind("/api/v1/", 0) == 0);
    for (const char* writes : {"admin", "write", "otlp", "delete", "reload", "quit"}) CHECK(path.find(writes) == std::string::npos);
    if (one.method == http::Method::post) CHECK((path.find("query") != std::string::npos || path == "/api/v1/series"));
  }
}
