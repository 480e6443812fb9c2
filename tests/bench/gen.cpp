// The generator: requests as spans and log lines, then one hour of metrics.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/gen.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

namespace bench {
namespace {

constexpr uint64_t begin_ns = 1'700'000'000'000'000'000, hour_ns = 3600ull * 1'000'000'000, us = 1000;

struct Service {
  const char* name;
  int instances;
};
constexpr Service services[] = {{"front-of-the-shop", 2}, {"suggestions-service", 2}, {"items-list-service", 2}, {"basket-service", 2},
                                {"order-service", 2}, {"billing-service", 1}, {"delivery-service", 1}, {"rates-service", 2},
                                {"banner-service", 1}, {"letter-service", 1}, {"offer-service", 1}};
constexpr int service_count = std::size(services);
constexpr const char* items[] = {"OLJCESPC7Z", "66VCHSJNUP", "1YMWWN1N4O", "L9ECAV7KIM", "2ZYFJ3GM2N",
                                 "0PUK6V6EV0", "LS4PSXUNUM", "9SIQT8TOJO", "6E92ZMYYFZ", "HQTGWGPNH4"};

uint64_t whole(double microseconds) { return us * static_cast<uint64_t>(microseconds); }

class Random final {  // splitmix64
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }
  uint64_t below(uint64_t n) { return next() % n; }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  double wait(double mean_us) { return -mean_us * std::log(1 - unit()); }  // exponential, µs

 private:
  uint64_t state_;
};

std::string hex(uint64_t value, size_t digits = 16) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return {text, digits};
}
std::string text_of(const char* key, const std::string& value) {
  return std::string("{\"key\":\"") + key + "\",\"value\":{\"stringValue\":\"" + value + "\"}}";
}
std::string number_of(const char* key, uint64_t value) {
  return std::string("{\"key\":\"") + key + "\",\"value\":{\"intValue\":\"" + std::to_string(value) + "\"}}";
}
std::string truth_of(const char* key, bool value) {
  return std::string("{\"key\":\"") + key + "\",\"value\":{\"boolValue\":" + (value ? "true" : "false") + "}}";
}
std::string resource(int service, int instance) {
  const std::string name = services[service].name;
  return "{\"attributes\":[" + text_of("service.name", name) + "," + text_of("service.namespace", "shop-of-the-bench") + "," +
         text_of("service.version", "1." + std::to_string(service % 3) + ".0") + "," +
         text_of("k8s.pod.name", name + "-" + std::to_string(instance)) + "," +
         text_of("host.name", "node-" + std::to_string((service + instance) % 3)) + "," +
         text_of("telemetry.sdk.language", "python") + "]}";
}

// Records gathered by resource until an export request is full.
class Lines final {
 public:
  Lines(const std::string& path, const char* top, const char* scopes, const std::string& scope, const char* records, long limit)
      : file_(std::fopen(path.c_str(), "w")), top_(top), scopes_(scopes), scope_(scope), records_(records), limit_(limit) {}
  ~Lines() {
    flush();
    if (file_ != nullptr) std::fclose(file_);
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  bool good() const { return file_ != nullptr && std::ferror(file_) == 0; }
  void add(int service, int instance, const std::string& record) {
    std::string& text = pending_[static_cast<size_t>(service * 2 + instance)];
    if (!text.empty()) text += ',';
    text += record;
    if (++waiting_ >= limit_) flush();
  }
  void flush() {
    if (waiting_ == 0 || file_ == nullptr) return;
    std::string line = std::string("{\"") + top_ + "\":[";
    bool first = true;
    for (int i = 0; i < service_count * 2; ++i) {
      std::string& text = pending_[static_cast<size_t>(i)];
      if (text.empty()) continue;
      if (!first) line += ',';
      first = false;
      line += "{\"resource\":" + resource(i / 2, i % 2) + ",\"" + scopes_ + "\":[{\"scope\":" + scope_ + ",\"" + records_ + "\":[";
      line += text;
      line += "]}],\"schemaUrl\":\"https://opentelemetry.io/schemas/1.21.0\"}";
      text.clear();
    }
    line += "]}\n";
    std::fwrite(line.data(), 1, line.size(), file_);
    waiting_ = 0;
  }

 private:
  std::FILE* file_;
  const char *top_, *scopes_;
  std::string scope_;
  const char* records_;
  long limit_, waiting_ = 0;
  std::array<std::string, service_count * 2> pending_;
};

struct Trace {
  uint64_t high, low;
};

class Shop final {
 public:
  Shop(const Amounts& amounts, const std::string& folder, Random& random)
      : amounts_(amounts), random_(random),
        spans_(folder + "/traces.jsonl", "resourceSpans", "scopeSpans",
               R"({"name":"opentelemetry.instrumentation.grpc","version":"0.43b0"})", "spans", amounts.per_line),
        logs_(folder + "/logs.jsonl", "resourceLogs", "scopeLogs", R"({"name":"app"})", "logRecords", amounts.per_line) {}

