// The door: what is allowed, budgets, tries, back-off, log; one pool of kept connections a source.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <condition_variable>
#include <cmath>
#include <deque>
#include <mutex>
#include <thread>

#include "runtime/base/text.h"
#include "runtime/base/time.h"
#include "runtime/connectors/http/exchange.h"
#include "runtime/connectors/http/http.h"
#include "runtime/connectors/http/patience.h"
#include "runtime/connectors/http/received.h"
#include "runtime/connectors/http/redact.h"
#include "runtime/connectors/http/request.h"

namespace inquest::http {
namespace {

using Class = Failure::Class;
constexpr size_t kept_lines = 10'000;
constexpr auto step = std::chrono::milliseconds(20);       // in which waiting looks at stop and deadline
constexpr int64_t first_pause_ns = 200 * ns_per_ms, longest_pause_ns = 5 * ns_per_s;
constexpr int64_t absurd_pause_ns = 3600 * ns_per_s;       // a Retry-After above it is not believed

// Retry-After: whole seconds or a date; nothing when it is absent, negative, absurd or unreadable.
std::optional<int64_t> pause_asked_for(const std::string& text, const std::optional<Time>& servers_now) {
  if (text.empty()) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    if (text.size() > 6) return std::nullopt;
    const int64_t ns = std::stoll(text) * ns_per_s;
    return ns <= absurd_pause_ns ? std::optional(ns) : std::nullopt;
  }
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  const int64_t ns = date->ns - servers_now.value_or(SystemClock().now()).ns;
  return ns >= 0 && ns <= absurd_pause_ns ? std::optional(ns) : std::nullopt;
}

std::string seconds(int64_t ns) { return human(static_cast<double>((ns + 50 * ns_per_ms) / (100 * ns_per_ms)) / 10, "s"); }

Failure cancelled() { return {Class::cancelled, "cancelled"}; }

bool sound_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

struct Door::Inside {
  Inside(const Config& given, Server checked, std::vector<Endpoint> table)
      : config(given), server(std::move(checked)), allowed(std::move(table)), redactor(config) {}

  const Config config;
  const Server server;
  const std::vector<Endpoint> allowed;
  const Redactor redactor;
  Traffic traffic;
  Patience patience;
  std::atomic<uint64_t> tags{0};

  std::mutex mutex;                      // of what follows
  std::condition_variable freed;
  size_t busy = 0;
  std::vector<std::unique_ptr<Line>> idle;  // the last used is taken first: its connection is warm
  std::deque<LogLine> lines;

  std::string cut(std::string text) const { return redactor.idle() ? std::move(text) : redactor.cut(std::move(text)); }
  Failure cut(Failure failure) const { return {failure.cls, cut(std::move(failure.cause)), cut(std::move(failure.cure))}; }
  std::string name(const Request& request) const {
    const std::string path = server.base.substr(server.base.find('/', 8) == std::string::npos ? server.base.size() : server.base.find('/', 8));
    return cut(printable(std::string(method_name(request.method)) + " " + (server.tls ? "https://" : "http://") + server.authority + path +
                         target(request), 2000));
  }
  void log(LogLine line) {
    const std::lock_guard lock(mutex);
    if (lines.size() >= kept_lines) lines.pop_front();
    lines.push_back(std::move(line));
  }

  std::unique_ptr<Line> take(const Curl& curl, int64_t until, const Stop& stop, Failure& why) {
    std::unique_lock lock(mutex);
    while (busy >= std::max<size_t>(config.concurrency, 1)) {
      if (stop) { why = cancelled(); return nullptr; }
      const int64_t left = until - monotonic_ns();
      if (left <= 0) {
        why = {Class::timeout, "waited in vain for one of " + count(static_cast<int64_t>(config.concurrency)) + " requests under way to end",
               "allow more time, or raise concurrency of the source"};
        return nullptr;
      }
      freed.wait_for(lock, std::min<std::chrono::nanoseconds>(std::chrono::nanoseconds(left), step));
    }
    ++busy;
    if (idle.empty()) return std::make_unique<Line>(curl, config, server);
    auto line = std::move(idle.back());
    idle.pop_back();
    return line;
  }
  void give_back(std::unique_ptr<Line> line) {
    {
      const std::lock_guard lock(mutex);
      --busy;
      idle.push_back(std::move(line));
    }
    freed.notify_one();
  }

