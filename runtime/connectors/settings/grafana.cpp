// Grafana's provisioning file → sources, with Grafana's own expansion of variables.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "runtime/base/text.h"
#include "runtime/base/yaml.h"
#include "runtime/connectors/settings/secrets.h"
#include "runtime/connectors/settings/settings.h"

namespace inquest::settings {
namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// `$VAR`, `${VAR}`, `$__env{VAR}`, `$__file{PATH}`, `$$`, as in Grafana; a variable that is not set is empty there, an
// error here.
Result<std::string> expanded(const std::string& text, const Resolver& resolver) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '$' || at + 1 == text.size()) { out += text[at++]; continue; }
    const auto braces = [&](const char* word) -> std::optional<std::string> {
      const std::string open = std::string(word) + "{";
      const size_t end = text.compare(at, open.size(), open) == 0 ? text.find('}', at) : std::string::npos;
      if (end == std::string::npos) return std::nullopt;
      const std::string inside = text.substr(at + open.size(), end - at - open.size());
      at = end + 1;
      return inside;
    };
    std::string name;
    if (text[at + 1] == '$') { out += '$'; at += 2; continue; }
    if (const auto path = braces("$__file")) {
      const auto secret = resolver.file(*path);
      if (!secret) return secret.error();
      out += secret->value;
      continue;
    }
    if (const auto vault = braces("$__vault")) return Error{Code::config, "`$__vault{…}` needs Grafana Enterprise", "", "write the secret to a file and name it as $__file{PATH}"};
    if (const auto variable = braces("$__env")) name = *variable;
    else if (const auto plain = braces("$")) name = *plain;
    else {
      size_t end = at + 1;
      while (end < text.size() && letter(text[end])) ++end;
      name = text.substr(at + 1, end - at - 1);
      if (name.empty()) { out += text[at++]; continue; }
      at = end;
    }
    const auto value = resolver.environment ? resolver.environment(name) : std::nullopt;
    if (!value) return Error{Code::config, "the environment has no `" + printable(name, 80) + "`", "", "export it before the run, as Grafana has it; a `$` itself is written `$$`"};
    out += *value;
  }
  return out;
}

// A name of ours from whatever stands there: "Web store Metrics" → web-store-metrics.
std::string named(const std::string& name) {
  std::string out;
  for (const char c : lower(name)) {
    if (letter(c) || c == '.' || c == '-') out += c;
    else if (!out.empty() && out.back() != '-') out += '-';
  }
  while (!out.empty() && (out.back() == '-')) out.pop_back();
  while (!out.empty() && !(letter(out[0]) && out[0] != '_')) out.erase(0, 1);
  return out.substr(0, 80);
}

class Datasource final {
 public:
  Datasource(const Yaml& yaml, const std::string& pointer, const Json& node, const Resolver& resolver)
      : yaml_(yaml), pointer_(pointer), node_(node), resolver_(resolver) {}

  std::optional<Error> error;
  const Json* json(const char* group, const char* name) const {
    const Json* in = group ? member(node_, group) : &node_;
    const Json* found = in ? member(*in, name) : nullptr;
    return found && !found->is_null() ? found : nullptr;
  }
  std::string at(const char* group, const char* name) const {
    return group ? pointer_to(pointer_to(pointer_, group), name) : pointer_to(pointer_, name);
  }
  std::string text(const char* group, const std::string& name) {
    const Json* found = json(group, name.c_str());
    if (!found || !found->is_primitive()) return {};
    const auto mark = yaml_.marks.find(at(group, name.c_str()));
    Result<std::string> value = expanded(mark == yaml_.marks.end() ? "" : mark->second.text, resolver_);
    if (value) return *value;
    wrong(at(group, name.c_str()), value.error().message, value.error().cure);
    return {};
  }
  bool flag(const char* group, const char* name) { return lower(text(group, name)) == "true"; }
  http::Secret secret(const std::string& name) {
    const std::string value = text("secureJsonData", name);
    for (const char c : value)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
        wrong(at("secureJsonData", name.c_str()), "`" + name + "` holds a line break or another control character", "one value on one line");
        return {};
      }
    return {value, value.empty() ? "" : "grafana:secureJsonData." + name};
  }
  void wrong(const std::string& pointer, const std::string& message, const std::string& cure) {
    if (!error) error = Error{Code::config, message, yaml_.where(pointer), cure};
  }

 private:
  const Yaml& yaml_;
  std::string pointer_;
  const Json& node_;
  const Resolver& resolver_;
};

struct Type { const char* grafana; const char* kind; };
constexpr Type types[] = {{"prometheus", "prometheus"}, {"grafana-opensearch-datasource", "opensearch"}, {"jaeger", "jaeger"}};

// Why a datasource is not used; empty: it is.
std::string unusable(Datasource& of, const std::string& type) {
  for (const Type& one : types)
    if (type == one.grafana) {
      if (of.flag("jsonData", "sigV4Auth")) return "it signs with SigV4: put a signing proxy before it and name that in an inquest.yaml";
      if (of.flag("jsonData", "oauthPassThru")) return "it passes on the login of the person at Grafana, which is not there here: name a token in an inquest.yaml";
      if (of.json("jsonData", "azureCredentials")) return "it logs in with Azure: name a token file in an inquest.yaml";
      if (of.flag("jsonData", "tlsAuth") || of.flag("jsonData", "tlsAuthWithCACert"))
        return "its certificates stand inline: write them to files and name those under tls_config in an inquest.yaml";
      const std::string access = of.text(nullptr, "access");
      if (access == "direct" || access == "browser") return "the browser asks it, not Grafana's server (access: " + access + ")";
      return {};
    }
  if (type == "elasticsearch") return "Elasticsearch is not spoken; OpenSearch is (type grafana-opensearch-datasource)";
  return "its type `" + printable(type, 60) + "` is not spoken; prometheus, grafana-opensearch-datasource and jaeger are";
}

