// The door's pure parts: encoding, the table of what may be sent, redaction, judging, checks of a configuration.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/http/http.h"

#include <catch2/catch.hpp>

#include "runtime/connectors/http/received.h"
#include "runtime/connectors/http/redact.h"
#include "runtime/connectors/http/request.h"
#include "runtime/connectors/http/server.h"

using namespace inquest;
using namespace inquest::http;

namespace {

std::string opened(const Config& config) {
  const auto door = Door::open(config, {});
  return door.ok() ? "" : door.error().print();
}

Config at(const std::string& url) {
  Config config;
  config.url = url;
  return config;
}

}  // namespace

TEST_CASE("a segment is one segment whatever it holds") {
  CHECK(segment("a b/c?d#e%") == "a%20b%2Fc%3Fd%23e%25");
  CHECK(segment("..") == "%2E%2E");
  CHECK(segment("otel-v1-apm-span-*") == "otel-v1-apm-span-%2A");
  CHECK(segment("\xC3\xA4") == "%C3%A4");
}

TEST_CASE("a form keeps its order and no value ends early") {
  CHECK(form({{"query", "sum(rate(x{a=\"b\"}[5m]))"}, {"b", "1+1&c=d;e"}}) ==
        "query=sum(rate(x%7Ba%3D%22b%22%7D%5B5m%5D))&b=1%2B1%26c%3Dd%3Be");
}

TEST_CASE("a request prints as it is sent") {
  Request request;
  request.path = "/api/v1/query";
  request.query = {{"query", "up"}, {"time", "2026-11-21T10:28:39Z"}};
  CHECK(request.print() == "GET /api/v1/query?query=up&time=2026-11-21T10:28:39Z");
  request.method = Method::post;
  request.query.clear();
  request.body = "{}";
  CHECK(request.print() == "POST /api/v1/query\n{}");
}

TEST_CASE("only what the table names may be sent") {
  const std::vector<Endpoint> table = {{Method::get, "/api/v1/query", "q"}, {Method::post, "/*/_search", "s"}, {Method::del, "/_search/point_in_time", "p"}};
  const auto allowed = [&](Method method, const std::string& path) {
    Request request;
    request.method = method;
    request.path = path;
    return allowed_by(table, request) != nullptr;
  };
  CHECK(allowed(Method::get, "/api/v1/query"));
  CHECK(allowed(Method::post, "/logs-%2A/_search"));
  CHECK(allowed(Method::del, "/_search/point_in_time"));
  CHECK_FALSE(allowed(Method::post, "/api/v1/query"));
  CHECK_FALSE(allowed(Method::get, "/api/v1/query/"));
  CHECK_FALSE(allowed(Method::get, "/api/v1/query?x=1"));
  CHECK_FALSE(allowed(Method::get, "/api/v1/admin/tsdb/delete_series"));
  CHECK_FALSE(allowed(Method::post, "//_search"));
  CHECK_FALSE(allowed(Method::post, "/../_search"));
  CHECK_FALSE(allowed(Method::post, "/%2e%2E/_search"));
  CHECK_FALSE(allowed(Method::post, "/a/b/_search"));
  CHECK_FALSE(allowed(Method::post, "/a?b/_search"));
  CHECK_FALSE(allowed(Method::post, "/a%0/_search"));
  CHECK_FALSE(allowed(Method::post, "/a b/_search"));
  CHECK_FALSE(allowed(Method::post, "x/_search"));
  CHECK_FALSE(allowed(Method::get, ""));
}

TEST_CASE("what the table does not name is not sent") {
  const auto door = Door::open(at("http://127.0.0.1:9"), {{Method::get, "/a", "a"}});
  REQUIRE(door.ok());
  Stop stop{false};
  Request request;
  request.path = "/b";
  const auto answer = (*door)->send(request, nullptr, {}, stop);
  REQUIRE(std::holds_alternative<Failure>(answer));
  CHECK(std::get<Failure>(answer).cls == Failure::Class::internal);
  CHECK((*door)->traffic().requests == 0);
  CHECK((*door)->log().empty());
}

