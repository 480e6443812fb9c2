// A checked file → sources: each field where it belongs, secrets resolved, and what a project may not say refused.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "runtime/base/text.h"
#include "runtime/connectors/settings/fields.h"
#include "runtime/connectors/settings/secrets.h"
#include "runtime/connectors/settings/settings.h"

namespace inquest::settings {
namespace {

const std::vector<std::string>& signal_names() {
  static const std::vector<std::string> names = {"metrics", "spans", "logs"};
  return names;
}

// One node of the file with its place. The first mistake is kept; what is read after it does not count.
class Reading final {
 public:
  Reading(const Yaml& yaml, const std::string& folder, Origin origin, const Environment& environment)
      : yaml_(yaml), resolver_{environment, folder}, origin_(origin) {}

  const Resolver& resolver() const { return resolver_; }
  bool project() const { return origin_ == Origin::project; }
  const std::optional<Error>& error() const { return error_; }
  void wrong(const std::string& pointer, std::string message, std::string cure) {
    if (!error_) error_ = Error{Code::config, std::move(message), yaml_.where(pointer), std::move(cure)};
  }
  const Json* at(const std::string& pointer) const {
    const Json* node = &yaml_.value;
    for (size_t from = 1; node && from <= pointer.size();) {
      const size_t end = std::min(pointer.find('/', from), pointer.size());
      const std::string key = pointer.substr(from, end - from);
      node = node->is_array() ? &(*node)[std::stoul(key)] : member(*node, key);
      from = end + 1;
    }
    return node && !node->is_null() ? node : nullptr;
  }
  std::string text(const std::string& pointer) const {
    const auto mark = yaml_.marks.find(pointer);
    return mark == yaml_.marks.end() || !at(pointer) ? std::string() : mark->second.text;
  }
  std::vector<std::string> texts(const std::string& pointer) const {
    std::vector<std::string> out;
    if (const Json* node = at(pointer)) {
      if (node->is_array()) for (size_t i = 0; i < node->size(); ++i) out.push_back(text(pointer_to(pointer, i)));
      else out.push_back(text(pointer));
    }
    return out;
  }
  std::map<std::string, std::string> table(const std::string& pointer) const {
    std::map<std::string, std::string> out;
    if (const Json* node = at(pointer))
      for (const auto& [key, value] : node->items()) out[key] = text(pointer_to(pointer, key));
    return out;
  }
  bool flag(const std::string& pointer) const {
    const Json* node = at(pointer);
    return node && node->is_boolean() && node->get<bool>();
  }
  std::string path(const std::string& pointer) const {
    const std::string written = text(pointer);
    return written.empty() ? written : resolver_.path(written);
  }
  bool literal = false;   // a secret stands in the file itself
  http::Secret secret(const std::string& pointer) {
    if (!at(pointer)) return {};
    literal = literal || (!is_reference(text(pointer)) && hides(pointer));
    return resolved(pointer, resolver_.value(text(pointer)));
  }
  http::Secret secret_file(const std::string& pointer) {
    if (!at(pointer)) return {};
    return resolved(pointer, resolver_.file(text(pointer)));
  }
  // `field` or `field_file`, not both.
  http::Secret either(const std::string& group, const char* field) {
    const std::string given = pointer_to(group, field), file = pointer_to(group, std::string(field) + "_file");
    if (at(given) && at(file)) wrong(file, std::string("`") + field + "` and `" + field + "_file` say the same thing twice", "give one of them");
    return at(file) ? secret_file(file) : secret(given);
  }

 private:
  // A tenant in a header, a user, a proxy without password may be read by others.
  bool hides(const std::string& pointer) const {
    if (pointer.ends_with("/proxy_url")) return text(pointer).find('@') != std::string::npos;
    const size_t header = pointer.find("/http_headers/");
    if (header == std::string::npos) return !pointer.ends_with("/username") && !pointer.ends_with("/url");
    const std::string name = lower(std::string_view(pointer).substr(header));
    for (const char* part : {"key", "token", "auth", "secret", "cookie", "password"})
      if (name.find(part, 14) != std::string::npos) return true;
    return false;
  }
  http::Secret resolved(const std::string& pointer, Result<http::Secret> secret) {
    if (secret) return std::move(*secret);
    wrong(pointer, secret.error().message, secret.error().cure);
    return {};
  }

