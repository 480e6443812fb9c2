// PromQL of measures, as dashboards hold it.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/promql.h"

#include <catch2/catch.hpp>

using namespace inquest;

TEST_CASE("a measure without a histogram has no quantile", "[promql]") {
  const Measure measure{.name = "memory", .unit = "By", .names = {{.metric = "process.memory.usage", .unit = "By"}}};
  CHECK(promql_quantile(measure, {}, 0.5).empty());
  CHECK(promql_of(measure, {}).find("process_memory_usage_bytes{$service_label=~\"$service\"}") != std::string::npos);
}
