// Checks a configuration before anything is sent.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/http/server.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "runtime/base/text.h"
#include "runtime/base/version.h"
#include "runtime/connectors/http/redact.h"

namespace inquest::http {
namespace {

Error wrong(const std::string& message, const std::string& cure) { return {Code::config, message, "", cure}; }

bool plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; });
}
bool one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}
bool header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

Status readable(const char* option, const std::string& path) {
  if (path.empty()) return {};
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return wrong(std::string(option) + " " + path + " cannot be read: " + std::strerror(errno), "give a PEM file that this user may read");
  ::close(fd);
  return {};
}

Status split_authority(std::string_view authority, Server& server) {
  std::string_view host = authority, port;
  if (!authority.empty() && authority[0] == '[') {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) return wrong("an IPv6 address without its ]", "write http://[::1]:9090");
    host = authority.substr(0, close + 1);
    if (authority.size() > close + 1) {
      if (authority[close + 1] != ':') return wrong("text behind the address of the URL", "write http://[::1]:9090");
      port = authority.substr(close + 2);
    }
  } else if (const size_t colon = authority.rfind(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
    if (host.find(':') != std::string_view::npos) return wrong("an IPv6 address without brackets", "write http://[::1]:9090");
  }
  if (host.empty()) return wrong("the URL names no host", "write http://host:9090");
  for (const char c : host)
    if (!plain({&c, 1}) || std::string_view("\"<>\\^`{|}%").find(c) != std::string_view::npos)
      return wrong("the URL's host " + printable(host, 80) + " is none", "write http://host:9090");
  if (!port.empty()) {
    unsigned number = 0;
    const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
    if (read.ec != std::errc() || read.ptr != port.data() + port.size() || number == 0 || number > 65535)
      return wrong("the URL's port " + printable(port, 20) + " is none", "a number from 1 to 65535");
  }
  server.host = host;
  server.port = port.empty() ? (server.tls ? "443" : "80") : std::string(port);
  server.authority = port.empty() ? std::string(host) : std::string(authority);
  return {};
}

Status split_url(const std::string& url, Server& server) {
  const std::string small = lower(url.substr(0, 8));
  if (url.empty()) return wrong("the source has no URL", "write url: http://host:9090");
  server.tls = small.starts_with("https://");
  if (!server.tls && !small.starts_with("http://"))
    return wrong("the URL does not begin with http:// or https://", "write http://host:9090 or https://host:9090");
  if (!plain(url)) return wrong("the URL has a blank or control character in it", "percent-encode it");
  const size_t from = server.tls ? 8 : 7;
  const size_t end = std::min(url.find_first_of("/?#", from), url.size());
  const std::string authority = url.substr(from, end - from);
  if (authority.find('@') != std::string::npos)
    return wrong("the URL has user and password in it", "put them under basic_auth, the password as password_file or an env: reference");
  if (url.find_first_of("?#", end) != std::string::npos)
    return wrong("the URL has a query or fragment", "give scheme, host, port and base path only");
  if (Status status = split_authority(authority, server); !status.ok()) return status;
  std::string path = url.substr(end);
  while (!path.empty() && path.back() == '/') path.pop_back();
  server.base = (server.tls ? "https://" : "http://") + server.authority + path;
  return {};
}

Status check_proxy(const Config& config) {
  if (config.proxy_url.empty()) return {};
  for (const char* scheme : {"http://", "https://", "socks5://", "socks5h://"})
    if (lower(config.proxy_url).starts_with(scheme) && config.proxy_url.size() > std::strlen(scheme) && plain(config.proxy_url)) return {};
  return wrong("proxy_url is no URL of a proxy", "write http://proxy:3128 (or https://, socks5://, socks5h://)");
}

}  // namespace

Result<Server> check(const Config& config) {
  Server server;
  if (Status status = split_url(config.url, server); !status.ok()) return status.error();
  if (Status status = check_proxy(config); !status.ok()) return status.error();
  for (const auto& [option, path] : {std::pair{"ca_file", &config.ca_file}, {"cert_file", &config.cert_file}, {"key_file", &config.key_file}})
    if (Status status = readable(option, *path); !status.ok()) return status.error();
  if (config.cert_file.empty() != config.key_file.empty())
    return wrong(config.key_file.empty() ? "cert_file without key_file" : "key_file without cert_file", "give both");
  if (config.min_version != "TLS12" && config.min_version != "TLS13")
    return wrong("min_version " + printable(config.min_version, 20) + " is not known", did_you_mean(config.min_version, {"TLS12", "TLS13"}) + "; older ones are refused");
  if (!one_line(config.username) || config.username.find(':') != std::string::npos)
    return wrong("the user name has a colon or line break in it", "basic authentication cannot carry it");
  if (!config.server_name.empty()) {
    if (!plain(config.server_name) || config.server_name.find_first_of(":/@[]") != std::string::npos)
      return wrong("server_name " + printable(config.server_name, 80) + " is no host name", "give the name in the server's certificate");
    if (server.tls) {
      const std::string path = server.base.substr(8 + server.authority.size());
      server.connect_to = config.server_name + ":" + server.port + ":" + server.host + ":" + server.port;
      server.base = "https://" + config.server_name + ":" + server.port + path;
    }
  }
  server.headers = {"Host: " + server.authority, std::string("User-Agent: inquest/") + inquest_version, "Accept-Encoding: gzip", "Expect:"};
  const bool basic = !config.username.empty() || !config.password.empty();
  if (basic && !config.auth_credentials.empty())
    return wrong("both basic_auth and authorization are given", "give one of them");
  if (basic) server.headers.push_back("Authorization: Basic " + base64(config.username + ":" + config.password.value));
  if (!config.auth_credentials.empty()) {
    if (!header_name(config.auth_type)) return wrong("authorization.type is no word", "Bearer, ApiKey, …");
    if (!one_line(config.auth_credentials.value))
      return wrong("authorization.credentials from " + config.auth_credentials.from + " has a line break in it", "one line, without the type");
    server.headers.push_back("Authorization: " + config.auth_type + " " + config.auth_credentials.value);
  }
  static const std::vector<std::string> own = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "te",
                                               "trailer", "upgrade", "expect", "authorization"};
  for (const auto& [name, secret] : config.headers) {
    if (!header_name(name) || !one_line(secret.value))
      return wrong("the header " + printable(name, 80) + " has a character in it that no header may have", "one line, a name of letters and dashes");
    if (std::find(own.begin(), own.end(), lower(name)) != own.end())
      return wrong("the header " + name + " cannot be set", lower(name) == "authorization" ? "use authorization or basic_auth" : "it is set for each request");
    server.headers.push_back(secret.empty() ? name + ";" : name + ": " + secret.value);
  }
  return server;
}

}  // namespace inquest::http
