// Settings: every field lands where it belongs, every mistake is told with its line and the way out, no secret is told.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/settings/settings.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "runtime/base/text.h"
#include "runtime/connectors/http/config.h"
#include "runtime/connectors/settings/fields.h"

using namespace inquest;
using settings::Configuration;
using settings::Origin;

namespace {

const settings::Environment environment = [](const std::string& name) -> std::optional<std::string> {
  if (name == "PROM_TOKEN") return "token-of-the-environment";
  if (name == "PROM_URL") return "https://prom.example";
  if (name == "BROKEN") return "two\nlines";
  return std::nullopt;
};

Configuration good(const std::string& text, Origin origin = Origin::own, const std::string& folder = "/etc/x") {
  const auto read = settings::read_text(text, "inquest.yaml", folder, origin, environment);
  INFO((read ? std::string() : read.error().print()));
  REQUIRE(read.ok());
  return *read;
}
std::string bad(const std::string& text, Origin origin = Origin::own) {
  const auto read = settings::read_text(text, "inquest.yaml", "/etc/x", origin, environment);
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().code == Code::config);
  return read.error().print();
}
// One source of a server with these further lines.
std::string prom(const std::string& lines) {
  std::string out = "sources:\n  - name: prom\n    kind: prometheus\n    url: http://prom.example:9090/base/\n";
  for (const std::string& line : split(lines, '\n')) out += "    " + line + "\n";
  return out;
}

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("inquest_settings_" + std::to_string(getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
    return (path / name).string();
  }
};

}  // namespace

TEST_CASE("settings: a whole source is read field by field") {
  const Configuration c = good(
      "sources:\n"
      "  - name: prom\n    kind: prometheus\n    url: https://prom.example/base/\n"
      "    signals: [metrics]\n    without: logs\n    aliases: {a: b}\n"
      "    basic_auth: {username: me, password: 007}\n"
      "    http_headers: {X-Scope-OrgID: team, X-Key: {secrets: ['env:PROM_TOKEN']}}\n"
      "    tls_config: {ca_file: ca.pem, cert_file: /abs/c.pem, key_file: k.pem, server_name: p, insecure_skip_verify: true, min_version: TLS13}\n"
      "    proxy_url: http://proxy:3128\n    no_proxy: localhost\n    follow_redirects: false\n    enable_http2: true\n"
      "    limits: {concurrency: 9, requests: 11, bytes: 2MiB, body_bytes: 1.5MB, timeout: 1m30s, attempts: 2, samples: 5000}\n"
      "    links: {prometheus: 'https://prom.example', grafana: 'https://grafana.example', grafana_datasource: uid1}\n"
      "signals: {metrics: prom}\naliases: {old: new}\n");
  REQUIRE(c.sources.size() == 1);
  const SourceConfig& s = c.sources[0];
  CHECK(s.name == "prom");
  CHECK(s.kind == "prometheus");
  CHECK(s.at == "https://prom.example/base");
  CHECK(s.signals == std::vector<std::string>{"metrics"});
  CHECK(s.without == std::vector<std::string>{"logs"});
  CHECK(s.aliases == std::map<std::string, std::string>{{"a", "b"}, {"old", "new"}});
  REQUIRE(s.http);
  CHECK(s.http->url == "https://prom.example/base");
  CHECK(s.http->username == "me");
  CHECK(s.http->password.value == "007");      // as it was written, not as a number
  CHECK(s.http->headers.at("X-Scope-OrgID").value == "team");
  CHECK(s.http->headers.at("X-Key").value == "token-of-the-environment");
  CHECK(s.http->ca_file == "/etc/x/ca.pem");
  CHECK(s.http->cert_file == "/abs/c.pem");
  CHECK(s.http->key_file == "/etc/x/k.pem");
  CHECK(s.http->server_name == "p");
  CHECK(s.http->insecure);
  CHECK(s.http->min_version == "TLS13");
  CHECK(s.http->proxy_url == "http://proxy:3128");
  CHECK(s.http->no_proxy == "localhost");
  CHECK(s.http->concurrency == 9);
  CHECK(s.http->requests == 11);
  CHECK(s.http->bytes == 2u << 20);
  CHECK(s.http->body_bytes == 1'500'000);
  CHECK(s.http->timeout.ns == 90 * ns_per_s);
  CHECK(s.http->attempts == 2);
  REQUIRE(find(s.options, "samples"));
  CHECK(*find(s.options, "samples") == Value(int64_t{5000}));
  CHECK(find(s.options, "datasource")->text() == "uid1");
  CHECK(s.links == std::map<std::string, std::string>{{"grafana", "https://grafana.example"}, {"prometheus", "https://prom.example"}});
  CHECK(c.signals == std::map<std::string, std::string>{{"metrics", "prom"}});
}

