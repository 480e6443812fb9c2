// Server: one Jaeger as calls — what it is, its services and operations, searches and traces by id.
// SPDX-License-Identifier: Apache-2.0
//
// Below it stands one function that sends a request (the HTTP door; in tests, recorded answers). The generation is found
// once: v3 and v1 under the paths of prefixes(), whichever answer with JSON.
// Thread rule: all calls may come from several threads at once.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/connectors/http/source.h"
#include "runtime/connectors/jaeger/api.h"
#include "runtime/connectors/jaeger/witness.h"

namespace inquest::jaeger {

using http::Send;

struct Allowed {
  const Deadline& deadline;
  const Stop& stop;
};
int64_t left_ms(Allowed allowed);                      // until the deadline; INT64_MAX without one

class Server final {
 public:
  // `wish`: "v1" or "v3" where only that is to be used; else empty.
  Server(Send send, http::Config config, std::string wish);

  Outcome<Api> api(Allowed allowed);                  // looked for at the first call that gets an answer
  Api known_api() const;                              // what was found so far; v1 and v3 are false before
  std::string version(Allowed allowed);               // empty: it does not tell
  std::optional<Duration> skew() const;
  Outcome<std::vector<std::string>> services(Allowed allowed);
  Outcome<std::vector<std::string>> operations(const std::string& service, Allowed allowed);

  struct Found {
    Traces traces;
    size_t limit = 0;                                 // the one that was sent in the end: the store may allow less
    bool cut = false;                                 // as many as the limit: there may be more
  };
  Outcome<Found> search(Search search, Allowed allowed);
  // At most ids_at_once() of them; those that are unknown are left out.
  Outcome<Traces> traces(const std::vector<std::string>& ids, Allowed allowed);

  // After a fetch: the failure when what Jaeger had before is gone (witness.h), or when that cannot be found out and
  // `nothing` was found.
  std::optional<Failure> lost(bool nothing, Allowed allowed);

  size_t ids_at_once() const;
  // Traces of one search that should fit the cap of a body and come within some seconds, by what was seen so far.
  size_t page(Allowed allowed) const;
  size_t first_page() const;                          // the same before anything was seen
  double ms_a_trace() const;                          // 0: not known
  const http::Config& config() const { return config_; }
  // `work` of 0 … n - 1, at most as many at once as the source allows. Returns when all are done.
  void each(size_t n, const std::function<void(size_t)>& work) const;

 private:
  Outcome<http::Response> send(const http::Request& request, Allowed allowed);
  Outcome<Api> look(Allowed allowed);
  bool searches_tags(Allowed allowed);
  void weigh(uint64_t bytes, size_t traces, double ms);

  const Send send_;
  const http::Config config_;
  const std::string wish_;
  mutable std::mutex mutex_;
  bool found_ = false;
  Api api_;
  Witness witness_;
  std::optional<Duration> skew_;
  std::optional<bool> searches_tags_;                 // v3; null: not found out yet
  Decoders decoders_;
  std::atomic<size_t> depth_{SIZE_MAX};
  std::atomic<uint64_t> bytes_{0}, traces_{0};
  std::atomic<int> under_way_{0};                     // searches
  double ms_a_trace_ = 0;                             // of late; of the server's time, shared by those under way
};

// The failure or the retry of an outcome that has no value, as an outcome of another type.
template <class To, class From>
Outcome<To> passed_on(const Outcome<From>& from) {
  if (const auto* later = std::get_if<RetryLater>(&from)) return *later;
  return std::get<Failure>(from);
}

}  // namespace inquest::jaeger
