// The table of fields, and one walk that holds a file against it.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/settings/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/base/time.h"

namespace inquest::settings {

const std::vector<Field>& fields() {
  static const std::vector<Field> all = {
      {"sources", Kind::groups, "the places with telemetry"},
      {"sources.name", Kind::text, "what it is called in reports, `from` and `signals`"},
      {"sources.kind", Kind::text, "prometheus, opensearch, jaeger or otlp"},
      {"sources.url", Kind::text, "http(s)://host[:port][/path] of a server; without user and password"},
      {"sources.at", Kind::path, "of kind otlp: a directory or file of OTLP-JSON lines"},
      {"sources.signals", Kind::texts, "metrics, spans, logs: only these; else what is found there"},
      {"sources.without", Kind::texts, "signals withheld on purpose"},
      {"sources.aliases", Kind::table, "of services: name there → name everywhere"},
      {"sources.layout", Kind::either, "of kind opensearch: how spans and logs lie there; else found by probing"},
      {"sources.indices", Kind::either, "of kind opensearch: spans, logs → index pattern, or one for both"},
      {"sources.options", Kind::anything, "of the kind of source: NAME → value"},
      {"sources.basic_auth", Kind::group, "user and password"},
      {"sources.basic_auth.username", Kind::secret, "user"},
      {"sources.basic_auth.username_file", Kind::path, "file that holds the user"},
      {"sources.basic_auth.password", Kind::secret, "password"},
      {"sources.basic_auth.password_file", Kind::path, "file that holds the password"},
      {"sources.authorization", Kind::group, "the Authorization header"},
      {"sources.authorization.type", Kind::text, "Bearer unless said"},
      {"sources.authorization.credentials", Kind::secret, "token"},
      {"sources.authorization.credentials_file", Kind::path, "file that holds the token"},
      {"sources.http_headers", Kind::anything, "NAME: value, or NAME: { values: […], secrets: […], files: […] }"},
      {"sources.tls_config", Kind::group, "of https"},
      {"sources.tls_config.ca_file", Kind::path, "certificates to trust instead of the system's"},
      {"sources.tls_config.cert_file", Kind::path, "our certificate"},
      {"sources.tls_config.key_file", Kind::path, "its key"},
      {"sources.tls_config.server_name", Kind::text, "name that the server's certificate must have"},
      {"sources.tls_config.insecure_skip_verify", Kind::flag, "trust any certificate; every report says so"},
      {"sources.tls_config.min_version", Kind::text, "TLS12 (unless said) or TLS13"},
      {"sources.tls_config.max_version", Kind::refused, "remove it: the newest version that both know is spoken"},
      {"sources.tls_config.ca", Kind::refused, "write the certificate to a file and name it as ca_file"},
      {"sources.tls_config.cert", Kind::refused, "write the certificate to a file and name it as cert_file"},
      {"sources.tls_config.key", Kind::refused, "write the key to a file (mode 0600) and name it as key_file"},
      {"sources.tls_config.ca_ref", Kind::refused, "name the certificate's file as ca_file"},
      {"sources.tls_config.cert_ref", Kind::refused, "name the certificate's file as cert_file"},
      {"sources.tls_config.key_ref", Kind::refused, "name the key's file as key_file"},
      {"sources.proxy_url", Kind::secret, "proxy; none unless said, whatever the environment says"},
      {"sources.no_proxy", Kind::text, "hosts that are reached without it, with commas between"},
      {"sources.proxy_from_environment", Kind::flag, "take HTTP_PROXY, HTTPS_PROXY and NO_PROXY"},
      {"sources.proxy_connect_header", Kind::refused, "no headers are sent to proxies; put user and password into proxy_url (env:NAME)"},
      {"sources.follow_redirects", Kind::flag, "false; redirects are never followed, since they could carry credentials elsewhere"},
      {"sources.enable_http2", Kind::flag, "without effect: HTTP/1.1 is spoken"},
      {"sources.bearer_token", Kind::refused, "write authorization: { credentials: env:NAME }"},
      {"sources.bearer_token_file", Kind::refused, "write authorization: { credentials_file: PATH }"},
      {"sources.oauth2", Kind::refused, "have a sidecar write the token to a file and name it as authorization.credentials_file; the file is read at each start"},
      {"sources.sigv4", Kind::refused, "put a signing proxy (aws-sigv4-proxy) on loopback before it and name that as url"},
      {"sources.azuread", Kind::refused, "have a sidecar write the token to a file and name it as authorization.credentials_file"},
      {"sources.google_iam", Kind::refused, "have a sidecar write the token to a file and name it as authorization.credentials_file"},
      {"sources.limits", Kind::group, "do no harm: what one run may take from this source"},
      {"sources.limits.concurrency", Kind::whole, "requests under way at once (4)"},
      {"sources.limits.requests", Kind::whole, "requests of one run (2000)"},
      {"sources.limits.bytes", Kind::size, "bytes received in one run (512MiB)"},
      {"sources.limits.body_bytes", Kind::size, "bytes of one answer, before and after inflation (32MiB)"},
      {"sources.limits.timeout", Kind::duration, "of one request with its retries (30s)"},
      {"sources.limits.attempts", Kind::whole, "tries of one request, the first included (4)"},
      {"sources.limits.samples", Kind::whole, "of kind prometheus: raw samples of one ask; above it the server aggregates"},
      {"sources.limits.traces", Kind::whole, "of kind jaeger: traces sampled for one ask"},
      {"sources.links", Kind::group, "user interfaces that the report links to"},
      {"sources.links.grafana", Kind::text, "URL of Grafana, for Explore"},
      {"sources.links.grafana_datasource", Kind::text, "uid of this source in Grafana"},
      {"sources.links.prometheus", Kind::text, "URL of Prometheus' own page"},
      {"sources.links.jaeger", Kind::text, "URL of Jaeger's page"},
      {"sources.links.dashboards", Kind::text, "URL of OpenSearch Dashboards"},
      {"signals", Kind::group, "which source answers, where several could"},
      {"signals.metrics", Kind::text, "name of a source"},
      {"signals.spans", Kind::text, "name of a source"},
      {"signals.logs", Kind::text, "name of a source"},
      {"aliases", Kind::table, "of services, in all sources: name there → name everywhere"},
  };
  return all;
}

const char* kind_doc(Kind kind) {
  switch (kind) {
    case Kind::text: return "a text";
    case Kind::secret: return "a text, env:NAME or file:PATH";
    case Kind::path: return "a path";
    case Kind::flag: return "true or false";
    case Kind::whole: return "a whole number from 1";
    case Kind::size: return "a number of bytes, such as 32MiB";
    case Kind::duration: return "a duration, such as 30s";
    case Kind::texts: return "a list of texts";
    case Kind::table: return "NAME: text";
    case Kind::either: return "a text, or NAME: text";
    case Kind::group: return "a map of fields";
    case Kind::groups: return "a list, each entry beginning with `- name: …`";
    case Kind::anything: return "NAME: value";
    case Kind::refused: return "nothing";
  }
  return "";
}

Result<int64_t> parse_size(const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  const std::string unit = trim(std::string_view(read.ptr, static_cast<size_t>(end - read.ptr)));
  static const std::pair<const char*, double> units[] = {
      {"", 1},   {"B", 1},     {"kB", 1e3},     {"KB", 1e3},     {"MB", 1e6},
      {"GB", 1e9}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}};
  const auto at = std::find_if(std::begin(units), std::end(units), [&](const auto& one) { return unit == one.first; });
  if (read.ec != std::errc() || at == std::end(units) || !(number * at->second >= 1) || !(number * at->second <= 1e15))
    return Error{Code::config, "`" + printable(text, 40) + "` is no number of bytes", "", "write 33554432, 32MB or 32MiB"};
  return static_cast<int64_t>(std::floor(number * at->second));
}