  bool run() {
    const double traces = static_cast<double>(amounts_.spans > 0 ? amounts_.spans : amounts_.logs) / 9.0;
    const auto step = static_cast<uint64_t>(static_cast<double>(hour_ns) / traces);
    const double logs_per_trace = static_cast<double>(amounts_.logs) / traces;
    double due = 0;
    for (uint64_t t = begin_ns + step; spans_made_ < amounts_.spans || logs_made_ < amounts_.logs; t += step) {
      request(t, due, logs_per_trace);
    }
    return spans_.good() && logs_.good();
  }

 private:
  uint64_t span(int service, int instance, const Trace& trace, uint64_t parent, const char* name, int kind, uint64_t start,
                uint64_t end, const std::string& attributes, bool failed = false) {
    const uint64_t id = random_.next();
    if (amounts_.spans == 0) return id;
    ++spans_made_;
    spans_.add(service, instance,
               "{\"traceId\":\"" + hex(trace.high) + hex(trace.low) + "\",\"spanId\":\"" + hex(id) + "\",\"parentSpanId\":\"" +
                   (parent != 0 ? hex(parent) : "") + "\",\"flags\":256,\"name\":\"" + name + "\",\"kind\":" +
                   std::to_string(kind) + ",\"startTimeUnixNano\":\"" + std::to_string(start) + "\",\"endTimeUnixNano\":\"" +
                   std::to_string(end) + "\",\"attributes\":[" + attributes + "],\"status\":{" +
                   (failed ? "\"message\":\"deadline exceeded\",\"code\":2" : "") + "}}");
    return id;
  }
  void log(int service, int instance, uint64_t t, int severity, const std::string& body, const Trace& trace, uint64_t id) {
    ++logs_made_;
    logs_.add(service, instance,
              "{\"timeUnixNano\":\"" + std::to_string(t) + "\",\"observedTimeUnixNano\":\"" + std::to_string(t + 1000000) +
                  "\",\"severityNumber\":" + std::to_string(severity) + ",\"severityText\":\"" +
                  (severity >= 17 ? "ERROR" : severity >= 13 ? "WARN" : "INFO") + "\",\"body\":{\"stringValue\":\"" + body +
                  "\"},\"attributes\":[" + text_of("code.function", "handler") + "],\"traceId\":\"" + hex(trace.high) +
                  hex(trace.low) + "\",\"spanId\":\"" + hex(id) + "\"}");
  }
  static std::string call(const char* service, const char* method, bool failed) {
    return text_of("rpc.system", "grpc") + "," + text_of("rpc.service", service) + "," + text_of("rpc.method", method) + "," +
           number_of("rpc.grpc.status_code", failed ? 4 : 0);
  }

