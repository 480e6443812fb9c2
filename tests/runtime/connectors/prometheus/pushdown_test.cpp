// What the server computes above the budget: expressions, steps, and the limit of points of one query.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/pushdown.h"

#include <catch2/catch.hpp>

using namespace inquest;
using namespace inquest::prometheus;

namespace {

const Layout layout{"3.5.0", {"calls_total", "h_bucket", "h_count", "h_sum", "mem", "process_cpu_seconds_total"},
                    {"__name__", "instance", "job", "le", "pool", "service_name", "span_kind", "span_name", "status_code"}};
Resolution gauge() {
  return {.measure = "memory", .names = {{.metric = "mem", .sum = {"pool"}, .unit = "By"}}, .services = {}, .tried = {}, .nearest = {}, .unit = "By", .reduce = "sum",
          .identity = {"service.instance.id"}, .restarts = {{"process_cpu_seconds_total", "falls"}}};
}
Resolution counter() {
  return {.measure = "error_rate", .names = {{.metric = "calls_total", .sum = {"*"}, .kind = "sum", .error_when = {{"status.code", "ERROR"}}, .only = {{"span.kind", {"S"}}}}},
          .services = {}, .tried = {}, .nearest = {}, .unit = "share", .reduce = "sum", .identity = {}, .restarts = {}};
}
Resolution histogram() {
  return {.measure = "latency", .names = {{.metric = "h", .sum = {"*"}, .unit = "s", .kind = "histogram"}}, .services = {}, .tried = {}, .nearest = {}, .unit = "s",
          .reduce = "sum", .identity = {}, .restarts = {}};
}
Ask ask_over(const std::string& kind, int64_t seconds, Map args = {}) {
  Ask out{.state = "s", .name = "a", .kind = kind, .signal = "metrics", .args = std::move(args)};
  out.scope.window = {Time{1'795'255'200 * ns_per_s}, Time{(1'795'255'200 + seconds) * ns_per_s}};
  return out;
}
Pushed pushed(const Ask& ask, const Resolution& measure, const Budget& budget) {
  return push_down(ask, &measure, plan_ask(ask, &measure, layout, {}), layout, budget).value();
}
std::string param(const http::Request& request, const std::string& name) {
  for (const auto& one : request.query)
    if (one.name == name) return one.value;
  return {};
}
std::string query_of(const Pushed& all, const std::string& name) {
  for (const auto& one : all.queries)
    if (one.name == name) return param(one.request, "query");
  return {};
}

const Budget plenty{10'000'000, 100, 50, 1'000'000};     // 100 series of 100 000 samples

}  // namespace

TEST_CASE("gauges are means of a step without the parts that are summed, restarts their least", "[prometheus]") {
  const Pushed all = pushed(ask_over("metric.memory", 86'400), gauge(), plenty);
  CHECK(all.step_ms == 360'000);
  CHECK(query_of(all, "mem") == "sum without (pool) (avg_over_time(mem[360s]))");
  CHECK(query_of(all, "process_cpu_seconds_total") == "min_over_time(process_cpu_seconds_total[360s])");
}

TEST_CASE("counters are what they increased by, over the labels that the answer needs", "[prometheus]") {
  const Pushed all = pushed(ask_over("metric.error_rate", 86'400), counter(), plenty);
  CHECK(query_of(all, "calls_total") == R"(sum by (service_name, job, instance, span_kind, status_code) (increase(calls_total{span_kind="S"}[360s])))");
}

TEST_CASE("buckets keep their bounds and operations", "[prometheus]") {
  const Pushed all = pushed(ask_over("metric.latency", 86'400), histogram(), plenty);
  CHECK(query_of(all, "h_bucket") == "sum by (service_name, job, instance, span_name, le) (increase(h_bucket[360s]))");
  CHECK(query_of(all, "h_sum") == "sum by (service_name, job, instance, span_name) (increase(h_sum[360s]))");
}

TEST_CASE("a step ends where the next begins, and the last with the window", "[prometheus]") {
  const Pushed all = pushed(ask_over("metric.memory", 86'400), gauge(), plenty);
  CHECK(param(all.queries[0].request, "start") == "2026-11-21T10:05:59.999Z");
  CHECK(param(all.queries[0].request, "end") == "2026-11-22T09:59:59.999Z");
  CHECK(param(all.queries[0].request, "step") == "360s");
}

TEST_CASE("more than 11 000 steps are split, and said so", "[prometheus]") {
  const Pushed all = pushed(ask_over("metric.memory", 86'400 * 2, {{"every", Value(Duration{10 * ns_per_s})}}), gauge(), {1e9, 10, 5, 1'000'000});
  size_t of_mem = 0;
  for (const auto& one : all.queries) {
    of_mem += one.name == "mem";
    const auto ms = [&](const char* name) { return parse_time(param(one.request, name)).value().ns / 1'000'000; };
    CHECK((ms("end") - ms("start")) / 10'000 + 1 <= most_points);
  }
  CHECK(of_mem == 2);
  CHECK(all.notes == std::vector<std::string>{"more than 11 000 steps: asked for in several range queries"});
}

TEST_CASE("a step that is too fine for the budget or the samples is widened, and said so", "[prometheus]") {
  const Pushed dear = pushed(ask_over("metric.memory", 86'400, {{"every", Value(Duration{10 * ns_per_s})}}), gauge(), {1e9, 1000, 1000, 100'000});
  CHECK(dear.step_ms == 870'000);
  CHECK(dear.notes.front() == "steps of 14m30s instead of 10s: the budget of 100 000 samples");
  const Pushed sparse = pushed(ask_over("metric.memory", 86'400, {{"every", Value(Duration{10 * ns_per_s})}}), gauge(), {1'445 * 100, 100, 50, 1'000'000});
  CHECK(sparse.step_ms >= 240'000);
  CHECK(sparse.notes.front().find("four of the samples' own intervals") != std::string::npos);
}

TEST_CASE("series that no step can afford are not asked for", "[prometheus]") {
  const Resolution measure = gauge();
  const Ask all = ask_over("metric.memory", 86'400);
  CHECK_FALSE(push_down(all, &measure, plan_ask(all, &measure, layout, {}), layout, {1e9, 1e6, 1e6, 1'000'000}));
}
