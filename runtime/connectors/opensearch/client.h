// Client: carries out the searches of Works — one _msearch a round, points in time where there are many rows.
// SPDX-License-Identifier: Apache-2.0
//
// What is sent for a Search is `sent()`: its body with the time limit, the count and, for rows, size and a total order
// (the search's own sort, then _seq_no and _index, which every version from 2.4 on sorts by). Rows that fit one page
// come with the round; more are paged through a point in time, which is closed whatever happens. A page that comes
// twice, or a point in time that is gone, ends the ask. Items of an _msearch that were refused for load are sent again,
// alone, a few times. An answer that is too large is asked for again in smaller pieces.
// Thread rule: a Client may be used from several threads; a run belongs to one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/connectors/http/source.h"
#include "runtime/connectors/opensearch/judge.h"
#include "runtime/connectors/opensearch/work.h"

namespace inquest::opensearch {

// Everything that may be sent, and nothing that writes.
const std::vector<http::Endpoint>& endpoints();

// The seam: a Door, or recorded replies.
using http::Send;

class Client final {
 public:
  struct Options {
    size_t page = 5000;                  // rows of one page; the server's own limit is 10 000
    size_t most_rows = 200'000;          // of one search, whatever it says
    int attempts = 4;                    // of an item of an _msearch
    std::function<bool(Duration, const Stop&)> wait = {};  // false: stopped. Empty: real time
  };
  Client(Send send, http::Config config, Options options);
  Client(Send send, http::Config config) : Client(std::move(send), std::move(config), Options()) {}

  // The body as it is sent, and the header of its line in an _msearch.
  Json sent(const Search& search) const;
  static Json header(const Search& search);
  std::string print(const Search& search) const;         // for Step::native

  Outcome<Json> get(const std::string& path, const std::vector<http::Param>& query, const Deadline& deadline, const Stop& stop) const;
  Outcome<http::Response> raw(const http::Request& request, const http::Judge& judge, const Deadline& deadline, const Stop& stop) const;
  Outcome<Json> json(const http::Response& response, std::vector<std::string>* notes = nullptr) const;

  // Each search on its own: a reply, or why there is none.
  std::vector<Outcome<Reply>> search(const std::vector<Search>& searches, const Deadline& deadline, const Stop& stop) const;
  // Rounds of all works until each is done; by work what ended it before: a failure, or a server that asks to come back.
  using Ended = std::optional<std::variant<Failure, RetryLater>>;
  std::vector<Ended> run(const std::vector<Work*>& works, const Deadline& deadline, const Stop& stop) const;

  std::optional<Duration> skew() const;                  // of the last answer that told its date

 private:
  struct Told;
  using Replies = std::vector<std::optional<Outcome<Reply>>>;
  void once(const std::vector<Search>& searches, const std::vector<size_t>& which, Replies& replies, std::vector<size_t>& again,
            const Deadline& deadline, const Stop& stop) const;
  Outcome<Reply> paged(const Search& search, size_t page, const Deadline& deadline, const Stop& stop) const;
  bool wait(int attempt, const Deadline& deadline, const Stop& stop) const;

  const Send send_;
  const http::Config config_;
  const Options options_;
  const std::shared_ptr<Told> told_;
};

}  // namespace inquest::opensearch