  const Yaml& yaml_;
  Resolver resolver_;
  Origin origin_;
  std::optional<Error> error_;
};

Value value_of(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) {
    List out;
    for (const Json& one : json) out.push_back(value_of(one));
    return out;
  }
  Map out;
  if (json.is_object())
    for (const auto& [key, one] : json.items()) out.emplace_back(key, value_of(one));
  return json.is_null() ? Value() : Value(std::move(out));
}

void check_url(Reading& of, const std::string& pointer, const std::string& url) {
  const bool scheme = url.rfind("http://", 0) == 0 || url.rfind("https://", 0) == 0;
  const size_t host = scheme ? url.find("//") + 2 : 0;
  const std::string authority = url.substr(host, url.find_first_of("/?#", host) - host);
  if (authority.find('@') != std::string::npos)
    return of.wrong(pointer, "the URL holds a user", "write http(s)://host:port, and the user under basic_auth");
  if (!scheme || authority.empty())
    return of.wrong(pointer, "`" + printable(url, 120) + "` is no URL of a server", "write http://host:port or https://host:port/path");
  if (url.find_first_of("?#", host) != std::string::npos)
    return of.wrong(pointer, "the URL has a query or a fragment", "end it after the path");
}

// What a project's file may not say, since it came with somebody's files.
void refuse_in_project(Reading& of, const std::string& source, const std::string& name) {
  const auto refuse = [&](const std::string& pointer, const std::string& what) {
    of.wrong(pointer, "a project's inquest.yaml holds no " + what,
             "move it to $XDG_CONFIG_HOME/inquest/inquest.yaml (~/.config), under a source of the same name `" + printable(name, 60) +
                 "` and the same url; or name this file yourself with --sources");
  };
  for (const char* field : {"basic_auth", "authorization", "http_headers"})
    if (of.at(pointer_to(source, field))) refuse(pointer_to(source, field), std::string("credentials (") + field + ")");
  const std::string tls = pointer_to(source, "tls_config");
  for (const char* field : {"cert_file", "key_file"})
    if (of.at(pointer_to(tls, field))) refuse(pointer_to(tls, field), std::string("credentials (tls_config.") + field + ")");
  for (const char* field : {"url", "proxy_url"})
    if (is_reference(of.text(pointer_to(source, field)))) refuse(pointer_to(source, field), std::string("reference to the environment or a file (") + field + ")");
}

void read_headers(Reading& of, const std::string& source, http::Config& config) {
  const std::string headers = pointer_to(source, "http_headers");
  const Json* node = of.at(headers);
  if (!node) return;
  for (const auto& [name, value] : node->items()) {
    const std::string at = pointer_to(headers, name);
    const bool good = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!good) return of.wrong(at, "`" + printable(name, 60) + "` is no name of a header", "letters, digits and `-`");
    const std::string small = lower(name);
    for (const char* ours : {"authorization", "host", "content-length", "content-type", "accept-encoding", "transfer-encoding", "connection"})
      if (small == ours) return of.wrong(at, "the header `" + name + "` is not set here", small == "authorization" ? "write authorization: or basic_auth:" : "remove it");
    if (!value.is_object()) {
      if (!value.is_primitive() || value.is_null()) return of.wrong(at, "a header is a text", "write NAME: value, NAME: env:VARIABLE or NAME: file:PATH");
      config.headers[name] = of.secret(at);
      continue;
    }
    // Prometheus' form. A header has one value here.
    size_t count = 0;
    for (const auto& [field, list] : value.items()) {
      const std::string below = pointer_to(at, field);
      if (field != "values" && field != "secrets" && field != "files") return of.wrong(below, "unknown field `" + printable(field, 60) + "` of a header", did_you_mean(field, {"values", "secrets", "files"}));
      if (!list.is_array()) return of.wrong(below, "`" + field + "` is a list", "write [ … ]");
      for (size_t i = 0; i < list.size(); ++i, ++count)
        config.headers[name] = field == "files" ? of.secret_file(pointer_to(below, i)) : of.secret(pointer_to(below, i));
    }
    if (count != 1) return of.wrong(at, "the header `" + name + "` has " + std::to_string(count) + " values", "give it one");
  }
}

