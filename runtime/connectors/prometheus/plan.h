// Plan: what an ask needs from the server — which series, under which matchers, in which stretches of time.
// SPDX-License-Identifier: Apache-2.0
//
// Pure: the same code says what `plan` prints and what is sent. A measure's names stand in its Resolution as Prometheus
// calls them (x_seconds of x_seconds_bucket); the series of a name are fetched under the conditions of that name.
//
// Whose a series is (order of precedence): the label service_name; exported_job, job of what a Collector's exporter was
// scraped for; the label that the measure's name gives (service_from); job, which OTLP writes as [namespace/]service.name
// and a scrape as the name of its target; else Kubernetes' words. A service in the scope becomes one selector a way, each
// with the ways before it excluded by an empty label, so that no series comes twice.
//
// Time: samples of [from - margin, to), margin = 5 minutes (the server's own lookback): what a counter counted until the
// first sample of the window starts at the one before. Durations (metric.latency) are counted from the begin of their
// export, so one more export after `to` is fetched.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/connectors/connector.h"
#include "runtime/connectors/prometheus/promql.h"

namespace inquest::prometheus {

constexpr int64_t margin_ms = 300'000;

// What was found of a server by probing.
struct Layout {
  std::string version = {};                // "3.5.0"; empty when it does not say
  std::vector<std::string> names = {};     // sorted
  std::vector<std::string> labels = {};    // sorted
  bool has_label(std::string_view name) const;
  bool has_name(std::string_view name) const;
  // Label names that are there, of an attribute: as it is (UTF-8), or escaped.
  std::string label_of(const std::string& attribute) const;
};

enum class Way : uint8_t { service_name, exported_job, from, job, other };

// One metric of the answer: a name of the measure, or what metric.named asks for.
struct Wanted {
  std::string metric;                      // base name
  std::string kind;                        // gauge sum histogram; "any": as the series show
  std::string unit;                        // UCUM, as far as it is known
  std::map<std::string, std::string> keys; // label → attribute, of what the measure or the ask calls by name
  std::vector<std::string> resource;       // attributes among them that belong to the resource
  std::string service_from;
  bool spelled = true;                     // labels of the conventions get their dots back: not of a name as Prometheus has it
  std::string called;                      // the name in the table: of the resolution, or as metric.named was asked
};

enum class Part : uint8_t { value, bucket, sum, count };
struct PartOf {
  size_t wanted;                           // index
  Part part;
};

struct Selection {
  std::vector<std::string> names;          // of series
  std::vector<Matcher> matchers;
  std::string print() const { return selector(names, matchers); }
};

struct Plan {
  std::vector<Wanted> wanted;
  std::map<std::string, PartOf> parts;     // by the name of a series
  std::vector<Selection> selections;
  std::vector<Span> spans;                 // to fetch; ascending, apart
  std::vector<std::string> exemplars;      // selectors of histograms
  std::vector<std::string> tried = {};     // of metric.named: nothing was found
};

// Names there → canonical, turned around: what `service` may be called on the server.
std::vector<std::string> names_there(const std::string& service, const std::map<std::string, std::string>& aliases);
// The matchers of one service in one way; empty `service`: of any.
std::vector<Matcher> whose(Way way, const std::vector<std::string>& service, const std::string& from_label, const Layout& layout);
// Ways that are possible at all on this server.
std::vector<Way> ways_of(const Layout& layout, const std::string& service_from);
// The conditions of a name (select, only) as matchers.
std::vector<Matcher> conditions(const MeasureName& name, const Layout& layout);

// `measure`: null for metric.named. `ways`: those in which the measure's series are known to come; null: all that may be.
Plan plan_ask(const Ask& ask, const Resolution* measure, const Layout& layout, const std::map<std::string, std::string>& aliases,
              const std::vector<Way>* ways = nullptr);

// The ask with the keys of `where` spelled as the measure spells them.
Ask spelled(const Ask& ask, const Resolution* measure);

}  // namespace inquest::prometheus