  // False: stopped.
  static bool wait(int64_t ns, const Stop& stop) {
    const int64_t until = monotonic_ns() + ns;
    for (int64_t left = ns; left > 0; left = until - monotonic_ns()) {
      if (stop) return false;
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(std::chrono::nanoseconds(left), step));
    }
    return !stop;
  }
  // Half to one and a half of a time that doubles with each try.
  int64_t pause(int tried) {
    uint64_t x = ++tags * 0x9E3779B97F4A7C15u + static_cast<uint64_t>(monotonic_ns());
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    const int64_t middle = std::min(first_pause_ns << std::min(tried - 1, 10), longest_pause_ns);
    return middle / 2 + static_cast<int64_t>((x ^ (x >> 31)) % static_cast<uint64_t>(middle));
  }

  Outcome<Response> tries(Line& line, const Request& request, const Judge& judge, int64_t until, int64_t allowed_ns, bool impatient,
                          const Stop& stop);
};

Outcome<Response> Door::Inside::tries(Line& line, const Request& request, const Judge& judge, int64_t until, int64_t allowed_ns,
                                      bool impatient, const Stop& stop) {
  const std::string title = name(request);
  const int64_t began = monotonic_ns();
  const int attempts = patience.attempts(config.attempts, impatient);
  bool again_once = true;
  double ms = 0;
  for (int tried = 1;; ++tried) {
    if (stop) return cancelled();
    if (traffic.requests.fetch_add(1) >= config.requests) {
      --traffic.requests;
      return Failure{Class::overloaded, "this source has had its " + count(static_cast<int64_t>(config.requests)) + " requests in this run",
                     "ask for less, or raise requests of the source"};
    }
    if (tried > 1) ++traffic.retries;
    Terms terms{until, &stop, config.body_bytes, config.bytes, &traffic.bytes_received, "inquest-" + std::to_string(++tags)};
    Try tried_now = line.exchange(request, terms);
    Response& response = tried_now.response;
    traffic.bytes_sent += tried_now.sent;
    ms += response.ms;
    response.attempts = tried;
    response.ms = ms;
    LogLine entry{title, response.status, response.wire_bytes, tried_now.response.ms, {}};

    Failure failure;
    bool again = false, in_vain = false;   // in_vain: nothing came that tells of a server at work
    std::optional<int64_t> asked;
    if (tried_now.fault) {
      failure = cut(std::move(tried_now.fault->failure));
      in_vain = failure.cls == Class::timeout || failure.cls == Class::unreachable || failure.cls == Class::malformed;
      again = tried_now.fault->again == Fault::Again::bounded || (tried_now.fault->again == Fault::Again::once && again_once);
      if (tried_now.fault->again == Fault::Again::once) again_once = false;
      if (failure.cls == Class::timeout) failure.cause += " (" + print_duration(Duration{allowed_ns / ns_per_ms * ns_per_ms}) + " allowed)";
    } else if (response.status / 100 == 3) {
      std::string to = tried_now.location;
      if (const size_t scheme = to.find("://"); scheme != std::string::npos) to = to.substr(0, to.find_first_of("/?#", scheme + 3));
      else to = to.substr(0, to.find_first_of("?#"));
      if (const size_t user = to.rfind('@'); user != std::string::npos) to = to.substr(user + 1);
      failure = cut(Failure{Class::rejected, "HTTP " + std::to_string(response.status) + ": redirected" +
                            (to.empty() ? std::string(" to nowhere") : " to " + printable(to, 200)) + ", which is not followed",
                            "write the final address as the source's URL"});
    } else {
      response.body = cut(std::move(response.body));
      for (std::string& warning : response.warnings) warning = cut(std::move(warning));
      const Judged judged = judge ? judge(response) : usual(response);
      if (judged.what != Judged::What::again) patience.answered();
      if (judged.what == Judged::What::good) {
        log(std::move(entry));
        return std::move(response);
      }
      failure = cut(judged.failure);
      again = in_vain = judged.what == Judged::What::again;
      if (again) asked = pause_asked_for(tried_now.retry_after, response.date);
    }

    const int64_t left = until - monotonic_ns();
    if (again && asked && *asked > left) {
      entry.note = failure.cause + "; wants a pause of " + seconds(*asked);
      log(std::move(entry));
      return RetryLater{Duration{*asked}, failure.cause};
    }
    const int64_t next = asked.value_or(pause(tried));
    again = again && tried < attempts && next < left;
    entry.note = failure.cause + (again ? "; again in " + seconds(next) : "");
    log(std::move(entry));
    if (!again) {
      if (in_vain) patience.failed(began);
      if (tried > 1) failure.cause += " (" + std::to_string(tried) + " tries)";
      if (in_vain && impatient) failure.cause += "; tried once: no good answer came from this source for " + seconds(Patience::lasts_ns) + " and more";
      return failure;
    }
    if (!wait(next, stop)) return cancelled();
  }
}