void read_one(Datasource& of, const std::string& shown, const std::string& type, Configuration& out) {
  SourceConfig config;
  config.name = named(shown);
  if (config.name.empty()) config.name = named(of.text(nullptr, "uid"));
  if (config.name.empty()) return of.wrong(of.at(nullptr, "name"), "a datasource without a name of letters", "give it one");
  for (const SourceConfig& other : out.sources)
    if (other.name == config.name) return of.wrong(of.at(nullptr, "name"), "two datasources come out as source `" + config.name + "`", "give one another name, or use an inquest.yaml");
  for (const Type& one : types)
    if (type == one.grafana) config.kind = one.kind;
  auto http = std::make_shared<http::Config>();
  http->url = of.text(nullptr, "url");
  while (http->url.ends_with("/")) http->url.pop_back();
  if (http->url.rfind("http://", 0) != 0 && http->url.rfind("https://", 0) != 0) {
    if (http->url.empty() || http->url.find("://") != std::string::npos) return of.wrong(of.at(nullptr, "url"), "datasource `" + printable(shown, 80) + "` has no URL of a server", "write http(s)://host:port");
    http->url = "http://" + http->url;   // as Grafana reads host:port
  }
  if (const size_t host = http->url.find("//") + 2; http->url.substr(host, http->url.find('/', host) - host).find('@') != std::string::npos)
    return of.wrong(of.at(nullptr, "url"), "the URL holds a user", "write basicAuth: true, basicAuthUser and secureJsonData.basicAuthPassword");
  if (of.flag(nullptr, "basicAuth")) {
    http->username = of.text(nullptr, "basicAuthUser");
    http->password = of.secret("basicAuthPassword");
  }
  for (int i = 1; i <= 64; ++i) {
    const std::string header = of.text("jsonData", "httpHeaderName" + std::to_string(i));
    if (header.empty()) break;
    const http::Secret value = of.secret("httpHeaderValue" + std::to_string(i));
    const size_t blank = value.value.find(' ');
    if (lower(header) != "authorization") http->headers[header] = value;
    else if (blank == std::string::npos) of.wrong(of.at("jsonData", "httpHeaderName1"), "the Authorization header has no type", "write Bearer TOKEN");
    else { http->auth_type = value.value.substr(0, blank); http->auth_credentials = {trim(value.value.substr(blank)), value.from}; }
  }
  http->insecure = of.flag("jsonData", "tlsSkipVerify");
  http->server_name = of.text("jsonData", "serverName");
  if (config.kind == "opensearch") {
    const std::string index = of.text("jsonData", "database");
    const std::string pattern = index.empty() ? of.text(nullptr, "database") : index;
    // One pattern, of spans or of logs: what is there is found by its fields, so timeField and its like are not needed.
    if (!pattern.empty()) set(config.options, "indices", pattern);
    // Grafana's patterns of days, [logs-]YYYY.MM.DD, as what they match.
    const std::string interval = of.text("jsonData", "interval");
    if (const size_t open = pattern.find('['), close = pattern.find(']'); !interval.empty() && open != std::string::npos && close > open && close != std::string::npos)
      set(config.options, "indices", pattern.substr(0, open) + pattern.substr(open + 1, close - open - 1) + "*");
  }
  config.at = http->url;
  config.http = std::move(http);
  out.sources.push_back(std::move(config));
}

}  // namespace

Result<Configuration> read_grafana_text(std::string_view text, const std::string& file, const std::string& folder, const Environment& environment) {
  Result<Yaml> yaml = parse_yaml(text, file);
  if (!yaml) return Error{Code::config, yaml.error().message, yaml.error().where, yaml.error().cure};
  const Json* list = member(yaml->value, "datasources");
  if (!list || !list->is_array())
    return Error{Code::config, "no `datasources:` in it", file, "name a file of Grafana's provisioning/datasources, or give an inquest.yaml with --sources"};
  const Resolver resolver{environment, folder};
  Configuration out;
  out.files.push_back(file);
  for (size_t i = 0; i < list->size(); ++i) {
    const std::string pointer = pointer_to("/datasources", i);
    if (!(*list)[i].is_object()) return Error{Code::config, "a datasource is a map of fields", yaml->where(pointer), "write - name: …"};
    Datasource of(*yaml, pointer, (*list)[i], resolver);
    const std::string name = of.text(nullptr, "name"), type = of.text(nullptr, "type");
    const std::string why = of.error ? "" : unusable(of, type);
    if (!of.error && why.empty()) read_one(of, name, type, out);
    if (of.error) return *of.error;
    if (!why.empty()) out.notes.push_back("datasource `" + printable(name, 80) + "` is not used: " + why);
  }
  return out;
}

Result<Configuration> read_grafana(const std::string& path, const Environment& environment) {
  Result<std::string> text = inquest::read_file(path, size_t{1} << 20);
  if (!text) return text.error();
  return read_grafana_text(*text, path, std::filesystem::path(path).parent_path().string(), environment);
}

}  // namespace inquest::settings
