// Drives libcurl through one try, and names what went wrong.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/http/exchange.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "runtime/base/text.h"
#include "runtime/base/time.h"
#include "runtime/connectors/http/received.h"
#include "runtime/connectors/http/request.h"

namespace inquest::http {
namespace {

using Class = Failure::Class;
constexpr int64_t look_every_ms = 50;    // at stop and deadline, while nothing happens

// A library that writes to a connection that is gone must not end the process.
class NoBrokenPipe final {
 public:
  NoBrokenPipe() {
    sigset_t pending;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec now = {0, 0};
    if (!was_pending_) while (sigtimedwait(&pipe_, nullptr, &now) == -1 && errno == EINTR) {}
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t pipe_, before_;
  bool was_pending_ = false;
};

// What the callbacks see of one try.
struct Course {
  Received& received;
  uint64_t sent = 0;
  bool asked = false;                    // the request went out
  bool shaking = false;                  // the TLS handshake has begun
};

size_t on_head(char* bytes, size_t size, size_t n, void* user) {
  return static_cast<Course*>(user)->received.head({bytes, size * n}) ? size * n : 0;
}

size_t on_body(char* bytes, size_t size, size_t n, void* user) {
  if (size * n == 0) return 0;
  return static_cast<Course*>(user)->received.body(bytes, size * n) ? size * n : 0;
}

int on_traffic(CURL*, curl_infotype type, char* bytes, size_t n, void* user) {
  auto& course = *static_cast<Course*>(user);
  switch (type) {
    case CURLINFO_HEADER_OUT: course.asked = true; [[fallthrough]];
    case CURLINFO_DATA_OUT: course.sent += n; break;
    case CURLINFO_SSL_DATA_OUT: course.shaking = true; break;
    case CURLINFO_DATA_IN: course.received.raw(n); break;
    case CURLINFO_TEXT: {
      const std::string_view text(bytes, n);
      if (text.starts_with("Excess found") || text.starts_with("Leftovers after chunking") || text.starts_with("excess found"))
        course.received.excess();
      break;
    }
    default: break;
  }
  return 0;
}


std::string where(const Server& server) { return server.host + ":" + server.port; }

Fault fault(Class cls, const std::string& cause, Fault::Again again, const std::string& cure = {}) { return {{cls, cause, cure}, again}; }

// The deadline came: what was waited for decides whether the server was reached at all.
Fault over(const Curl& curl, CURL* easy, const Course& course, const Server& server) {
  curl_off_t looked_up = 0;
  curl.getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &looked_up);
  const Received& received = course.received;
  const std::string cure = "narrow the window, or allow more time (timeout of the source)";
  if (!course.asked && !received.head_begun()) {
    const std::string check = "check that " + where(server) + " can be reached from here";
    if (course.shaking)
      return fault(Class::timeout, "the TLS handshake with " + where(server) + " did not end in time", Fault::Again::never, check);
    if (looked_up == 0)
      return fault(Class::unreachable, "no answer from the name servers for " + server.host + " in time", Fault::Again::never, check);
    return fault(Class::unreachable, "no connection to " + where(server) + " in time", Fault::Again::never, check);
  }
  if (!received.head_begun()) return fault(Class::timeout, "no answer in time", Fault::Again::never, cure);
  if (!received.head_done()) return fault(Class::timeout, "the answer's headers did not end in time", Fault::Again::never, cure);
  return fault(Class::timeout, "the answer did not end in time, " + received.progress(), Fault::Again::never, cure);
}

bool says(std::string_view text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return text.find(word) != std::string_view::npos; });
}

Fault tls_fault(const std::string& said, const Server& server) {
  if (says(said, {"reset by peer", "SSL_ERROR_SYSCALL", "unexpected eof", "Broken pipe"}))
    return fault(Class::unreachable, where(server) + " ended the TLS handshake: " + said, Fault::Again::bounded,
                 "check that " + where(server) + " speaks TLS");
  if (says(said, {"wrong version number", "http request"}))
    return fault(Class::refused, where(server) + " does not speak TLS", Fault::Again::never, "write http:// in its URL, or give the TLS port");
  std::string cure = "give the server's CA as tls_config.ca_file";
  if (says(said, {"expired"})) cure = "renew the server's certificate";
  else if (says(said, {"subject name", "does not match"})) cure = "use the name in the certificate, or tls_config.server_name";
  else if (says(said, {"protocol version", "unsupported protocol", "alert", "no protocols"}))
    cure = "the server must speak TLS 1.2 or newer (and accept our certificate, if it wants one)";
  return fault(Class::refused, "TLS with " + where(server) + ": " + said, Fault::Again::never, cure);
}