Door::Door(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Door::~Door() = default;

Result<std::unique_ptr<Door>> Door::open(const Config& config, std::vector<Endpoint> allowed) {
  Result<Server> server = check(config);
  if (!server.ok()) {
    Error error = server.error();
    const Redactor redactor(config);
    error.message = redactor.cut(std::move(error.message));
    return error;
  }
  return std::unique_ptr<Door>(new Door(std::make_unique<Inside>(config, std::move(*server), std::move(allowed))));
}

Outcome<Response> Door::send(const Request& request, const Judge& judge, const Deadline& deadline, const Stop& stop) {
  Inside& inside = *inside_;
  if (!allowed_by(inside.allowed, request))
    return Failure{Class::internal, inside.cut(printable(std::string(method_name(request.method)) + " " + request.path, 200)) +
                                        " is not in the table of what may be sent"};
  for (const auto& [name, value] : request.headers)
    if (name.empty() || !sound_text(name) || !sound_text(value)) return Failure{Class::internal, "a header that no request may have"};
  if (!sound_text(request.accept) || !sound_text(request.content_type)) return Failure{Class::internal, "a header that no request may have"};
  const auto& curl = libcurl();
  if (!curl.ok()) return Failure{Class::unsupported, curl.error().message, curl.error().cure};

  const int64_t start = monotonic_ns();
  int64_t allowed_ns = std::max<int64_t>(inside.config.timeout.ns, 1);
  const bool impatient = inside.patience.over(start);
  allowed_ns = inside.patience.allowed_ns(allowed_ns, impatient);
  if (deadline.monotonic_ns != 0) allowed_ns = std::min(allowed_ns, deadline.monotonic_ns - start);
  if (stop) return cancelled();
  if (allowed_ns <= 0) return Failure{Class::timeout, "the time was over before the request could be sent", "allow more time"};
  const int64_t until = start + allowed_ns;
  Failure why;
  auto line = inside.take(*curl, until, stop, why);
  if (!line) return why;
  auto outcome = inside.tries(*line, request, judge, until, allowed_ns, impatient, stop);
  inside.give_back(std::move(line));
  return outcome;
}

const Config& Door::config() const { return inside_->config; }
const Traffic& Door::traffic() const { return inside_->traffic; }

std::vector<LogLine> Door::log() const {
  const std::lock_guard lock(inside_->mutex);
  return {inside_->lines.begin(), inside_->lines.end()};
}

std::string Door::redacted(std::string text) const { return inside_->cut(std::move(text)); }

}  // namespace inquest::http