namespace {

std::vector<std::string> below(const std::string& path) {
  const std::string prefix = path.empty() ? "" : path + ".";
  std::vector<std::string> out;
  for (const Field& field : fields()) {
    const std::string one = field.path;
    if (field.kind == Kind::refused || one.rfind(prefix, 0) != 0 || one.find('.', prefix.size()) != std::string::npos) continue;
    out.push_back(one.substr(prefix.size()));
  }
  return out;
}

class Check final {
 public:
  explicit Check(const Yaml& yaml) : yaml_(yaml) {}

  Status group(const Json& node, const std::string& pointer, const std::string& path) {
    if (!node.is_object()) return wrong(pointer, path.empty() ? "the file is no map of fields" : "`" + path + "` is no map of fields", "write `name: value` lines below it");
    for (const auto& [key, value] : node.items()) {
      const std::string full = path.empty() ? key : path + "." + key, at = pointer_to(pointer, key);
      const auto field = std::find_if(fields().begin(), fields().end(), [&](const Field& one) { return full == one.path; });
      if (field == fields().end())
        return wrong(at, "unknown field `" + printable(key, 60) + "`" + (path.empty() ? "" : " in `" + path + "`"), did_you_mean(key, below(path), 20));
      if (Status good = one(*field, value, at); !good) return good;
    }
    return {};
  }