TEST_CASE("a secret is cut out in every form in which it may come back") {
  Config config;
  config.auth_credentials = {"p@ss/w\"rd <&'+ 1\xC3\xA4", "file:x"};
  const std::string secret = config.auth_credentials.value;
  for (const std::string& shown :
       {secret, base64(secret), base64("user:" + secret), base64("a" + secret + "tail"), base64("ab" + secret + "z"), percent(secret), percent(secret, {}, false),
        std::string("p%40ss%2Fw%22rd+%3C%26%27%2B+1%C3%A4"), std::string("p@ss/w\\\"rd <&'+ 1\xC3\xA4"), std::string("p@ss\\/w\\\"rd <&'+ 1\\u00e4"),
        std::string("p@ss/w\\\"rd \\u003c\\u0026'+ 1\xC3\xA4"), std::string("p@ss/w&quot;rd &lt;&amp;&#39;+ 1\xC3\xA4")}) {
    const std::string cut = redact(config, "before " + shown + " after");
    INFO(shown << " → " << cut);
    CHECK(cut.find("***") != std::string::npos);
    CHECK(cut.find("rd") == std::string::npos);
    CHECK(cut.starts_with("before "));
    CHECK(cut.ends_with(" after"));
  }
}

TEST_CASE("basic credentials are cut out as they are sent, and all secret headers") {
  Config config;
  config.username = "amy";
  config.password = {"short", "given"};
  config.headers["X-Scope-OrgID"] = {"tenant-4711-secret", "given"};
  CHECK(redact(config, "Basic " + base64("amy:short") + ", tenant-4711-secret") == "Basic ***, ***");
  CHECK(redact(config, "a short text by amy") == "a short text by amy");
}

TEST_CASE("a secret prints as its reference") {
  CHECK(Secret{"abc", "env:TOKEN"}.print() == "*** (env:TOKEN)");
  CHECK(Secret{"", "env:TOKEN"}.print() == "");
}

TEST_CASE("a URL with user and password is refused, and they are not repeated") {
  const std::string said = opened(at("https://amy:verysecret@host:9090/"));
  CHECK(said.find("user and password") != std::string::npos);
  CHECK(said.find("verysecret") == std::string::npos);
}

TEST_CASE("a wrong configuration is told before anything is sent") {
  CHECK(opened(at("http://host:9090/base/")) == "");
  CHECK(opened(at("https://[::1]:9090")) == "");
  CHECK(opened(at("")).find("no URL") != std::string::npos);
  CHECK(opened(at("host:9090")).find("http://") != std::string::npos);
  CHECK(opened(at("ftp://host")).find("http://") != std::string::npos);
  CHECK(opened(at("file:///etc/passwd")).find("http://") != std::string::npos);
  CHECK(opened(at("http://")).find("no host") != std::string::npos);
  CHECK(opened(at("http://host:0")).find("port") != std::string::npos);
  CHECK(opened(at("http://host:99999")).find("port") != std::string::npos);
  CHECK(opened(at("http://::1:9090")).find("brackets") != std::string::npos);
  CHECK(opened(at("http://host/?a=b")).find("query") != std::string::npos);
  CHECK(opened(at("http://ho st/")).find("blank") != std::string::npos);
  CHECK(opened(at("http://host/\r\nX: y")).find("control") != std::string::npos);
  Config config = at("https://host");
  config.ca_file = "tests/no-such-file.pem";
  CHECK(opened(config).find("ca_file tests/no-such-file.pem cannot be read") != std::string::npos);
  config = at("https://host");
  config.min_version = "TLS11";
  CHECK(opened(config).find("min_version TLS11") != std::string::npos);
  config = at("https://host");
  config.auth_credentials = {"abc\r\nX-Evil: 1", "env:TOKEN"};
  CHECK(opened(config).find("line break") != std::string::npos);
  config = at("https://host");
  config.headers["X-A\n"] = {"b", ""};
  CHECK(opened(config).find("header") != std::string::npos);
  config = at("https://host");
  config.headers["Content-Length"] = {"5", ""};
  CHECK(opened(config).find("cannot be set") != std::string::npos);
  config = at("https://host");
  config.proxy_url = "gopher://x";
  CHECK(opened(config).find("proxy_url") != std::string::npos);
}

