// One try of one request over one kept connection: sent, received, framed, inflated, or what went wrong.
// SPDX-License-Identifier: Apache-2.0
//
// A Line is a libcurl handle with the connection it keeps. libcurl does names, TCP, TLS, proxies and HTTP; what it lets
// pass is checked here: lengths that contradict each other, bytes behind the end, codings, caps. After a fault the
// connection is dropped, so that nothing that was asked for before can answer a later request. An answer to another
// request is known by bytes that wait before ours is sent, or by its tag (servers that repeat X-Opaque-Id: OpenSearch).
// Thread rule: a Line belongs to one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "runtime/connectors/http/http.h"
#include "runtime/connectors/http/libcurl.h"
#include "runtime/connectors/http/server.h"

namespace inquest::http {

struct Fault {
  Failure failure;
  enum class Again : uint8_t { never, once, bounded } again = Again::never;
};

struct Try {
  Response response;
  std::string retry_after, location;     // headers, as they came
  uint64_t sent = 0;
  std::optional<Fault> fault;
};

struct Terms {                           // of one try
  int64_t until_ns = 0;                  // monotonic
  const Stop* stop = nullptr;
  size_t body_bytes = 0;
  uint64_t bytes = 0;                    // the source's budget, and
  std::atomic<uint64_t>* received = nullptr;  // what of it is spent; counted while it comes
  std::string tag;                       // sent as X-Opaque-Id; an answer that carries another one is not ours
};

class Line final {
 public:
  Line(const Curl& curl, const Config& config, const Server& server);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  Try exchange(const Request& request, const Terms& terms);

 private:
  bool connect();                        // handles made, if there are none
  bool stale() const;                    // the kept connection has something to say, or has ended
  void drop();                           // closes the connection
  CURLcode prepare(const Request& request, const Terms& terms, curl_slist*& headers);

  const Curl& curl_;
  const Config& config_;
  const Server& server_;
  CURLM* multi_ = nullptr;
  CURL* easy_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  curl_socket_t socket_ = CURL_SOCKET_BAD;  // of the kept connection
};

}  // namespace inquest::http
