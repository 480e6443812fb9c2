// Calls to a Jaeger server.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/server.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include "runtime/base/text.h"

namespace inquest::jaeger {

namespace {

constexpr uint64_t usual_trace = 8000;                 // bytes, before any was seen
constexpr size_t ids_of_v1 = 20;                       // in one request
constexpr double longest_search_ms = 10'000;
constexpr size_t witnesses = 16;                       // traces with a span of the service within the same microseconds

}  // namespace

int64_t left_ms(Allowed allowed) {
  if (allowed.deadline.monotonic_ns == 0) return INT64_MAX;
  return std::max<int64_t>(0, (allowed.deadline.monotonic_ns - SystemClock().monotonic_ns()) / 1'000'000);
}

Server::Server(Send send, http::Config config, std::string wish)
    : send_(std::move(send)), config_(std::move(config)), wish_(std::move(wish)) {}

Outcome<http::Response> Server::send(const http::Request& request, Allowed allowed) {
  auto sent = send_(request, judge, allowed.deadline, allowed.stop);
  if (const auto* response = std::get_if<http::Response>(&sent); response && response->skew) {
    std::lock_guard lock(mutex_);
    if (!skew_ || std::abs(response->skew->ns) > std::abs(skew_->ns)) skew_ = response->skew;
  }
  return sent;
}

std::optional<Duration> Server::skew() const {
  std::lock_guard lock(mutex_);
  return skew_;
}

Api Server::known_api() const {
  std::lock_guard lock(mutex_);
  return api_;
}

Outcome<Api> Server::look(Allowed allowed) {
  std::optional<Outcome<Api>> first;                   // why it is not under the first path
  for (const std::string& prefix : prefixes()) {
    Api here{prefix, false, false};
    for (const Generation generation : {Generation::v3, Generation::v1}) {
      if (!wish_.empty() && wish_ != (generation == Generation::v3 ? "v3" : "v1")) continue;
      auto answer = send(services_request(here, generation), allowed);
      Outcome<std::vector<std::string>> names = std::vector<std::string>{};
      if (const auto* response = std::get_if<http::Response>(&answer)) {
        names = response->status == 200 ? names_in(*response, config_)
                                        : Outcome<std::vector<std::string>>(Failure{Failure::Class::rejected, "HTTP 404: " + words_of(*response)});
      } else {
        names = passed_on<std::vector<std::string>>(answer);
      }
      if (const auto* list = std::get_if<std::vector<std::string>>(&names)) {
        (generation == Generation::v3 ? here.v3 : here.v1) = true;
        witness_.services(*list);
        continue;
      }
      // Only an answer of another kind is worth another path: who refuses, or is not there, will do so again.
      const auto* failure = std::get_if<Failure>(&names);
      if (!failure || (failure->cls != Failure::Class::malformed && failure->cls != Failure::Class::rejected)) {
        if (here.v1 || here.v3) break;
        return passed_on<Api>(names);
      }
      if (!first) first = Outcome<Api>(*failure);
    }
    if (here.v1 || here.v3) return here;
  }
  if (!first) return Failure{Failure::Class::internal, "no generation of Jaeger's interface was tried"};
  const std::string cause = std::get<Failure>(*first).cause;
  return Failure{Failure::Class::malformed, "no interface of Jaeger was found: " + cause,
                 "`url` is the address of Jaeger's query service with its base path, as http://host:16686"};
}

Outcome<Api> Server::api(Allowed allowed) {
  {
    std::lock_guard lock(mutex_);
    if (found_) return api_;
  }
  auto found = look(allowed);                           // twice at the same time does no harm
  if (const Api* api = std::get_if<Api>(&found)) {
    std::lock_guard lock(mutex_);
    found_ = true;
    api_ = *api;
  }
  return found;
}

std::string Server::version(Allowed allowed) {
  http::Request request;
  request.path = known_api().prefix + "/search";
  request.accept = "text/html";
  const http::Judge any = [](const http::Response& response) {
    return response.status == 200 ? http::Judged{} : http::usual(response);
  };
  const auto page = send_(request, any, allowed.deadline, allowed.stop);
  const auto* response = std::get_if<http::Response>(&page);
  return response ? version_in(*response) : std::string();
}

Outcome<std::vector<std::string>> Server::services(Allowed allowed) {
  auto found = api(allowed);
  const Api* at = std::get_if<Api>(&found);
  if (!at) return passed_on<std::vector<std::string>>(found);
  auto answer = send(services_request(*at, at->v3 ? Generation::v3 : Generation::v1), allowed);
  const auto* response = std::get_if<http::Response>(&answer);
  return response ? names_in(*response, config_) : passed_on<std::vector<std::string>>(answer);
}

Outcome<std::vector<std::string>> Server::operations(const std::string& service, Allowed allowed) {
  auto found = api(allowed);
  const Api* at = std::get_if<Api>(&found);
  if (!at) return passed_on<std::vector<std::string>>(found);
  auto answer = send(operations_request(*at, at->v3 ? Generation::v3 : Generation::v1, service), allowed);
  const auto* response = std::get_if<http::Response>(&answer);
  if (!response) return passed_on<std::vector<std::string>>(answer);
  if (response->status == 404) return std::vector<std::string>{};
  return names_in(*response, config_);
}

void Server::weigh(uint64_t bytes, size_t traces, double ms) {
  bytes_ += bytes;
  traces_ += traces;
  if (traces < 5) return;                               // most of its time was not theirs
  std::lock_guard lock(mutex_);
  const double each = ms / static_cast<double>(traces);
  ms_a_trace_ = ms_a_trace_ == 0 ? each : (ms_a_trace_ + each) / 2;
}

double Server::ms_a_trace() const {
  std::lock_guard lock(mutex_);
  return ms_a_trace_;
}

std::optional<Failure> Server::lost(bool nothing, Allowed allowed) {
  const auto unknown = [&](const auto& outcome) -> std::optional<Failure> {
    if (!nothing) return {};                            // what came had come before
    if (const auto* failure = std::get_if<Failure>(&outcome)) return *failure;
    return Failure{Failure::Class::overloaded, std::get<RetryLater>(outcome).cause};
  };
  const auto span = witness_.span();
  if (span) {
    const Api at = known_api();
    const size_t limit = std::min(witnesses, depth_.load());
    const Search again{span->service, {}, Window{span->start, Time{span->start.ns + 1}}, {}, {}, {}, limit};
    auto answer = send(search_request(at, again), allowed);
    auto* response = std::get_if<http::Response>(&answer);
    if (!response) return unknown(answer);
    if (depth_refused(*response)) return {};            // a store of fewer traces than these
    const auto traces = traces_in(std::move(*response), generation_for(at, again), config_, decoders_);
    const auto* got = std::get_if<Traces>(&traces);
    if (!got) return unknown(traces);
    if (std::find(got->ids.begin(), got->ids.end(), span->trace) == got->ids.end() && got->ids.size() < limit) return Witness::gone();
    if (witness_.services_known()) return {};
  }
  const auto listed = services(allowed);
  const auto* names = std::get_if<std::vector<std::string>>(&listed);
  return names ? witness_.without(*names) : unknown(listed);
}

size_t Server::ids_at_once() const { return known_api().v3 ? 1 : ids_of_v1; }

size_t Server::first_page() const {
  const Api api = known_api();
  const uint64_t room = api.v1 && !api.v3 ? config_.body_bytes / 4 : config_.body_bytes * 3 / 4;  // v1 that is not plain makes a tree
  return static_cast<size_t>(std::clamp<uint64_t>(room / usual_trace, 20, 100'000));
}

size_t Server::page(Allowed allowed) const {
  const uint64_t seen = traces_, bytes = bytes_;
  const uint64_t each = seen < 5 ? usual_trace : std::max<uint64_t>(500, bytes / seen);
  uint64_t out = std::clamp<uint64_t>(first_page() * usual_trace / each, 20, 100'000);
  if (const double ms = ms_a_trace(); ms > 0) {
    const double time = std::min(longest_search_ms, static_cast<double>(left_ms(allowed)) / 3);
    out = std::min(out, static_cast<uint64_t>(std::max(20.0, time / ms)));
  }
  return static_cast<size_t>(out);
}

// v3 before 2.19 ignores tags and would find what was not asked for.
bool Server::searches_tags(Allowed allowed) {
  {
    std::lock_guard lock(mutex_);
    if (searches_tags_) return *searches_tags_;
  }
  const std::string text = version(allowed);
  const char* const end = text.data() + text.size();
  int major = 0, minor = 0;
  const char* const dot = std::from_chars(text.data(), end, major).ptr;
  if (dot != end) std::from_chars(dot + 1, end, minor);
  const bool out = major > 2 || (major == 2 && minor >= 19);
  std::lock_guard lock(mutex_);
  searches_tags_ = out;
  return out;
}

Outcome<Server::Found> Server::search(Search search, Allowed allowed) {
  auto found = api(allowed);
  const Api* at = std::get_if<Api>(&found);
  if (!at) return passed_on<Found>(found);
  const Generation generation = generation_for(*at, search);
  if (generation == Generation::v3 && !search.tags.empty() && !searches_tags(allowed))
    return Failure{Failure::Class::unsupported, "the v3 interface of this Jaeger does not search tags, as it does from 2.19 on",
                   "leave `api: v3` out where the server has v1 too"};
  for (;;) {
    search.limit = std::max<size_t>(1, std::min(search.limit, depth_.load()));
    const double beside = 1 + under_way_++;             // who shares the server shares its time
    const int64_t begin = SystemClock().monotonic_ns();
    auto answer = send(search_request(*at, search), allowed);
    const double ms = static_cast<double>(SystemClock().monotonic_ns() - begin) / 1e6 / ((beside + under_way_--) / 2);
    auto* response = std::get_if<http::Response>(&answer);
    if (!response) {
      const auto* failure = std::get_if<Failure>(&answer);
      if (failure && failure->cls == Failure::Class::too_large) weigh(config_.body_bytes, search.limit / 2 + 1, 0);
      if (failure && failure->cls == Failure::Class::timeout) weigh(0, search.limit / 2 + 5, ms);
      return passed_on<Found>(answer);
    }
    if (depth_refused(*response)) {                     // the store holds fewer traces than were asked for
      if (search.limit == 1) return Failure{Failure::Class::rejected, "Jaeger: " + words_of(*response), "let the store hold more traces"};
      depth_ = std::max<size_t>(1, search.limit / 4);
      continue;
    }
    auto traces = traces_in(std::move(*response), generation, config_, decoders_);
    auto* got = std::get_if<Traces>(&traces);
    if (!got) return passed_on<Found>(traces);
    weigh(got->bytes, got->ids.size(), ms);
    witness_.saw(search.service, *got);
    // A server that does not know the name of our limit would use its own: 100.
    const bool cut = got->ids.size() >= search.limit || (got->ids.size() == 100 && search.limit > 100);
    return Found{std::move(*got), search.limit, cut};
  }
}

Outcome<Traces> Server::traces(const std::vector<std::string>& ids, Allowed allowed) {
  auto found = api(allowed);
  const Api* at = std::get_if<Api>(&found);
  if (!at) return passed_on<Traces>(found);
  const Generation generation = at->v3 ? Generation::v3 : Generation::v1;
  if (ids.empty()) return Traces{};
  auto answer = send(trace_request(*at, generation, ids), allowed);
  auto* response = std::get_if<http::Response>(&answer);
  return response ? traces_in(std::move(*response), generation, config_, decoders_) : passed_on<Traces>(answer);
}

void Server::each(size_t n, const std::function<void(size_t)>& work) const {
  const size_t width = std::min(n, std::max<size_t>(1, config_.concurrency));
  if (width <= 1) {
    for (size_t i = 0; i < n; ++i) work(i);
    return;
  }
  std::atomic<size_t> next{0};
  const auto some = [&] {
    for (size_t i = next++; i < n; i = next++) work(i);
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < width; ++i) threads.emplace_back(some);
  some();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace inquest::jaeger
