// Server: requests to a Prometheus and what its answers mean, over a door or a recording of one.
// SPDX-License-Identifier: Apache-2.0
//
// Every request is one of `endpoints()`: reading only. A query whose parameters are longer than 2 000 bytes is sent as a
// form (POST) of the same parameters. Outcomes of answers:
//   200, success              the reply; its warnings and infos with it
//   200, error                rejected, in the server's words
//   400 bad_data              rejected (a native query: the author's text)
//   422 execution             rejected; too_large when it would load too many samples
//   503 timeout, canceled     again, then timeout: ask for less
//   503, 404 in plain text    not ready: again, then overloaded; no such path: rejected, with the URL's base path in doubt
//   text/html, no JSON, empty malformed: a login page, or something else than a Prometheus
// The rest as http::usual judges. Thread rule: ask() may be called from several threads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/connectors/http/source.h"
#include "runtime/connectors/prometheus/samples.h"

namespace inquest::prometheus {

using http::Send;

const std::vector<http::Endpoint>& endpoints();

http::Request get(const std::string& path, std::vector<http::Param> params);  // POST as a form when it is long
http::Judged judge(const http::Response& response);

struct Answered {
  Reply reply;
  std::optional<Duration> skew;
};
class Server final {
 public:
  explicit Server(Send send) : send_(std::move(send)) {}
  Outcome<Answered> ask(const http::Request& request, const Deadline& deadline, const Stop& stop) const;
  // All of them, up to `at_once` under way at the same time; in order.
  std::vector<Outcome<Answered>> ask_all(const std::vector<http::Request>& requests, size_t at_once, const Deadline& deadline,
                                         const Stop& stop) const;

 private:
  Send send_;
};

}  // namespace inquest::prometheus