TEST_CASE("settings: files are a source too, relative to the configuration") {
  const Configuration c = good("sources:\n  - {name: files, kind: otlp, at: recording, options: {threads: 2}}\n");
  CHECK(c.sources[0].at == "/etc/x/recording");
  CHECK_FALSE(c.sources[0].http);
  CHECK(*find(c.sources[0].options, "threads") == Value(int64_t{2}));
}

TEST_CASE("settings: a secret comes from the environment or a file, without the white space around it") {
  const Folder folder;
  folder.file("token", "  token-of-a-file\n");
  const auto read = [&](const std::string& lines) { return good(prom(lines), Origin::own, folder.path.string()).sources[0]; };
  CHECK(read("authorization: {credentials: env:PROM_TOKEN}").http->auth_credentials.value == "token-of-the-environment");
  CHECK(read("authorization: {credentials: env:PROM_TOKEN}").http->auth_credentials.from == "env:PROM_TOKEN");
  CHECK(read("authorization: {credentials_file: token}").http->auth_credentials.value == "token-of-a-file");
  CHECK(read("authorization: {type: Token, credentials: file:token}").http->auth_type == "Token");
  CHECK(read("basic_auth: {username_file: token, password: env:PROM_TOKEN}").http->username == "token-of-a-file");
}

TEST_CASE("settings: a secret that cannot be had is told by its reference") {
  CHECK(bad(prom("authorization: {credentials: env:NOT_THERE}")).find("inquest.yaml:5: the environment has no `NOT_THERE`") == 0);
  CHECK(bad(prom("authorization:\n  credentials_file: nowhere")).find("inquest.yaml:6: `/etc/x/nowhere` cannot be read") == 0);
  CHECK(bad(prom("basic_auth: {username: a, password: env:BROKEN}")).find("`env:BROKEN` holds a line break") != std::string::npos);
  CHECK(bad(prom("authorization: {credentials: ''}")).find("is empty") != std::string::npos);
}