TEST_CASE("the base path of a URL stands before every path") {
  CHECK(check(at("http://host:9090/prom//"))->base == "http://host:9090/prom");
  CHECK(check(at("https://host"))->port == "443");
}

TEST_CASE("statuses are judged as the table says") {
  const auto judged = [](int status) {
    Response response;
    response.status = status;
    response.body = "why";
    return usual(response);
  };
  for (const int status : {200, 204}) CHECK(judged(status).what == Judged::What::good);
  for (const int status : {408, 425, 429, 500, 502, 503, 504}) {
    CHECK(judged(status).what == Judged::What::again);
    CHECK(judged(status).failure.cls == Failure::Class::overloaded);
  }
  for (const int status : {401, 403}) {
    CHECK(judged(status).what == Judged::What::bad);
    CHECK(judged(status).failure.cls == Failure::Class::refused);
  }
  for (const int status : {400, 404, 405, 413, 422, 501}) {
    CHECK(judged(status).what == Judged::What::bad);
    CHECK(judged(status).failure == Failure{Failure::Class::rejected, "HTTP " + std::to_string(status) + ": why", ""});
  }
}

TEST_CASE("an HTTP date is read in its three forms") {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    INFO(text);
    REQUIRE(parse_http_date(text));
    CHECK(print_time(*parse_http_date(text)) == "1994-11-06T08:49:37Z");
  }
  for (const char* text : {"", "yesterday", "Sun, 06 Xyz 1994 08:49:37 GMT", "Sun, 99 Nov 1994 08:49:37 GMT", "-1", "1e9"}) CHECK_FALSE(parse_http_date(text));
}

TEST_CASE("what came instead of JSON is named") {
  Response response;
  response.status = 200;
  const auto said = [&](const std::string& type, const std::string& body) {
    response.content_type = type;
    response.body = body;
    const auto json = json_of(response, Config{});
    return std::holds_alternative<Failure>(json) ? std::get<Failure>(json).cause : std::string("fine");
  };
  CHECK(said("application/json", "{}") == "fine");
  CHECK(said("application/json", " ") == "an empty body came with HTTP 200");
  CHECK(said("text/html", "<html><title>Sign in</title>") == "an HTML page came instead of JSON: Sign in");
  CHECK(said("text/plain", "{}") == "text/plain came instead of JSON: {}");
  CHECK(said("", "{}") == "a body without a Content-Type came instead of JSON: {}");
  response.content_type = "application/vnd.x+json";
  response.body = "{}";
  CHECK(std::holds_alternative<Json>(json_of(response, Config{}, nullptr, {"application/vnd.x+json"})));
}

TEST_CASE("bytes that are not UTF-8 are replaced and told") {
  Response response;
  response.content_type = "application/json";
  response.body = "{\"a\":\"x\xFFy\",\"b\":\"\\ud800\",\"c\":\"z\"}";
  std::vector<std::string> notes;
  const auto json = json_of(response, Config{}, &notes);
  REQUIRE(std::holds_alternative<Json>(json));
  CHECK(std::get<Json>(json)["a"] == "x\xEF\xBF\xBDy");
  CHECK(std::get<Json>(json)["b"] == "\xEF\xBF\xBD");
  CHECK(notes == std::vector<std::string>{"2 texts with bytes that are not UTF-8, shown as \xEF\xBF\xBD"});
}