void read_http(Reading& of, const std::string& source, http::Config& config) {
  const std::string basic = pointer_to(source, "basic_auth"), bearer = pointer_to(source, "authorization"), tls = pointer_to(source, "tls_config");
  if (of.at(basic) && of.at(bearer)) of.wrong(bearer, "`basic_auth` and `authorization` both fill the Authorization header", "give one of them");
  if (of.at(basic)) {
    config.username = of.either(basic, "username").value;
    config.password = of.either(basic, "password");
    if (config.username.empty()) of.wrong(basic, "`basic_auth` has no username", "add username: or username_file:");
  }
  if (of.at(bearer)) {
    config.auth_credentials = of.either(bearer, "credentials");
    if (config.auth_credentials.empty()) of.wrong(bearer, "`authorization` has no credentials", "add credentials: env:NAME or credentials_file: PATH");
    if (const std::string type = of.text(pointer_to(bearer, "type")); !type.empty()) config.auth_type = type;
    if (lower(config.auth_type) == "basic") of.wrong(pointer_to(bearer, "type"), "`Basic` is what basic_auth is for", "write basic_auth: { username: …, password_file: … }");
  }
  read_headers(of, source, config);
  config.ca_file = of.path(pointer_to(tls, "ca_file"));
  config.cert_file = of.path(pointer_to(tls, "cert_file"));
  config.key_file = of.path(pointer_to(tls, "key_file"));
  if (config.cert_file.empty() != config.key_file.empty()) of.wrong(tls, "`cert_file` and `key_file` go together", "give both or none");
  config.server_name = of.text(pointer_to(tls, "server_name"));
  config.insecure = of.flag(pointer_to(tls, "insecure_skip_verify"));
  if (std::string version = of.text(pointer_to(tls, "min_version")); !version.empty()) {
    if (version != "TLS12" && version != "TLS13") of.wrong(pointer_to(tls, "min_version"), "`" + printable(version, 40) + "` is no version of TLS that is spoken", "write TLS12 or TLS13");
    config.min_version = version;
  }
  config.proxy_url = of.secret(pointer_to(source, "proxy_url")).value;
  config.no_proxy = of.text(pointer_to(source, "no_proxy"));
  config.proxy_from_environment = of.flag(pointer_to(source, "proxy_from_environment"));
  if (config.proxy_from_environment && !config.proxy_url.empty())
    of.wrong(pointer_to(source, "proxy_from_environment"), "`proxy_url` and `proxy_from_environment` say two things", "give one of them");
  if (of.flag(pointer_to(source, "follow_redirects")))
    of.wrong(pointer_to(source, "follow_redirects"), "redirects are never followed: they could carry credentials elsewhere", "remove it, and name the URL that the redirect leads to");
}