 private:
  Error wrong(const std::string& pointer, const std::string& message, const std::string& cure) const {
    return Error{Code::config, message, yaml_.where(pointer), cure};
  }
  std::string written(const std::string& pointer) const {
    const auto mark = yaml_.marks.find(pointer);
    return mark == yaml_.marks.end() ? std::string() : mark->second.text;
  }

  Status one(const Field& field, const Json& value, const std::string& at) {
    const std::string name = std::string("`") + field.path + "`";
    const auto mismatch = [&] { return wrong(at, name + " is " + kind_doc(field.kind), field.doc); };
    switch (field.kind) {
      case Kind::refused: return wrong(at, name + " is not done here", field.doc);
      case Kind::group: return group(value, at, field.path);
      case Kind::groups:
        if (!value.is_array()) return mismatch();
        for (size_t i = 0; i < value.size(); ++i)
          if (Status good = group(value[i], pointer_to(at, i), field.path); !good) return good;
        return {};
      case Kind::flag: return value.is_boolean() ? Status() : mismatch();
      case Kind::whole: return value.is_number_integer() && value.get<int64_t>() >= 1 ? Status() : mismatch();
      case Kind::size: return value.is_primitive() && parse_size(written(at)) ? Status() : mismatch();
      case Kind::duration: {
        const auto parsed = parse_duration(written(at));
        return value.is_primitive() && parsed && parsed->ns > 0 ? Status() : mismatch();
      }
      case Kind::texts:
        if (value.is_string()) return {};
        if (!value.is_array()) return mismatch();
        for (const Json& text : value)
          if (!text.is_string()) return mismatch();
        return {};
      case Kind::either:
        if (value.is_string()) return {};
        [[fallthrough]];
      case Kind::table:
        if (!value.is_object()) return mismatch();
        for (const auto& [key, text] : value.items())
          if (!text.is_primitive() || text.is_null()) return wrong(pointer_to(at, key), name + " is " + kind_doc(field.kind), field.doc);
        return {};
      case Kind::anything: return value.is_object() ? Status() : mismatch();
      case Kind::text: case Kind::secret: case Kind::path: {
        if (!value.is_primitive() || value.is_null()) return mismatch();
        // Prometheus expands nothing either, but people come from tools that do.
        const std::string text = written(at);
        if (const size_t open = text.find("${"); open != std::string::npos && text.find('}', open) != std::string::npos)
          return wrong(at, name + " holds `${…}`, which is not expanded", field.kind == Kind::secret
                       ? "write env:NAME for a variable of the environment, or name a file" : "write the value itself");
        return {};
      }
    }
    return {};
  }

  const Yaml& yaml_;
};

}  // namespace

Status check_fields(const Yaml& yaml) {
  if (yaml.value.is_null()) return {};
  return Check(yaml).group(yaml.value, "", "");
}

}  // namespace inquest::settings
