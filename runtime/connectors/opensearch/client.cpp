// Rounds of searches as _msearch requests, and rows beyond a page through points in time.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/client.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include "runtime/base/text.h"
#include "runtime/base/time.h"

namespace inquest::opensearch {

namespace {

using Class = Failure::Class;
using http::Method;

constexpr const char* keep_alive = "1m";
constexpr size_t searches_at_once = 64;


bool over(const Deadline& deadline, const Stop& stop) {
  return stop.load(std::memory_order_relaxed) || (deadline.monotonic_ns != 0 && monotonic_ns() >= deadline.monotonic_ns);
}

bool wait_really(Duration duration, const Stop& stop) {
  const int64_t until = monotonic_ns() + duration.ns;
  while (!stop.load(std::memory_order_relaxed)) {
    const int64_t left = until - monotonic_ns();
    if (left <= 0) return true;
    std::this_thread::sleep_for(std::chrono::nanoseconds(std::min<int64_t>(left, 5'000'000)));
  }
  return false;
}

Failure spent(const RetryLater& later) { return {Class::overloaded, later.cause.empty() ? "the server asks to come back later" : later.cause, "try again later"}; }

template <class T>
std::optional<Failure> failure_in(const Outcome<T>& outcome) {
  if (const auto* failure = std::get_if<Failure>(&outcome)) return *failure;
  if (const auto* later = std::get_if<RetryLater>(&outcome)) return spent(*later);
  return std::nullopt;
}

Json* hits_of(Json& body) {
  const auto hits = body.find("hits");
  if (hits == body.end() || !hits->is_object()) return nullptr;
  const auto inner = hits->find("hits");
  return inner == hits->end() || !inner->is_array() ? nullptr : &*inner;
}

}  // namespace

const std::vector<http::Endpoint>& endpoints() {
  static const std::vector<http::Endpoint> all = {
      {Method::get, "/", "version"},
      {Method::get, "/_resolve/index/*", "which indices there are"},
      {Method::get, "/*/_field_caps", "how fields are mapped"},
      {Method::post, "/_msearch", "searches"},
      {Method::post, "/*/_search/point_in_time", "opens a point in time for many rows"},
      {Method::post, "/_search", "a page of rows of a point in time"},
      {Method::del, "/_search/point_in_time", "closes that point in time"},
      {Method::post, "/_plugins/_ppl", "PPL, beginning with source= or search"},
      {Method::post, "/_plugins/_sql", "SQL, beginning with SELECT, SHOW or DESCRIBE"},
  };
  return all;
}

struct Client::Told {
  std::mutex mutex;
  std::optional<Duration> skew;
};

Client::Client(Send send, http::Config config, Options options)
    : send_(std::move(send)), config_(std::move(config)), options_(std::move(options)), told_(std::make_shared<Told>()) {}

std::optional<Duration> Client::skew() const {
  std::lock_guard lock(told_->mutex);
  return told_->skew;
}

Json Client::header(const Search& search) {
  Json out = Json::object();
  out["index"] = search.index;
  out["ignore_unavailable"] = true;
  out["allow_no_indices"] = true;
  out["allow_partial_search_results"] = true;            // told as partial, never silently
  return out;
}

Json Client::sent(const Search& search) const {
  Json body = search.body;
  if (!body.is_object()) body = Json::object();
  // Sooner than our own limit, so that what is slow comes as a part and does not take the others of its round with it.
  if (!body.contains("timeout")) body["timeout"] = std::to_string(std::max<int64_t>(1, config_.timeout.ns / 1'500'000)) + "ms";
  if (search.rows == 0) {
    if (!body.contains("track_total_hits")) body["track_total_hits"] = false;
    return body;
  }
  body["track_total_hits"] = true;
  body["size"] = std::min(search.rows, options_.page);
  Json sort = body.contains("sort") && body["sort"].is_array() ? body["sort"] : Json::array();
  if (!body.contains("collapse")) {
    sort.push_back(Json::object({{"_seq_no", "asc"}}));
    sort.push_back(Json::object({{"_index", "asc"}}));
  }
  body["sort"] = std::move(sort);
  return body;
}

std::string Client::print(const Search& search) const {
  return "POST /_msearch " + (search.why.empty() ? "" : "(" + search.why + ") ") + canonical(header(search)) + "\n" + canonical(sent(search));
}

Outcome<http::Response> Client::raw(const http::Request& request, const http::Judge& judge, const Deadline& deadline, const Stop& stop) const {
  Outcome<http::Response> response = send_(request, judge, deadline, stop);
  if (const auto* good = std::get_if<http::Response>(&response); good && good->skew) {
    std::lock_guard lock(told_->mutex);
    told_->skew = good->skew;
  }
  return response;
}

Outcome<Json> Client::json(const http::Response& response, std::vector<std::string>* notes) const { return http::json_of(response, config_, notes); }

Outcome<Json> Client::get(const std::string& path, const std::vector<http::Param>& query, const Deadline& deadline, const Stop& stop) const {
  http::Request request;
  request.path = path;
  request.query = query;
  const auto response = raw(request, judge(), deadline, stop);
  if (auto failure = failure_in(response)) return *failure;
  auto body = json(std::get<http::Response>(response));
  if (auto* good = std::get_if<Json>(&body))
    if (const auto fault = fault_of(200, *good)) return fault->failure;
  return body;
}

bool Client::wait(int attempt, const Deadline& deadline, const Stop& stop) const {
  const Duration pause{(int64_t{100'000'000} << std::min(attempt, 5)) + static_cast<int64_t>(monotonic_ns() % 50'000'000)};
  if (deadline.monotonic_ns != 0 && monotonic_ns() + pause.ns >= deadline.monotonic_ns) return false;
  return options_.wait ? options_.wait(pause, stop) : wait_really(pause, stop);
}

// Sends those of `searches` in one request and puts each reply in its place; what is worth another try goes to `again`.
void Client::once(const std::vector<Search>& searches, const std::vector<size_t>& which, Replies& replies, std::vector<size_t>& again,
                  const Deadline& deadline, const Stop& stop) const {
  http::Request request;
  request.method = Method::post;
  request.path = "/_msearch";
  request.content_type = "application/x-ndjson";
  for (const size_t i : which) request.body += canonical(header(searches[i])) + "\n" + canonical(sent(searches[i])) + "\n";
  const auto all_failed = [&](const Failure& failure) {
    // Together they are too much, or one that cannot be parsed takes the others with it: each on its own.
    if ((failure.cls == Class::too_large || failure.cls == Class::rejected) && which.size() > 1) {
      for (const size_t i : which) once(searches, {i}, replies, again, deadline, stop);
      return;
    }
    for (const size_t i : which) {
      const Search& search = searches[i];
      if (failure.cls == Class::too_large && search.rows > 0 && !search.body.contains("collapse")) {
        replies[i] = paged(search, std::max<size_t>(100, std::min(search.rows, options_.page) / 8), deadline, stop);
        continue;
      }
      replies[i] = failure;
    }
  };
  const auto response = raw(request, judge(), deadline, stop);
  if (const auto* later = std::get_if<RetryLater>(&response)) {
    for (const size_t i : which) replies[i] = *later;
    return;
  }
  if (const auto failure = failure_in(response)) return all_failed(*failure);
  std::vector<std::string> notes;
  auto parsed = json(std::get<http::Response>(response), &notes);
  if (const auto failure = failure_in(parsed)) return all_failed(*failure);
  Json& body = std::get<Json>(parsed);
  if (const auto fault = fault_of(200, body)) return all_failed(fault->failure);
  const auto items = body.find("responses");
  if (items == body.end() || !items->is_array() || items->size() != which.size())
    return all_failed({Class::malformed, "_msearch answered " + (items == body.end() || !items->is_array() ? "without a list of responses" : count(static_cast<int64_t>(items->size())) + " of " + count(static_cast<int64_t>(which.size())) + " searches")});
  for (size_t n = 0; n < which.size(); ++n) {
    const size_t i = which[n];
    const Search& search = searches[i];
    Json& item = (*items)[n];
    const Json* status = member(item, "status");
    if (const auto fault = fault_of(status ? static_cast<int>(json_int64(*status)) : 200, item)) {
      if (fault->again) again.push_back(i);
      replies[i] = fault->failure;
      continue;
    }
    auto reply = reply_of(std::move(item), search.index);
    if (auto* good = std::get_if<Reply>(&reply)) {
      good->notes = notes;
      const Json* hits = hits_of(good->body);
      if (search.rows > 0 && !hits) {
        reply = Failure{Class::malformed, "a search for rows was answered without a list of hits"};
      } else if (search.rows > 0 && !search.body.contains("collapse")) {
        const int64_t total = total_of(good->body).value_or(0);
        const auto have = static_cast<int64_t>(hits->size());
        const size_t asked = std::min(search.rows, options_.page);
        if (hits->size() == asked && search.rows > asked && total > have) reply = paged(search, options_.page, deadline, stop);
        else good->cut = hits->size() == asked && total > have;
        if (auto* whole = std::get_if<Reply>(&reply); search.each && whole)
          if (Json* page = hits_of(whole->body); page && !page->empty()) search.each(*page), *page = Json::array();
      }
    }
    replies[i] = std::move(reply);
  }
}

// All rows, page by page. The point in time holds still what is searched; its number of hits tells whether all came.
Outcome<Reply> Client::paged(const Search& search, size_t page, const Deadline& deadline, const Stop& stop) const {
  http::Request open;
  open.method = Method::post;
  open.path = "/" + http::segment(search.index) + "/_search/point_in_time";
  open.query = {{"keep_alive", keep_alive}, {"allow_partial_pit_creation", "true"}, {"ignore_unavailable", "true"}};
  const auto opened = raw(open, judge(), deadline, stop);
  if (const auto* come_back = std::get_if<RetryLater>(&opened)) return *come_back;
  if (const auto failure = failure_in(opened)) return *failure;
  auto parsed = json(std::get<http::Response>(opened));
  if (const auto failure = failure_in(parsed)) return *failure;
  std::string pit = member_text(std::get<Json>(parsed), "pit_id");
  if (pit.empty()) return Failure{Class::malformed, "no pit_id came with the point in time"};
  const Json* pit_shards = member(std::get<Json>(parsed), "_shards");
  const Json *of = pit_shards ? member(*pit_shards, "total") : nullptr, *held = pit_shards ? member(*pit_shards, "successful") : nullptr;

  Reply all;
  if (of && held && json_int64(*held) < json_int64(*of))
    all.partial = count(json_int64(*of) - json_int64(*held)) + " of " + count(json_int64(*of)) + " shards are not in the point in time";
  Json rows = Json::array();
  size_t came = 0;
  const size_t most = std::min(search.rows, options_.most_rows);
  std::optional<Failure> failed;
  std::optional<RetryLater> later;
  std::set<std::string> seen;                            // last cursors: one that comes again is a loop
  Json after = nullptr;
  int64_t total = -1;
  while (came < most) {
    Json body = sent(search);
    body["size"] = std::min(page, most - came);
    body["pit"] = Json::object({{"id", pit}, {"keep_alive", keep_alive}});
    body["track_total_hits"] = total < 0;
    if (!after.is_null()) body["search_after"] = after;
    http::Request request;
    request.method = Method::post;
    request.path = "/_search";
    request.query = {{"allow_partial_search_results", "true"}};
    request.body = canonical(body);
    const auto response = raw(request, judge(), deadline, stop);
    if (const auto* come_back = std::get_if<RetryLater>(&response)) later = *come_back;
    if (failed = failure_in(response); failed) break;
    auto answer = json(std::get<http::Response>(response), &all.notes);
    if (failed = failure_in(answer); failed) break;
    if (const auto fault = fault_of(200, std::get<Json>(answer))) {
      failed = fault->failure;
      break;
    }
    auto reply = reply_of(std::move(std::get<Json>(answer)), search.index);
    if (failed = failure_in(reply); failed) {
      if (failed->cls == Class::rejected) failed = Failure{Class::malformed, "inconsistent page: the point in time is empty all at once", "try again"};
      break;
    }
    Reply& good = std::get<Reply>(reply);
    if (all.partial.empty()) all.partial = good.partial;
    if (const std::string id = member_text(good.body, "pit_id"); !id.empty()) pit = id;
    if (total < 0) total = total_of(good.body).value_or(0);
    Json* hits = hits_of(good.body);
    if (!hits) {
      failed = Failure{Class::malformed, "inconsistent page: no list of hits"};
      break;
    }
    if (hits->empty()) break;
    const Json* sort = member(hits->back(), "sort");
    if (!sort || !sort->is_array() || !seen.insert(canonical(*sort)).second) {
      failed = Failure{Class::malformed, sort ? "inconsistent page: the same page came twice" : "inconsistent page: hits without their sort values", "try again"};
      break;
    }
    after = *sort;
    const size_t got = hits->size(), asked = body["size"].get<size_t>();
    came += got;
    if (search.each) search.each(*hits);
    else
      for (Json& hit : *hits) rows.push_back(std::move(hit));
    if (got < asked) break;
  }
  if (!over(deadline, stop)) {                           // else it goes by itself after its keep_alive
    http::Request close;
    close.method = Method::del;
    close.path = "/_search/point_in_time";
    close.body = canonical(Json::object({{"pit_id", Json::array({pit})}}));
    (void)raw(close, [](const http::Response&) { return http::Judged{}; }, deadline, stop);
  }
  if (later) return *later;
  if (failed) {
    if (failed->cls == Class::malformed && failed->cause.find("search_context_missing") != std::string::npos) failed->cause = "inconsistent page: " + failed->cause;
    return *failed;
  }
  const auto got = static_cast<int64_t>(came);
  all.cut = total > got && came >= most;
  if (total > got && !all.cut && all.partial.empty() && !search.body.contains("search_after"))
    all.partial = count(got) + " of " + count(total) + " rows came";
  all.body = Json::object();
  all.body["hits"] = Json::object();
  all.body["hits"]["total"] = Json::object({{"value", std::max(total, got)}, {"relation", "eq"}});
  all.body["hits"]["hits"] = std::move(rows);
  return all;
}

std::vector<Outcome<Reply>> Client::search(const std::vector<Search>& searches, const Deadline& deadline, const Stop& stop) const {
  Replies replies(searches.size());
  for (size_t from = 0; from < searches.size(); from += searches_at_once) {
    std::vector<size_t> which(std::min(searches_at_once, searches.size() - from));
    std::iota(which.begin(), which.end(), from);
    for (int attempt = 0; !which.empty(); ++attempt) {
      std::vector<size_t> again;
      once(searches, which, replies, again, deadline, stop);
      if (again.empty() || attempt + 1 >= options_.attempts || !wait(attempt, deadline, stop)) break;
      which = std::move(again);
    }
  }
  std::vector<Outcome<Reply>> out;
  for (auto& reply : replies) {
    if (reply) out.push_back(std::move(*reply));
    else out.push_back(Failure{Class::internal, "a search was not answered"});
  }
  return out;
}

std::vector<Client::Ended> Client::run(const std::vector<Work*>& works, const Deadline& deadline, const Stop& stop) const {
  constexpr int most_rounds = 200;
  std::vector<Ended> failures(works.size());
  std::vector<uint8_t> done(works.size(), 0);
  for (int round = 0;; ++round) {
    std::vector<Search> searches;
    std::vector<std::pair<size_t, size_t>> owners;       // work, how many searches
    for (size_t w = 0; w < works.size(); ++w) {
      if (done[w] || failures[w]) continue;
      std::vector<Search> own = works[w]->round();
      if (own.empty()) {
        done[w] = 1;
        continue;
      }
      if (round >= most_rounds) {
        failures[w] = Failure{Class::too_large, "more than " + std::to_string(most_rounds) + " rounds of searches", "narrow the window or the scope"};
        continue;
      }
      owners.emplace_back(w, own.size());
      std::move(own.begin(), own.end(), std::back_inserter(searches));
    }
    if (searches.empty()) return failures;
    // Works that look at the same rows first send the same search: it goes once.
    std::map<std::string, size_t> known;
    std::vector<Search> once_each;
    std::vector<size_t> at_of;
    std::vector<size_t> users;
    for (Search& one : searches) {
      const std::string key = one.each ? "\n" + std::to_string(at_of.size()) : one.index + "\n" + std::to_string(one.rows) + "\n" + canonical(one.body);
      const auto [at, fresh] = known.emplace(key, once_each.size());
      if (fresh) once_each.push_back(std::move(one)), users.push_back(0);
      at_of.push_back(at->second);
      ++users[at->second];
    }
    auto replies = search(once_each, deadline, stop);
    size_t at = 0;
    for (const auto& [w, n] : owners) {
      std::vector<Reply> own;
      for (size_t i = at; i < at + n; ++i) {
        Outcome<Reply>& reply = replies[at_of[i]];
        if (const auto* later = std::get_if<RetryLater>(&reply)) {
          failures[w] = *later;
          break;
        }
        if (const auto failure = failure_in(reply)) {
          failures[w] = *failure;
          break;
        }
        if (--users[at_of[i]] == 0) own.push_back(std::move(std::get<Reply>(reply)));
        else own.push_back(std::get<Reply>(reply));
      }
      at += n;
      if (failures[w]) continue;
      if (auto failure = works[w]->take(std::move(own))) failures[w] = std::move(*failure);
    }
  }
}

}  // namespace inquest::opensearch