void read_limits(Reading& of, const std::string& source, SourceConfig& config, http::Config& http) {
  const std::string limits = pointer_to(source, "limits");
  const auto whole = [&](const char* name) -> std::optional<int64_t> {
    const Json* node = of.at(pointer_to(limits, name));
    return node ? std::optional<int64_t>(json_int64(*node)) : std::nullopt;
  };
  const auto size = [&](const char* name) -> std::optional<int64_t> {
    const std::string text = of.text(pointer_to(limits, name));
    if (text.empty()) return std::nullopt;
    const auto parsed = parse_size(text);
    return parsed ? std::optional<int64_t>(*parsed) : std::nullopt;
  };
  const auto within = [&](const char* name, std::optional<int64_t> value, int64_t most) {
    if (value && *value > most) of.wrong(pointer_to(limits, name), std::string("`limits.") + name + "` is at most " + std::to_string(most), "lower it");
    return value;
  };
  if (const auto n = within("concurrency", whole("concurrency"), 256)) http.concurrency = static_cast<size_t>(*n);
  if (const auto n = within("requests", whole("requests"), 1'000'000)) http.requests = static_cast<size_t>(*n);
  if (const auto n = within("bytes", size("bytes"), int64_t{1} << 40)) http.bytes = static_cast<uint64_t>(*n);
  if (const auto n = within("body_bytes", size("body_bytes"), int64_t{1} << 30)) http.body_bytes = static_cast<size_t>(*n);
  if (const auto n = within("attempts", whole("attempts"), 20)) http.attempts = static_cast<int>(*n);
  if (const std::string text = of.text(pointer_to(limits, "timeout")); !text.empty())
    if (const auto parsed = parse_duration(text)) http.timeout = *parsed;
  for (const auto& [name, kind] : {std::pair{"samples", "prometheus"}, {"traces", "jaeger"}}) {
    const auto n = whole(name);
    if (!n) continue;
    if (config.kind != kind) of.wrong(pointer_to(limits, name), std::string("`limits.") + name + "` is of kind " + kind + ", this source is of kind " + config.kind, "remove it");
    set(config.options, name, *n);
  }
}

void read_source(Reading& of, const std::string& source, const std::map<std::string, std::string>& aliases, Configuration& out) {
  SourceConfig config;
  const auto field = [&](const char* name) { return pointer_to(source, name); };
  config.name = of.text(field("name"));
  if (config.name.empty()) return of.wrong(source, "a source without a name", "add name: …");
  if (!valid_name(config.name)) return of.wrong(field("name"), "`" + printable(config.name, 80) + "` is no name of a source", "small letters, digits, `.`, `_` and `-`, 80 at most");
  for (const SourceConfig& other : out.sources)
    if (other.name == config.name) return of.wrong(field("name"), "two sources are called `" + config.name + "`", "give each its own name");
  std::vector<std::string> kinds;
  for (const ConnectorKind& row : connector_kinds()) kinds.push_back(row.kind);
  config.kind = of.text(field("kind"));
  if (config.kind.empty()) return of.wrong(source, "source `" + config.name + "` says no kind", "add kind: " + join(kinds, ", "));
  if (std::find(kinds.begin(), kinds.end(), config.kind) == kinds.end())
    return of.wrong(field("kind"), "unknown kind of source `" + printable(config.kind, 60) + "`", did_you_mean(config.kind, kinds));
  if (of.project()) refuse_in_project(of, source, config.name);
  const bool server = config.kind != "otlp";
  if (of.at(field(server ? "at" : "url")))
    return of.wrong(field(server ? "at" : "url"), std::string("a source of kind ") + config.kind + " has " + (server ? "a `url`, no `at`" : "an `at` (a path), no `url`"), server ? "write url: http(s)://host:port" : "write at: PATH");
  if (!of.at(field(server ? "url" : "at")))
    return of.wrong(source, "source `" + config.name + "` says not where it is", server ? "add url: http(s)://host:port" : "add at: PATH");
  config.signals = of.texts(field("signals"));
  config.without = of.texts(field("without"));
  for (const char* list : {"signals", "without"})
    for (const std::string& signal : of.texts(field(list)))
      if (std::find(signal_names().begin(), signal_names().end(), signal) == signal_names().end())
        return of.wrong(field(list), "`" + printable(signal, 60) + "` is no signal", did_you_mean(signal, signal_names()));
  config.aliases = aliases;
  for (auto& [there, name] : of.table(field("aliases"))) config.aliases[there] = name;
  if (const Json* options = of.at(field("options"))) config.options = *value_of(*options).get<Map>();
  if (config.kind == "otlp" && of.at(field("limits"))) return of.wrong(field("limits"), "`limits` are of servers, this source is files", "remove it");
  for (const char* name : {"layout", "indices"})
    if (of.at(field(name)) && config.kind != "opensearch")
      return of.wrong(field(name), std::string("`") + name + "` is of kind opensearch, this source is of kind " + config.kind, "remove it");
  for (const char* name : {"layout", "indices"}) {
    const Json* const node = of.at(field(name));
    if (!node) continue;
    if (!node->is_object()) {
      set(config.options, name, of.text(field(name)));
      continue;
    }
    Map by_signal;
    for (const auto& [signal, text] : of.table(field(name))) by_signal.emplace_back(signal, text);
    set(config.options, name, std::move(by_signal));
  }
  config.links = of.table(field("links"));
  if (const auto uid = config.links.find("grafana_datasource"); uid != config.links.end()) {
    if (config.kind != "prometheus") return of.wrong(pointer_to(field("links"), "grafana_datasource"), "`links.grafana_datasource` is of kind prometheus", "remove it");
    set(config.options, "datasource", uid->second);
    config.links.erase(uid);
  }
  for (const auto& [name, url] : config.links) check_url(of, pointer_to(field("links"), name), url);
  if (!server) {
    config.at = of.path(field("at"));
    out.sources.push_back(std::move(config));
    return;
  }
  auto http = std::make_shared<http::Config>();
  http->url = is_reference(of.text(field("url"))) ? of.secret(field("url")).value : of.text(field("url"));
  while (http->url.ends_with("/")) http->url.pop_back();
  config.at = http->url;
  check_url(of, field("url"), http->url);
  read_http(of, source, *http);
  read_limits(of, source, config, *http);
  config.http = std::move(http);
  out.sources.push_back(std::move(config));
}

}  // namespace

