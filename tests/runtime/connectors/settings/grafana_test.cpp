// Grafana's provisioning file: what becomes a source, what is told instead, and what variables mean.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "runtime/connectors/http/config.h"
#include "runtime/connectors/settings/settings.h"

using namespace inquest;

namespace {

const settings::Environment grafana_environment = [](const std::string& name) -> std::optional<std::string> {
  if (name == "HOST") return "prom.example";
  if (name == "PASSWORD") return "secret-of-$grafana";
  return std::nullopt;
};
Result<settings::Configuration> read(const std::string& datasource, const std::string& folder = "/etc/x") {
  return settings::read_grafana_text("apiVersion: 1\ndatasources:\n" + datasource, "datasources.yaml", folder, grafana_environment);
}
settings::Configuration good_provisioning(const std::string& datasource) {
  const auto out = read(datasource);
  INFO((out ? std::string() : out.error().print()));
  REQUIRE(out.ok());
  return *out;
}

}  // namespace

TEST_CASE("grafana: the three types become sources with URL, user, headers and index") {
  const auto c = good_provisioning(
      "  - {name: Web Store Metrics, type: prometheus, url: 'http://$HOST:9090/', basicAuth: true, basicAuthUser: me, secureJsonData: {basicAuthPassword: $PASSWORD}}\n"
      "  - {name: os, type: grafana-opensearch-datasource, url: 'https://os', jsonData: {database: 'otel-logs-*', tlsSkipVerify: true, timeField: time,\n"
      "     httpHeaderName1: X-Scope-OrgID, httpHeaderName2: Authorization}, secureJsonData: {httpHeaderValue1: a, httpHeaderValue2: Bearer token-of-grafana}}\n"
      "  - {name: j, type: jaeger, url: 'jaeger:16686'}\n");
  REQUIRE(c.sources.size() == 3);
  CHECK(c.sources[0].name == "web-store-metrics");
  CHECK(c.sources[0].kind == "prometheus");
  CHECK(c.sources[0].http->url == "http://prom.example:9090");
  CHECK(c.sources[0].http->username == "me");
  CHECK(c.sources[0].http->password.value == "secret-of-$grafana");
  CHECK(c.sources[1].kind == "opensearch");
  CHECK(find(c.sources[1].options, "indices")->text() == "otel-logs-*");
  CHECK(c.sources[1].http->insecure);
  CHECK(c.sources[1].http->headers.at("X-Scope-OrgID").value == "a");
  CHECK(c.sources[1].http->auth_type == "Bearer");
  CHECK(c.sources[1].http->auth_credentials.value == "token-of-grafana");
  CHECK(c.sources[2].http->url == "http://jaeger:16686");
}

TEST_CASE("grafana: what is not used is told with the reason") {
  const auto c = good_provisioning(
      "  - {name: l, type: loki, url: 'http://x'}\n  - {name: e, type: elasticsearch, url: 'http://x'}\n"
      "  - {name: s, type: prometheus, url: 'http://x', jsonData: {sigV4Auth: true}}\n"
      "  - {name: t, type: prometheus, url: 'https://x', jsonData: {tlsAuth: true}}\n"
      "  - {name: d, type: prometheus, url: 'http://x', access: direct}\n");
  CHECK(c.sources.empty());
  REQUIRE(c.notes.size() == 5);
  CHECK(c.notes[0].find("datasource `l` is not used: its type `loki` is not spoken") == 0);
  CHECK(c.notes[2].find("signing proxy") != std::string::npos);
  CHECK(c.notes[3].find("certificates stand inline") != std::string::npos);
}

TEST_CASE("grafana: variables, files and dollars mean what they mean there; an unset variable is an error") {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("inquest_grafana_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "p") << "of a file\n";
  const auto user = [&](const std::string& text) {
    const auto c = read("  - {name: a, type: prometheus, url: 'http://x', basicAuth: true, basicAuthUser: '" + text + "'}\n", folder.string());
    return c ? c->sources[0].http->username : "error: " + c.error().print();
  };
  CHECK(user("$HOST") == "prom.example");
  CHECK(user("a${HOST}b") == "aprom.exampleb");
  CHECK(user("$__env{HOST}") == "prom.example");
  CHECK(user("$__file{p}") == "of a file");
  CHECK(user("$$HOST") == "$HOST");
  CHECK(user("5$") == "5$");
  CHECK(user("$NOT_THERE").find("error: datasources.yaml:3: the environment has no `NOT_THERE`") == 0);
  CHECK(user("$__vault{x}").find("Enterprise") != std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST_CASE("grafana: a file that is none is told, and so are two datasources of one name") {
  const auto none = settings::read_grafana_text("sources: []\n", "x.yaml", "", grafana_environment);
  REQUIRE_FALSE(none.ok());
  CHECK(none.error().message.find("no `datasources:`") != std::string::npos);
  const auto twice = read("  - {name: a b, type: jaeger, url: 'http://x'}\n  - {name: A.B, type: jaeger, url: 'http://x'}\n  - {name: A-B, type: jaeger, url: 'http://x'}\n");
  REQUIRE_FALSE(twice.ok());
  CHECK(twice.error().print().find("datasources.yaml:5: two datasources come out as source `a-b`") == 0);
}