  // One request through seven services, with its log lines. The order of the draws is part of what a seed means.
  void request(uint64_t t, double& due, double logs) {
    const bool leaking = t > begin_ns + hour_ns / 2;
    const double phase = leaking ? static_cast<double>(t - begin_ns - hour_ns / 2) / static_cast<double>(hour_ns / 2) : 0;
    const uint64_t high = random_.next(), low = random_.next();
    const Trace trace{high, low};
    const bool hit = random_.unit() < 0.5;
    double work = hit ? random_.wait(1500) : random_.wait(9000) + 4000;
    if (leaking && !hit) work *= 1 + 6 * phase;
    const double listing = random_.wait(1800) + 300;
    const int front = static_cast<int>(random_.below(2)), own = static_cast<int>(random_.below(2));
    const bool failed = leaking && !hit && random_.unit() < 0.08 * phase;
    const std::string item = items[random_.below(10)], user = hex(random_.next(), 8);
    const uint64_t own_s = t + whole(400 + random_.wait(300)), list_s = own_s + 200 * us;
    const uint64_t list_e = list_s + whole(listing), own_e = list_e + whole(work);
    const uint64_t basket_s = own_e + 100 * us, basket_e = basket_s + whole(random_.wait(2500) + 200);
    const uint64_t rates_s = basket_e + 50 * us, rates_e = rates_s + whole(random_.wait(600) + 50);
    const uint64_t banner_e = basket_s + whole(random_.wait(1800) + 100);
    const uint64_t end = (banner_e > rates_e ? banner_e : rates_e) + 300 * us;
    const uint64_t net = random_.below(8), host = random_.below(250);
    const uint64_t root = span(
        0, front, trace, 0, "HTTP GET /api/suggestions", 2, t, end,
        text_of("http.method", "GET") + "," + text_of("http.target", "/api/suggestions?itemIds=" + item) + "," +
            number_of("http.status_code", failed ? 504 : 200) + "," +
            text_of("net.peer.ip", "10.244." + std::to_string(net) + "." + std::to_string(host)) + "," +
            text_of("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/117") + "," + text_of("session.id", user),
        failed);
    const uint64_t asked = span(0, front, trace, root, "grpc.shop.SuggestionsService/ListSuggestions", 3, own_s - 50 * us,
                                own_e + 50 * us, call("shop.SuggestionsService", "ListSuggestions", failed) + "," +
                                    text_of("net.peer.name", services[1].name), failed);
    const uint64_t served = span(1, own, trace, asked, "/shop.SuggestionsService/ListSuggestions", 2, own_s, own_e,
                                 call("shop.SuggestionsService", "ListSuggestions", failed) + "," +
                                     number_of("shop.items_suggested.count", 5), failed);
    const uint64_t inner = span(1, own, trace, served, "collect_items", 1, list_s - 30 * us, own_e - 20 * us,
                                truth_of("shop.suggestions.memo_enabled", true) + "," + truth_of("shop.memo_hit", hit) + "," +
                                    number_of("shop.items.count", leaking ? memo_ : 10) + "," +
                                    number_of("shop.filtered_items.count", 9) + "," + text_of("shop.filtered_items.list", item));
    const auto either = [&] { return static_cast<int>(random_.below(2)); };
    const uint64_t listed = span(2, either(), trace, inner, "shop.ItemsListService/ListItems", 2, list_s, list_e,
                                 call("shop.ItemsListService", "ListItems", false) + "," + number_of("shop.items.count", 10));
    span(0, front, trace, root, "grpc.shop.BasketService/GetBasket", 3, basket_s, basket_e,
         call("shop.BasketService", "GetBasket", false) + "," + text_of("net.peer.name", services[3].name));
    const int basket = either();
    const uint64_t in_basket = random_.below(7);
    span(3, basket, trace, root, "shop.BasketService/GetBasket", 2, basket_s + 20 * us, basket_e - 20 * us,
         call("shop.BasketService", "GetBasket", false) + "," + text_of("shop.user.id", user) + "," +
             number_of("shop.basket.items.count", in_basket));
    const int rates = either();
    const char* currency = random_.below(2) == 1 ? "EUR" : "CHF";
    span(7, rates, trace, root, "Rates/Convert", 2, rates_s, rates_e,
         call("shop.RatesService", "Convert", false) + "," + text_of("shop.rates.conversion.from", "USD") + "," +
             text_of("shop.rates.conversion.to", currency));
    span(8, 0, trace, root, "shop.BannerService/GetBanners", 2, basket_s, banner_e,
         call("shop.BannerService", "GetBanners", false) + "," + text_of("shop.banners.category", "telescopes") + "," +
             number_of("shop.banners.count", 2));
    if (leaking && !hit && random_.below(400) == 0) memo_ = static_cast<uint64_t>(static_cast<double>(memo_) * 1.01) + 1;
    for (due += logs; due >= 1 && logs_made_ < amounts_.logs; due -= 1) {
      switch (random_.below(9)) {
        case 0: log(0, front, t, 9, "GET /api/suggestions?itemIds=" + item + " " + (failed ? "504" : "200") + " " +
                    std::to_string((end - t) / 1000000) + "ms", trace, root); break;
        case 1: log(1, own, own_s, 9, "Receive ListSuggestions for item ids:['" + item + "']", trace, served); break;
        case 2: log(1, own, own_s, 9, hit ? "collect_items: memo hit" : "collect_items: memo miss", trace, inner); break;
        case 3: log(2, 0, list_s, 9, "ListItems returned 10 items in " + std::to_string((list_e - list_s) / us) + " us", trace, listed); break;
        case 4: log(3, 0, basket_s, 9, "GetBasketAsync called with userId=" + user, trace, root); break;
        case 5: log(7, 0, rates_s, 9, "Convert conversion successful " + std::to_string(random_.below(1000)) + " USD", trace, root); break;
        case 6: log(8, 0, basket_s, 9, "Targeted banner request received for [telescopes] in " +
                    std::to_string((banner_e - basket_s) / us) + " us", trace, root); break;
        case 7:
          if (leaking && !hit) {
            log(1, own, own_s, 13, "memo size grew to " + std::to_string(memo_ * 1000 + static_cast<uint64_t>(phase * 500000)) +
                " entries, heap " + std::to_string(120 + static_cast<int>(phase * 700)) + " MiB", trace, inner);
          } else {
            log(0, front, t, 9, "session " + user + " resolved in " + std::to_string(random_.below(30)) + " ms", trace, root);
          }
          break;
        default:
          if (failed) {
            log(0, front, end, 17, "rpc error: code = DeadlineExceeded desc = call for " + item + " exceeded 50 ms", trace, asked);
          } else {
            log(0, front, t, 9, "rendered /item/" + item + " for " + user, trace, root);
          }
      }
    }
  }

