// How a server is reached: URL, credentials, TLS, proxy, limits. Filled by the configuration, read by the door only.
// SPDX-License-Identifier: Apache-2.0
//
// Credentials stand here as values, already resolved from their `file:` or `env:` reference; a Secret prints as `***`
// wherever it is shown, and its value is cut out of everything that leaves the door (see redact()).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/base/time.h"

namespace inquest::http {

// A value that is never shown. `from` is the reference it came from ("file:/run/secrets/token", "env:PROM_TOKEN").
struct Secret {
  std::string value, from;
  bool empty() const { return value.empty(); }
  std::string print() const { return empty() ? "" : "*** (" + (from.empty() ? "given" : from) + ")"; }
};

// The names are those of Prometheus' `http_config`.
struct Config {
  std::string url;                       // http(s)://host[:port][/base/path]; user info in it is refused
  std::string username;                  // basic_auth.username
  Secret password;                       // basic_auth.password, password_file
  std::string auth_type = "Bearer";      // authorization.type
  Secret auth_credentials;               // authorization.credentials, credentials_file
  std::map<std::string, Secret> headers; // http_headers: name → value (X-Scope-OrgID, …)
  std::string ca_file, cert_file, key_file, server_name;  // tls_config
  std::string min_version = "TLS12";     // TLS12 | TLS13
  bool insecure = false;                 // tls_config.insecure_skip_verify: told in every report
  std::string proxy_url, no_proxy;       // empty: none, whatever the environment says, unless proxy_from_environment
  bool proxy_from_environment = false;

  // Do no harm. One budget a source and run.
  size_t concurrency = 4;                // requests under way at once
  size_t requests = 2000;                // in all
  uint64_t bytes = uint64_t{512} << 20;  // received in all, as they came over the wire
  size_t body_bytes = size_t{32} << 20;  // of one body: as received, and again once inflated
  Duration timeout = {30 * ns_per_s};    // of one request with its retries; the deadline of the ask if that is sooner
  int attempts = 4;                      // of one request, the first included
};

// Cuts every secret of `config` out of `text`: raw, base64, percent-encoded and JSON-escaped, if 8 bytes or longer.
std::string redact(const Config& config, std::string text);

}  // namespace inquest::http