TEST_CASE("settings: no error says the value of a secret") {
  const std::string secret = "hunter2-is-long-enough";
  for (const char* lines : {"basic_auth: {username: a, pasword: hunter2-is-long-enough}", "basic_auth: {password: hunter2-is-long-enough}",
                            "basic_auth: {username: a, password: hunter2-is-long-enough, password_file: x}", "authorization: hunter2-is-long-enough",
                            "authorization: {type: Basic, credentials: hunter2-is-long-enough}", "basic_auth: {username: a, password: \"hunter2-is-long-enough${X}\"}",
                            "http_headers: {X-A: [hunter2-is-long-enough]}", "http_headers: {X-A: {values: [a, hunter2-is-long-enough]}}",
                            "url: http://user:hunter2-is-long-enough@host", "proxy_url: [hunter2-is-long-enough]"}) {
    std::string text = prom(lines);
    if (std::string(lines).rfind("url:", 0) == 0) text = "sources:\n  - name: p\n    kind: prometheus\n    " + std::string(lines) + "\n";
    INFO(lines);
    CHECK(bad(text).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("settings: an unknown field is told with its line and the nearest one") {
  CHECK(bad(prom("basic_auht: {}")).find("inquest.yaml:5: unknown field `basic_auht` in `sources`\n  did you mean `basic_auth`?") == 0);
  CHECK(bad(prom("tls_config:\n  ca_fil: x")).find("inquest.yaml:6: unknown field `ca_fil` in `sources.tls_config`\n  did you mean `ca_file`?") == 0);
  CHECK(bad("source: []\n").find("inquest.yaml:1: unknown field `source`\n  did you mean `sources`?") == 0);
  CHECK(bad(prom("limits: {request: 1}")).find("did you mean `requests`?") != std::string::npos);
}

TEST_CASE("settings: a value of the wrong kind is told with what the field takes") {
  CHECK(bad(prom("tls_config: {insecure_skip_verify: yes}")).find("is true or false") != std::string::npos);
  CHECK(bad(prom("limits: {concurrency: 0}")).find("is a whole number from 1") != std::string::npos);
  CHECK(bad(prom("limits: {bytes: 3 parsecs}")).find("is a number of bytes, such as 32MiB") != std::string::npos);
  CHECK(bad(prom("limits: {timeout: soon}")).find("is a duration, such as 30s") != std::string::npos);
  CHECK(bad(prom("signals: [traces]")).find("`traces` is no signal") != std::string::npos);
  CHECK(bad("sources: {prom: {}}\n").find("is a list") != std::string::npos);
  CHECK(bad("- a\n").find("the file is no map of fields") != std::string::npos);
}

TEST_CASE("settings: what other tools do and this one does not is refused with the way out") {
  for (const char* field : {"oauth2: {}", "sigv4: {}", "azuread: {}", "bearer_token: x", "bearer_token_file: x", "proxy_connect_header: {}", "tls_config: {ca: x}"}) {
    INFO(field);
    const std::string said = bad(prom(field));
    CHECK(said.find("is not done here") != std::string::npos);
    CHECK(said.find('\n') != std::string::npos);   // the cure
  }
  CHECK(bad(prom("follow_redirects: true")).find("redirects are never followed") != std::string::npos);
}

TEST_CASE("settings: a variable in a text is not expanded in silence") {
  CHECK(bad(prom("authorization: {credentials: '${PROM_TOKEN}'}")).find("write env:NAME") != std::string::npos);
  CHECK(bad("sources:\n  - {name: a, kind: prometheus, url: 'http://${HOST}:9090'}\n").find("which is not expanded") != std::string::npos);
}

TEST_CASE("settings: a source without name, kind or place, and two of one name, are refused") {
  CHECK(bad("sources:\n  - kind: prometheus\n").find("a source without a name") != std::string::npos);
  CHECK(bad("sources:\n  - name: a\n").find("says no kind") != std::string::npos);
  CHECK(bad("sources:\n  - {name: a, kind: promtheus, url: http://x}\n").find("did you mean `prometheus`?") != std::string::npos);
  CHECK(bad("sources:\n  - {name: a, kind: prometheus}\n").find("add url: http(s)://host:port") != std::string::npos);
  CHECK(bad("sources:\n  - {name: a, kind: otlp, url: http://x}\n").find("has an `at` (a path), no `url`") != std::string::npos);
  CHECK(bad("sources:\n  - {name: A B, kind: otlp, at: x}\n").find("is no name of a source") != std::string::npos);
  CHECK(bad("sources:\n  - {name: a, kind: otlp, at: x}\n  - {name: a, kind: otlp, at: y}\n").find("inquest.yaml:3: two sources are called `a`") == 0);
  CHECK(bad("sources:\n  - {name: a, kind: prometheus, url: 'http://x?y=1'}\n").find("has a query or a fragment") != std::string::npos);
  CHECK(bad("sources:\n  - {name: a, kind: prometheus, url: x:9090}\n").find("is no URL of a server") != std::string::npos);
}

TEST_CASE("settings: signals name sources that are there") {
  CHECK(bad("sources:\n  - {name: prom, kind: otlp, at: x}\nsignals:\n  metrics: pron\n").find("inquest.yaml:4: no source is called `pron`\n  did you mean `prom`?") == 0);
}

TEST_CASE("settings: a project names sources and holds no credentials") {
  for (const char* lines : {"basic_auth: {username: a, password: b}", "authorization: {credentials: x}", "http_headers: {X-Scope-OrgID: a}",
                            "tls_config: {cert_file: a, key_file: b}", "proxy_url: env:PROM_TOKEN"}) {
    INFO(lines);
    const std::string said = bad(prom(lines), Origin::project);
    CHECK(said.find("inquest.yaml:5: a project's inquest.yaml holds no ") == 0);
    CHECK(said.find("under a source of the same name `prom` and the same url") != std::string::npos);
  }
  CHECK(bad("sources:\n  - {name: a, kind: prometheus, url: env:PROM_URL}\n", Origin::project).find("holds no reference to the environment") != std::string::npos);
  CHECK(good("sources:\n  - {name: a, kind: prometheus, url: env:PROM_URL}\n").sources[0].at == "https://prom.example");
  CHECK(good(prom("limits: {requests: 5}"), Origin::project).sources[0].http->requests == 5);
}

TEST_CASE("settings: credentials of the person go to the source of the same name and URL, with the person's TLS and proxy") {
  const Configuration project = good(prom("tls_config: {insecure_skip_verify: true}\nproxy_url: http://stranger:1\nlimits: {requests: 5}"), Origin::project);
  const Configuration own = good(prom("authorization: {credentials: env:PROM_TOKEN}\nproxy_url: http://mine:1"));
  const Configuration merged = settings::merged(project, own);
  REQUIRE(merged.sources.size() == 1);
  CHECK(merged.sources[0].http->auth_credentials.value == "token-of-the-environment");
  CHECK_FALSE(merged.sources[0].http->insecure);
  CHECK(merged.sources[0].http->proxy_url == "http://mine:1");
  CHECK(merged.sources[0].http->requests == 5);
}

TEST_CASE("settings: credentials are not sent where a project points the same name elsewhere, and that is told") {
  const Configuration project = good("sources:\n  - {name: prom, kind: prometheus, url: 'http://elsewhere.example'}\n", Origin::project);
  const Configuration merged = settings::merged(project, good(prom("authorization: {credentials: env:PROM_TOKEN}")));
  CHECK(merged.sources[0].http->auth_credentials.empty());
  REQUIRE(merged.notes.size() == 1);
  CHECK(merged.notes[0].find("your credentials are not sent there") != std::string::npos);
}

TEST_CASE("settings: INQUEST_SOURCES is before ./inquest.yaml, which is before the person's own file") {
  const Folder folder;
  const auto source = [](const char* name) { return std::string("sources:\n  - {name: ") + name + ", kind: otlp, at: x}\n"; };
  folder.file("config/inquest/inquest.yaml", source("own"));
  std::map<std::string, std::string> variables = {{"XDG_CONFIG_HOME", (folder.path / "config").string()}};
  const settings::Environment env = [&](const std::string& name) {
    const auto at = variables.find(name);
    return at == variables.end() ? std::nullopt : std::optional<std::string>(at->second);
  };
  std::filesystem::create_directories(folder.path / "work");
  const auto found = [&] {
    const auto read = settings::find_configuration((folder.path / "work").string(), env);
    REQUIRE(read.ok());
    return read->sources.empty() ? std::string() : read->sources[0].name;
  };
  CHECK(found() == "own");
  folder.file("work/inquest.yaml", source("project"));
  CHECK(found() == "project");
  variables["INQUEST_SOURCES"] = folder.file("named.yaml", source("named"));
  CHECK(found() == "named");
  variables = {};
  CHECK(found() == "project");
  std::filesystem::remove(folder.path / "work/inquest.yaml");
  CHECK(found().empty());
}

TEST_CASE("settings: a secret in a file that others may read is told; a reference, and a private file, are not") {
  const Folder folder;
  const auto notes = [&](const std::string& lines, mode_t mode) {
    const std::string file = folder.file("x.yaml", prom(lines));
    chmod(file.c_str(), mode);
    const auto read = settings::read_file(file, Origin::own, environment);
    REQUIRE(read.ok());
    return read->notes;
  };
  const std::string given = "basic_auth: {username: a, password: hunter2-is-long}";
  REQUIRE(notes(given, 0644).size() == 1);
  CHECK(notes(given, 0644)[0].find("chmod 600") != std::string::npos);
  CHECK(notes(given, 0644)[0].find("hunter2") == std::string::npos);
  CHECK(notes(given, 0600).empty());
  CHECK(notes("basic_auth: {username: a, password: env:PROM_TOKEN}", 0644).empty());
  CHECK(notes("http_headers: {X-Scope-OrgID: team}\nproxy_url: http://proxy:3128", 0644).empty());
  CHECK(notes("http_headers: {X-Api-Key: abcdefgh}", 0644).size() == 1);
  CHECK(notes("proxy_url: http://me:secret@proxy:3128", 0644).size() == 1);
}

TEST_CASE("settings: sizes read as people write them") {
  CHECK(*settings::parse_size("1024") == 1024);
  CHECK(*settings::parse_size("32MB") == 32'000'000);
  CHECK(*settings::parse_size("32 MiB") == 33'554'432);
  CHECK(*settings::parse_size("1.5GiB") == 1'610'612'736);
  for (const char* text : {"", "-1", "0", "x", "1TBq", "1e30"}) CHECK_FALSE(settings::parse_size(text).ok());
}

TEST_CASE("settings: each field of the table is explained in docs/sources.md, and its examples are read") {
  const auto page = read_file(std::string(INQUEST_SOURCE_DIR) + "/docs/sources.md");
  REQUIRE(page.ok());
  for (const settings::Field& field : settings::fields()) {
    if (field.kind == settings::Kind::refused) continue;
    const std::string name = std::string(field.path).substr(std::string(field.path).rfind('.') + 1);
    INFO(field.path);
    CHECK(page->find("`" + name + "`") != std::string::npos);
  }
  size_t examples = 0;
  for (size_t at = 0; (at = page->find("```yaml\n", at)) != std::string::npos;) {
    at += 8;
    const std::string text = page->substr(at, page->find("```", at) - at);
    const bool grafana = text.find("datasources:") != std::string::npos;
    const settings::Environment any = [](const std::string&) { return std::optional<std::string>("https://value.example"); };
    const Folder folder;
    folder.file("token", "t");
    folder.file("password", "p");
    const auto read = grafana ? settings::read_grafana_text(text, "docs", folder.path.string(), any) : settings::read_text(text, "docs", folder.path.string(), Origin::own, any);
    INFO(text);
    INFO((read ? std::string() : read.error().print()));
    CHECK(read.ok());
    ++examples;
  }
  CHECK(examples >= 5);
}
