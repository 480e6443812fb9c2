// What is sent for a plan: instant queries of ranges, counts, exemplars.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text.h"
#include "runtime/connectors/prometheus/source.h"

namespace inquest::prometheus {

std::vector<http::Request> raw_requests(const Plan& plan) {
  std::vector<http::Request> out;
  for (const Selection& selection : plan.selections)
    for (const Span& span : plan.spans)
      out.push_back(get("/api/v1/query", {{"query", selection.print() + range(span)}, {"time", time_text(span.last_ms)}}));
  return out;
}

http::Request count_request(const Plan& plan) {
  std::vector<std::string> parts;
  const int64_t now = plan.spans.empty() ? 0 : plan.spans.back().last_ms;
  for (const Selection& selection : plan.selections)
    for (const Span& span : plan.spans) {
      const std::string back = span.last_ms == now ? "" : " offset " + duration_text(now - span.last_ms);
      for (const std::string& name : selection.names)    // one by one: counting drops the name, and labels may then be the same
        parts.push_back("(sum(count_over_time(" + selector({name}, selection.matchers) + range(span) + back + ")) or vector(0))");
    }
  return get("/api/v1/query", {{"query", join(parts, " + ")}, {"time", time_text(now)}});
}

http::Request series_request(const Plan& plan) {
  std::vector<std::string> parts;
  if (plan.spans.empty()) return {};
  for (const Selection& one : plan.selections)
    parts.push_back("(count(last_over_time(" + one.print() + range(plan.spans.back()) + ")) or vector(0))");
  return get("/api/v1/query", {{"query", join(parts, " + ")}, {"time", time_text(plan.spans.back().last_ms)}});
}

double number_in(const Reply& reply) {
  double out = 0;
  for (const Samples& one : reply.series)
    for (const double value : one.value) out += value;
  return out;
}

http::Request exemplar_request(const Plan& plan, const Span& span) {
  std::vector<std::string> parts;
  for (const Selection& selection : plan.selections) {
    Selection buckets{{}, selection.matchers};
    for (const std::string& name : selection.names)
      for (const std::string& wanted : plan.exemplars)
        if (name == wanted) buckets.names.push_back(name);
    if (!buckets.names.empty()) parts.push_back(buckets.print());
  }
  return get("/api/v1/query_exemplars", {{"query", join(parts, " or ")}, {"start", time_text(span.first_ms)}, {"end", time_text(span.last_ms)}});
}

}  // namespace inquest::prometheus
