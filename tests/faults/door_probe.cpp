// Sends requests through the HTTP door as a JSON text tells, and prints each outcome, the log, the traffic and the memory.
// SPDX-License-Identifier: Apache-2.0
//
// door_probe '{"url": "http://…", "path": "/x", "deadline_ms": 500, "json": true, "repeat": 2, "parallel": 1, …}'
// `repeat` sends one after the other (`pause_ms` between), `parallel` as many at once; `stop_after_ms` sets stop.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "runtime/base/text.h"
#include "runtime/connectors/http/http.h"

using namespace inquest;

namespace {

int64_t now_ns() { return SystemClock().monotonic_ns(); }

int64_t high_water_kb() {  // VmHWM: this program's own, unlike ru_maxrss, which exec inherits
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6));
  return 0;
}

template <class T>
Json failed(const Outcome<T>& outcome) {
  Json out;
  if (const auto* failure = std::get_if<Failure>(&outcome)) {
    out["outcome"] = failure_name(failure->cls);
    out["cause"] = failure->cause;
    out["cure"] = failure->cure;
  } else {
    out["outcome"] = "later";
    out["after_ms"] = std::get<RetryLater>(outcome).after.ns / 1'000'000;
    out["cause"] = std::get<RetryLater>(outcome).cause;
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = parse_json(argc > 1 ? argv[1] : "", "arguments");
  if (!parsed.ok()) return std::fputs(parsed.error().print().c_str(), stderr), 2;
  const Json& spec = *parsed;
  const auto number = [&](const char* key, int64_t otherwise) { return member(spec, key) ? json_int64(spec[key], otherwise) : otherwise; };
  const auto flag = [&](const char* key) { return member(spec, key) && spec[key] == true; };

  http::Config config;
  config.url = member_text(spec, "url");
  config.username = member_text(spec, "username");
  config.password = {member_text(spec, "password"), "given"};
  config.auth_credentials = {member_text(spec, "credentials"), "given"};
  config.ca_file = member_text(spec, "ca_file");
  config.server_name = member_text(spec, "server_name");
  config.min_version = member_text(spec, "min_version", "TLS12");
  config.insecure = flag("insecure");
  config.proxy_url = member_text(spec, "proxy_url");
  config.no_proxy = member_text(spec, "no_proxy");
  config.proxy_from_environment = flag("proxy_from_environment");
  if (const Json* headers = member(spec, "headers"))
    for (const auto& [name, value] : headers->items()) config.headers[name] = {value.get<std::string>(), "given"};
  config.concurrency = static_cast<size_t>(number("concurrency", 4));
  config.requests = static_cast<size_t>(number("requests", 2000));
  config.bytes = static_cast<uint64_t>(number("bytes", int64_t{512} << 20));
  config.body_bytes = static_cast<size_t>(number("body_bytes", int64_t{32} << 20));
  config.timeout = {number("timeout_ms", 30'000) * 1'000'000};
  config.attempts = static_cast<int>(number("attempts", 4));

  auto door = http::Door::open(config, {{http::Method::get, "/*", "probe"}, {http::Method::get, "/*/*", "probe"},
                                        {http::Method::post, "/*", "probe"}, {http::Method::del, "/*", "probe"},
                                        {http::Method::head, "/*", "probe"}});
  Json out;
  if (!door.ok()) {
    out["outcome"] = "config";
    out["cause"] = door.error().print();
    return std::puts(out.dump().c_str()), 0;
  }
  http::Request request;
  const std::string method = member_text(spec, "method", "GET");
  request.method = method == "POST" ? http::Method::post : method == "DELETE" ? http::Method::del
                   : method == "HEAD" ? http::Method::head : http::Method::get;
  request.path = member_text(spec, "path");
  request.body = member_text(spec, "body");
  if (const Json* query = member(spec, "query"))
    for (const auto& [name, value] : query->items()) request.query.push_back({name, value.get<std::string>()});

  Stop stop{false};
  const auto send = [&](int64_t index) {
    http::Request one = request;
    if (flag("numbered")) one.query.push_back({"n", std::to_string(index)});
    const Deadline deadline{member(spec, "deadline_ms") ? now_ns() + number("deadline_ms", 0) * 1'000'000 : 0};
    const int64_t start = now_ns();
    auto answer = (*door)->send(one, nullptr, deadline, stop);
    Json row;
    if (const auto* response = std::get_if<http::Response>(&answer)) {
      row["outcome"] = "ok";
      row["status"] = response->status;
      row["type"] = response->content_type;
      row["size"] = response->body.size();
      row["body"] = printable(response->body.substr(0, 2000));
      row["attempts"] = response->attempts;
      row["wire_bytes"] = response->wire_bytes;
      row["warnings"] = response->warnings;
      if (response->skew) row["skew_ms"] = response->skew->ns / 1'000'000;
      if (flag("json")) {
        std::vector<std::string> notes;
        auto json = http::json_of(*response, config, &notes);
        if (const Json* tree = std::get_if<Json>(&json)) row["json"] = response->body.size() < 100'000 ? *tree : Json("large");
        else row.update(failed(json));
        row["notes"] = notes;
      }
    } else {
      row = failed(answer);
    }
    row["ms"] = static_cast<double>(now_ns() - start) / 1e6;
    return row;
  };
  const int64_t warm = number("warm", 0);  // requests before memory and time are taken
  for (int64_t i = 0; i < warm; ++i) (void)(*door)->send(request, nullptr, {}, stop);
  const int64_t memory = high_water_kb();
  std::thread stopper;
  if (member(spec, "stop_after_ms")) {
    stopper = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(number("stop_after_ms", 0)));
      stop = true;
    });
  }
  const int64_t start = now_ns();
  const int64_t parallel = number("parallel", 1), repeat = number("repeat", 1);
  std::vector<Json> rows(static_cast<size_t>(parallel));
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < parallel && parallel > 1; ++i) threads.emplace_back([&, i] { rows[static_cast<size_t>(i)] = send(i); });
  for (std::thread& thread : threads) thread.join();
  if (parallel == 1) {
    rows.clear();
    for (int64_t i = 0; i < repeat; ++i) {
      if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(number("pause_ms", 0)));
      rows.push_back(send(i));
    }
  }
  if (stopper.joinable()) stopper.join();
  out = rows.back();
  out["all"] = rows;
  out["total_ms"] = static_cast<double>(now_ns() - start) / 1e6;
  out["grown_kb"] = high_water_kb() - memory;
  const http::Traffic& traffic = (*door)->traffic();
  out["traffic"] = {{"requests", traffic.requests.load()}, {"retries", traffic.retries.load()},
                    {"sent", traffic.bytes_sent.load()}, {"received", traffic.bytes_received.load()}};
  for (const http::LogLine& line : (*door)->log())
    out["log"].push_back({{"request", line.request}, {"status", line.status}, {"bytes", line.bytes}, {"note", line.note}});
  std::puts(out.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  return 0;
}