Fault named(const Curl& curl, CURL* easy, CURLcode code, const std::string& detail, const Course& course, const Server& server) {
  const std::string said = printable(detail.empty() ? curl.strerror(code) : detail, 300);
  const Received& received = course.received;
  long number = 0, proxied = 0;
  curl.getinfo(easy, CURLINFO_OS_ERRNO, &number);
  curl.getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxied);
  const std::string check = "check that " + where(server) + " can be reached from here";
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return over(curl, easy, course, server);
    case CURLE_COULDNT_RESOLVE_HOST:
      return fault(Class::unreachable, "the name " + server.host + " is not known", Fault::Again::bounded, "check the host in its URL");
    case CURLE_COULDNT_RESOLVE_PROXY:
      return fault(Class::unreachable, "the name of the proxy is not known", Fault::Again::bounded, "check proxy_url");
    case CURLE_COULDNT_CONNECT:
      return fault(Class::unreachable,
                   number == ECONNREFUSED ? "connection to " + where(server) + " refused"
                                          : "no connection to " + where(server) + (number ? ": " + std::string(std::strerror(static_cast<int>(number))) : ": " + said),
                   Fault::Again::bounded, check);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return tls_fault(said, server);
    case CURLE_SSL_CACERT_BADFILE: return fault(Class::refused, "the CA file cannot be used: " + said, Fault::Again::never, "give a PEM file as tls_config.ca_file");
    case CURLE_OUT_OF_MEMORY: return fault(Class::too_large, "no memory for the answer", Fault::Again::never);
    case CURLE_PARTIAL_FILE: return fault(Class::malformed, "truncated " + received.progress(), Fault::Again::once);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return fault(Class::malformed, "the answer is no sound HTTP: " + said, Fault::Again::once, "check that " + where(server) + " is the right port");
    case CURLE_PROXY: return fault(Class::unreachable, "the proxy did not help: " + said, Fault::Again::bounded, "check proxy_url");
    case CURLE_GOT_NOTHING:
      return fault(Class::unreachable, where(server) + " closed the connection without an answer", Fault::Again::bounded, check);
    default: break;
  }
  if (proxied >= 400) {
    return fault(proxied == 407 || proxied == 403 ? Class::refused : Class::unreachable, "the proxy answered HTTP " + std::to_string(proxied),
                 proxied == 407 || proxied == 403 ? Fault::Again::never : Fault::Again::bounded, "check proxy_url and its credentials");
  }
  if (received.head_done()) {
    if (says(said, {"chunk", "hexadecimal"})) return fault(Class::malformed, "truncated: the answer's chunks are broken", Fault::Again::once);
    return fault(Class::malformed, "truncated " + received.progress() + ": " + said, Fault::Again::once);
  }
  if (received.head_begun()) return fault(Class::malformed, "the answer ended within its headers: " + said, Fault::Again::once);
  return fault(Class::unreachable, where(server) + ": " + said, Fault::Again::bounded, check);
}

}  // namespace

Line::Line(const Curl& curl, const Config& config, const Server& server) : curl_(curl), config_(config), server_(server) {}
Line::~Line() {
  drop();
  curl_.slist_free_all(connect_to_);
}

// Bytes, or the end, in a connection that owes us nothing: whatever they are, they are not the answer to what comes next.
bool Line::stale() const {
  if (socket_ == CURL_SOCKET_BAD) return false;
  pollfd look = {socket_, POLLIN, 0};
  return ::poll(&look, 1, 0) != 0;
}

bool Line::connect() {
  if (stale()) drop();
  if (!multi_) multi_ = curl_.multi_init();
  if (!easy_) easy_ = curl_.easy_init();
  return multi_ && easy_;
}

void Line::drop() {
  const NoBrokenPipe guard;
  if (easy_) curl_.easy_cleanup(easy_);
  if (multi_) curl_.multi_cleanup(multi_);
  easy_ = nullptr;
  multi_ = nullptr;
  socket_ = CURL_SOCKET_BAD;
}

