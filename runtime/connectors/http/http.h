// The HTTP door: the only code that talks to a network. libcurl, loaded when first used.
// SPDX-License-Identifier: Apache-2.0
//
// One Door a source. A request is one of a closed list of read-only endpoints (`Endpoint`), so that what can be sent is a
// table and not a habit. `send` blocks until the answer is whole, the deadline is over, or `stop` is set:
//   - one monotonic deadline for name look-up, connection, TLS, sending, receiving and all retries;
//   - strict TLS, no redirects, no proxy but the configured one; gzip only, one coding, at most `body_bytes` before and
//     after inflation; a body that is shorter or longer than announced, or whose chunks are broken, is never handed on;
//   - retries with jittered back-off only for what is worth it (the connector's Judge, and transport faults), within the
//     deadline and `attempts`; Retry-After is honoured up to the deadline; a source that gave no good answer for 5 s is
//     tried once a request and waited for a third of the time, until the next good answer (patience.h);
//   - never more than `concurrency` requests under way, `requests` in all, `bytes` received: over budget is a Failure
//     (too_large or overloaded) that names the limit and where it is set;
//   - everything that is returned, logged or said has the secrets cut out.
// Outcomes (facts of the wire, one each): unreachable (DNS, refused, black hole, reset), timeout, refused (401, 403, TLS),
// rejected (4xx), overloaded (429, 503 and their like, retries spent), malformed (truncated, wrong type, bad framing),
// too_large (a cap), cancelled. A RetryLater is given when Retry-After does not fit this request but may fit the run.
// Thread rule: send may be called from several threads at once; connections are reused.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/json.h"
#include "runtime/connectors/connector.h"
#include "runtime/connectors/http/config.h"

namespace inquest::http {

enum class Method : uint8_t { get, post, del, head };
const char* method_name(Method method);

// A row of the table of what may be sent. `path` is matched whole against the path before it is encoded; `*` stands for
// one segment. POST and DELETE are there for searches and for closing what a search opened; nothing that writes is in
// any table.
struct Endpoint {
  Method method;
  const char* path;                      // "/api/v1/query", "/*/_search"
  const char* why;                       // "instant query"
};

struct Param {
  std::string name, value;
};

struct Request {
  Method method = Method::get;
  std::string path = {};                 // begins with /; made of segment()s where it holds values
  std::vector<Param> query = {};         // percent-encoded by the door, in this order
  std::string body = {};                 // of POST and DELETE
  std::string content_type = "application/json";  // of the body; "application/x-www-form-urlencoded" for form()
  std::string accept = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};  // more, never secret
  std::string print() const;             // GET /api/v1/query?query=up&time=… and the body: the native text of a step
};
std::string segment(std::string_view text);               // percent-encoded for use inside a path
std::string form(const std::vector<Param>& params);       // a=b&c=d, encoded

struct Response {
  int status = 0;
  std::string content_type = {};         // without parameters, lower case
  std::string body = {};                 // inflated
  std::vector<std::string> warnings = {};// `Warning` headers
  std::optional<Time> date = {};         // `Date` header
  std::optional<Duration> skew = {};     // date - our clock at the middle of the request
  uint64_t wire_bytes = 0;
  int attempts = 1;
  double ms = 0;
};

// What a connector makes of an answer's status and body before it is parsed in earnest.
struct Judged {
  enum class What : uint8_t { good, again, bad } what = What::good;
  Failure failure = {};                  // of again (once retries are spent) and bad
};
using Judge = std::function<Judged(const Response&)>;
// 2xx good; 408, 425, 429, 500, 502, 503, 504 again; 401 and 403 refused; others rejected, with the body's first words.
Judged usual(const Response& response);

// Counted since the door was opened.
struct Traffic {
  std::atomic<uint64_t> requests{0}, retries{0}, bytes_sent{0}, bytes_received{0};
};
struct LogLine {                         // one try
  std::string request = {};              // method and URL, secrets cut; no body
  int status = 0;                        // 0: none came
  uint64_t bytes = 0;
  double ms = 0;
  std::string note = {};                 // "connection refused; again in 0.2 s"
};

class Door final {
 public:
  // Errors: config (a bad URL, unreadable CA or key file, user info in the URL, an unknown TLS version). Nothing is loaded
  // or sent yet; a missing libcurl is told by the first `send` (unsupported).
  static Result<std::unique_ptr<Door>> open(const Config& config, std::vector<Endpoint> allowed);
  ~Door();
  // A request that no row of the table allows is not sent: `internal`.
  Outcome<Response> send(const Request& request, const Judge& judge, const Deadline& deadline, const Stop& stop);
  const Config& config() const;
  const Traffic& traffic() const;
  std::vector<LogLine> log() const;      // the last 10 000 tries
  std::string redacted(std::string text) const;

 private:
  struct Inside;
  explicit Door(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

// The body as strict JSON, or why it is none (malformed, too_large): content type (application/json, or one of `also`),
// depth 128, no duplicate keys, nothing behind the end, no bare NaN, no number beyond a double, integers exact (beyond
// 64 bits: malformed); bytes that are not UTF-8 become U+FFFD and are told in `notes`. Memory of the tree is estimated
// while it is built and capped, so that a body of tiny objects cannot take many times its size.
Outcome<Json> json_of(const Response& response, const Config& config, std::vector<std::string>* notes = nullptr,
                      const std::vector<std::string>& also = {});

}  // namespace inquest::http
