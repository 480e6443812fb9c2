// A checked configuration: the server's URL in its parts, and the options that every request to it has.
// SPDX-License-Identifier: Apache-2.0
//
// Error config: no http(s) URL, user info, query or fragment in it, a port that is none, an unreadable CA, certificate or key
// file, an unknown TLS version, a header that would break the request, a proxy that is none.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/connectors/http/config.h"

namespace inquest::http {

struct Server {
  bool tls = false;
  std::string host;                      // as in the URL; IPv6 in brackets
  std::string port;                      // never empty
  std::string authority;                 // host[:port] as in the URL: the Host header
  std::string base;                      // scheme://authority/base/path without the last slash, as it is sent
  std::string connect_to;                // where server_name stands in for the host: libcurl's CONNECT_TO
  std::vector<std::string> headers;      // of every request, secrets included
};
Result<Server> check(const Config& config);

}  // namespace inquest::http