Result<Configuration> read_text(std::string_view text, const std::string& file, const std::string& folder, Origin origin,
                                const Environment& environment) {
  Result<Yaml> yaml = parse_yaml(text, file);
  if (!yaml) return Error{Code::config, yaml.error().message, yaml.error().where, yaml.error().cure};
  if (Status good = check_fields(*yaml); !good) return good.error();
  Reading of(*yaml, folder, origin, environment);
  Configuration out;
  out.files.push_back(file);
  const std::map<std::string, std::string> aliases = of.table("/aliases");
  if (const Json* sources = of.at("/sources"))
    for (size_t i = 0; i < sources->size(); ++i) read_source(of, pointer_to("/sources", i), aliases, out);
  out.signals = of.table("/signals");
  std::vector<std::string> names;
  for (const SourceConfig& source : out.sources) names.push_back(source.name);
  for (const auto& [signal, name] : out.signals)
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end())
      of.wrong(pointer_to("/signals", signal), "no source is called `" + printable(name, 80) + "`", did_you_mean(name, names));
  if (of.error()) return *of.error();
  out.holds_secrets = of.literal;
  return out;
}

Result<Configuration> read_file(const std::string& path, Origin origin, const Environment& environment) {
  Result<std::string> text = inquest::read_file(path, size_t{1} << 20);
  if (!text) {
    Error error = text.error();
    if (error.cure.empty()) error.cure = "name a file with `sources:`; docs/sources.md shows one";
    return error;
  }
  Result<Configuration> out = read_text(*text, path, std::filesystem::path(path).parent_path().string(), origin, environment);
  std::error_code error;
  const auto mode = std::filesystem::status(path, error).permissions();
  constexpr auto others = std::filesystem::perms::group_read | std::filesystem::perms::others_read;
  if (out && out->holds_secrets && !error && (mode & others) != std::filesystem::perms::none)
    out->notes.push_back(path + " holds a secret and others may read it: chmod 600, or write env:NAME or a file in its place");
  return out;
}

}  // namespace inquest::settings