CURLcode Line::prepare(const Request& request, const Terms& terms, curl_slist*& headers) {
  CURLcode worst = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    if (const CURLcode code = curl_.setopt(easy_, option, value); code != CURLE_OK && worst == CURLE_OK) worst = code;
  };
  const auto set_text = [&](CURLoption option, const std::string& value) {
    if (!value.empty()) set(option, value.c_str());
  };
  curl_.easy_reset(easy_);
  set_text(CURLOPT_URL, server_.base + target(request));
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_BUFFERSIZE, 128L << 10);
  const int64_t left = std::max<int64_t>((terms.until_ns - monotonic_ns()) / 1'000'000, 1);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(left + 1000));  // the loop below ends it before
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(left + 1000));
  curl_.setopt(easy_, CURLOPT_QUICK_EXIT, 1L);  // 7.87: a name look-up that hangs is left behind

  if (!config_.proxy_from_environment) {
    set(CURLOPT_PROXY, config_.proxy_url.c_str());
    set(CURLOPT_NOPROXY, config_.no_proxy.c_str());
  } else {
    set_text(CURLOPT_PROXY, config_.proxy_url);
    set_text(CURLOPT_NOPROXY, config_.no_proxy);
  }
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));

  set(CURLOPT_SSL_VERIFYPEER, config_.insecure ? 0L : 1L);
  set(CURLOPT_SSL_VERIFYHOST, config_.insecure ? 0L : 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(config_.min_version == "TLS13" ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2));
  set_text(CURLOPT_CAINFO, config_.ca_file);
  set_text(CURLOPT_SSLCERT, config_.cert_file);
  set_text(CURLOPT_SSLKEY, config_.key_file);
  if (!server_.connect_to.empty()) {
    if (!connect_to_) connect_to_ = curl_.slist_append(nullptr, server_.connect_to.c_str());
    set(CURLOPT_CONNECT_TO, connect_to_);
  }

  const auto add = [&](const std::string& line) {
    curl_slist* const longer = curl_.slist_append(headers, line.c_str());
    if (longer) headers = longer;
    else worst = CURLE_OUT_OF_MEMORY;
  };
  for (const std::string& line : server_.headers) add(line);
  add("Accept: " + request.accept);
  if (!terms.tag.empty()) add("X-Opaque-Id: " + terms.tag);
  for (const auto& [name, value] : request.headers) add(name + ": " + value);
  const bool carries = request.method == Method::post || (request.method == Method::del && !request.body.empty());
  if (carries) add("Content-Type: " + request.content_type);
  switch (request.method) {
    case Method::get: set(CURLOPT_HTTPGET, 1L); break;
    case Method::head: set(CURLOPT_NOBODY, 1L); break;
    case Method::post: set(CURLOPT_POST, 1L); break;
    case Method::del: break;
  }
  if (carries) {
    set(CURLOPT_POSTFIELDS, request.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  if (request.method == Method::del) set(CURLOPT_CUSTOMREQUEST, "DELETE");
  set(CURLOPT_HTTPHEADER, headers);
  return worst;
}

Try Line::exchange(const Request& request, const Terms& terms) {
  Try out;
  const NoBrokenPipe guard;
  if (!connect()) {
    out.fault = fault(Class::internal, "libcurl gave no handle", Fault::Again::never);
    return out;
  }
  curl_slist* headers = nullptr;
  char detail[CURL_ERROR_SIZE] = "";
  Received received(terms, request.method == Method::head);
  Course course{received};
  CURLcode code = prepare(request, terms, headers);
  const auto set = [&](CURLoption option, auto value) {
    if (const CURLcode set_code = curl_.setopt(easy_, option, value); set_code != CURLE_OK && code == CURLE_OK) code = set_code;
  };
  set(CURLOPT_ERRORBUFFER, detail);
  set(CURLOPT_HEADERFUNCTION, &on_head);
  set(CURLOPT_HEADERDATA, &course);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, &course);
  set(CURLOPT_DEBUGFUNCTION, &on_traffic);
  set(CURLOPT_DEBUGDATA, &course);
  set(CURLOPT_VERBOSE, 1L);  // for on_traffic; nothing is printed

  const int64_t began = monotonic_ns();
  const Time wall = SystemClock().now();
  bool added = false, done = false;
  if (code == CURLE_OK) added = curl_.multi_add_handle(multi_, easy_) == CURLM_OK;
  if (!added) out.fault = fault(Class::internal, std::string("libcurl refused the request: ") + curl_.strerror(code), Fault::Again::never);
  while (added && !done) {
    int running = 0, queued = 0;
    if (curl_.multi_perform(multi_, &running) != CURLM_OK) {
      out.fault = fault(Class::internal, "libcurl stopped", Fault::Again::never);
      break;
    }
    while (const CURLMsg* message = curl_.multi_info_read(multi_, &queued))
      if (message->msg == CURLMSG_DONE) {
        code = message->data.result;
        done = true;
      }
    if (done) break;
    const int64_t left = terms.until_ns - monotonic_ns();
    if (terms.stop && *terms.stop) {
      out.fault = fault(Class::cancelled, "cancelled", Fault::Again::never);
      break;
    }
    if (left <= 0) {
      out.fault = over(curl_, easy_, course, server_);
      break;
    }
    curl_.multi_poll(multi_, nullptr, 0, static_cast<int>(std::clamp<int64_t>((left + 999'999) / 1'000'000, 1, look_every_ms)), nullptr);
  }
  if (done) {
    if (received.fault) out.fault = received.fault;
    else if (code != CURLE_OK) out.fault = named(curl_, easy_, code, detail, course, server_);
    else if (!received.finish()) out.fault = received.fault;
  }
  const int64_t took = monotonic_ns() - began;
  socket_ = CURL_SOCKET_BAD;
  if (done && curl_.getinfo(easy_, CURLINFO_ACTIVESOCKET, &socket_) != CURLE_OK) socket_ = CURL_SOCKET_BAD;
  if (added) curl_.multi_remove_handle(multi_, easy_);
  curl_.easy_reset(easy_);
  curl_.slist_free_all(headers);
  if (out.fault) drop();

  out.response = std::move(received.response);
  if (out.fault) out.response.body.clear();
  out.response.ms = static_cast<double>(took) / 1e6;
  out.response.wire_bytes = received.bytes();
  out.response.date = parse_http_date(received.date);
  if (out.response.date)  // its seconds are cut off: half of one is what is lost on average
    out.response.skew = Duration{out.response.date->ns + ns_per_s / 2 - (wall.ns + took / 2)};
  out.retry_after = std::move(received.retry_after);
  out.location = std::move(received.location);
  out.sent = course.sent;
  return out;
}

}  // namespace inquest::http