  const Amounts amounts_;
  Random& random_;
  Lines spans_, logs_;
  long spans_made_ = 0, logs_made_ = 0;
  uint64_t memo_ = 10;
};

struct Made {
  const char *name, *unit;
  bool counter;
};
constexpr Made made_metrics[] = {{"process.memory.usage", "By", false}, {"process.cpu.utilization", "1", false},
                                 {"process.runtime.gc.count", "1", true}, {"rpc.server.requests", "1", true},
                                 {"process.threads", "1", false}, {"process.open_fds", "1", false}};

bool metrics(const Amounts& amounts, const std::string& folder, Random& random) {
  std::FILE* file = std::fopen((folder + "/metrics.jsonl").c_str(), "w");
  if (file == nullptr) return false;
  long series = 0;
  for (const Service& service : services) series += service.instances * static_cast<long>(std::size(made_metrics));
  const long ticks = amounts.points / series + 1;
  std::array<std::array<uint64_t, std::size(made_metrics)>, service_count * 2> counters{};
  for (long tick = 0; tick < ticks; ++tick) {
    const uint64_t t = begin_ns + static_cast<uint64_t>(tick) * (hour_ns / static_cast<uint64_t>(ticks));
    const bool leaking = t > begin_ns + hour_ns / 2;
    const double phase = leaking ? static_cast<double>(t - begin_ns - hour_ns / 2) / static_cast<double>(hour_ns / 2) : 0;
    std::string line = "{\"resourceMetrics\":[";
    for (int s = 0; s < service_count; ++s) {
      for (int instance = 0; instance < services[s].instances; ++instance) {
        if (line.back() == '}') line += ',';
        line += "{\"resource\":" + resource(s, instance) + R"(,"scopeMetrics":[{"scope":{"name":"otel.process"},"metrics":[)";
        for (size_t m = 0; m < std::size(made_metrics); ++m) {
          const Made& metric = made_metrics[m];
          if (m > 0) line += ',';
          line += std::string("{\"name\":\"") + metric.name + "\",\"unit\":\"" + metric.unit + "\",";
          if (metric.counter) {
            uint64_t& counter = counters[static_cast<size_t>(s * 2 + instance)][m];
            counter += random.below(m == 2 ? 3 : 50);
            line += R"("sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{"startTimeUnixNano":")" +
                    std::to_string(begin_ns) + "\",\"timeUnixNano\":\"" + std::to_string(t) + "\",\"asInt\":\"" +
                    std::to_string(counter) + "\"}]}}";
            continue;
          }
          double value = 0;
          if (m == 0) {
            const double level = (80 + s * 20) * 1048576.0;
            value = level + std::fmod(static_cast<double>(tick) / static_cast<double>(ticks) * 6 + s * 0.3, 1.0) * 3e6 +
                    (random.unit() - 0.5) * 2e6;
            if (s == 1 && leaking) value = level + std::fmod(phase * 2.0, 1.0) * 700e6 + (random.unit() - 0.5) * 4e6;
          } else if (m == 1) {
            value = 0.1 + 0.2 * random.unit() + (s == 1 ? 0.3 * phase : 0);
          } else {
            value = m == 4 ? 20 + static_cast<double>(random.below(5)) : 60 + static_cast<double>(random.below(9));
          }
          char number[40];
          std::snprintf(number, sizeof number, "%.6f", value);
          line += "\"gauge\":{\"dataPoints\":[{\"attributes\":[" + text_of("state", "used") + "],\"timeUnixNano\":\"" +
                  std::to_string(t) + "\",\"asDouble\":" + number + "}]}}";
        }
        line += "]}]}";
      }
    }
    line += "]}\n";
    std::fwrite(line.data(), 1, line.size(), file);
  }
  const bool good = std::ferror(file) == 0;
  return std::fclose(file) == 0 && good;
}

}  // namespace

bool generate(const Amounts& amounts, const std::string& folder) {
  bool good = true;
  Random random(amounts.seed);
  if (amounts.spans > 0 || amounts.logs > 0) good = Shop(amounts, folder, random).run();
  if (amounts.points > 0) good = metrics(amounts, folder, random) && good;
  return good;
}

}  // namespace bench
