// Connector: the code that talks to one kind of source. Four calls; everything else is the engine's.
// SPDX-License-Identifier: Apache-2.0
//
// Life: made from a SourceConfig by the registry; `probe` once per run and source; `resolve` once per source and measure
// (journalled as `resolved`); `native` for the asks of one state or fork that go to this source, together; `fetch` to carry
// the steps out. `native` is pure: `plan` and the journal's ask_sent are the same code.
// Thread rule: fetch may be called from several threads at once for different states; probe and resolve from one.
// Failure: a fetch never throws and never answers an error with an empty frame; every ask gets its own Outcome.
// Rows: only what the scope allows; the engine checks with outside_scope() and fails the ask otherwise.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/frame/frame.h"
#include "runtime/frame/kernels/kernel.h"
#include "runtime/model/ask.h"
#include "runtime/model/catalogue.h"

namespace inquest {

namespace http {
struct Config;                           // runtime/connectors/http/config.h
struct Traffic;
}

struct SourceConfig {
  std::string name;                      // "files", "prom"
  std::string kind;                      // "otlp", "prometheus", "opensearch", "jaeger"
  std::string at;                        // URL or path
  std::vector<std::string> signals = {}; // empty: what probe finds
  std::vector<std::string> without = {}; // signals withheld on purpose (tests, what-if): as if they did not exist
  std::map<std::string, std::string> aliases = {};  // services: name there → canonical name
  Map options = {};                      // kind-specific: threads, layout, indices, …
  std::shared_ptr<const http::Config> http = {};    // of kinds that talk to a server: credentials, TLS, proxy, limits
  std::map<std::string, std::string> links = {};    // user interfaces for people: prometheus | grafana | jaeger | dashboards → URL
};

struct Probe {
  std::string version = {};              // of the server; of a directory: "otlp-json"
  std::string layout = {};               // how spans and logs lie there
  std::vector<std::string> signals = {}; // which of metrics, spans, logs there are
  std::map<std::string, std::optional<Window>> windows = {};  // per signal, where the source knows it cheaply
  std::vector<std::string> looked_for = {};  // when nothing is there: what was looked for
  std::vector<std::string> notes = {};   // "3 bad lines skipped (x.jsonl:17)"
  std::optional<Window> recorded = {};   // of a recording: its whole extent (the default window of a run)
  std::optional<Duration> skew = {};     // the server's clock minus ours, from its Date header; told above 5 s
};

// A measure as this source has it.
struct Resolution {
  std::string measure;
  std::vector<MeasureName> names = {};   // those that exist here, in the order of the measure
  std::vector<std::string> services = {};// the services that have it (sorted)
  std::vector<std::string> tried = {};   // when none exists: the names that were looked for
  std::vector<std::string> nearest = {}; // and the nearest existing ones
  std::string unit = {};                 // of the measure, with how samples of one instance are reduced and
  std::string reduce = "last";           // which attributes name an instance
  std::vector<std::string> identity = {};
  std::map<std::string, std::string> restarts = {};  // of the measure: metrics that tell that the process began anew
  std::string print() const;             // process.runtime.x.memory{type=rss} (9 services)
};

struct Step {
  std::vector<size_t> asks;              // indices of the asks that this step serves
  std::string native;                    // text as sent (a query, a URL path with parameters); secrets never stand here
  std::string cost = {};                 // for plan: "≤ 11 000 points"
};

// What an ask would cost, from cheap counts; absent = not known.
struct Estimate {
  std::optional<int64_t> series = {}, points = {}, spans = {}, logs = {}, bytes = {};
  std::string print() const;             // "9 series, 342 points, about 12 kB"; empty when nothing is known
};

struct Deadline {
  int64_t monotonic_ns = 0;              // 0: none
};

class Connector {
 public:
  virtual ~Connector() = default;
  virtual Result<Probe> probe(const Deadline& deadline, const Stop& stop) = 0;
  virtual Result<Resolution> resolve(const Measure& measure, const Deadline& deadline, const Stop& stop) = 0;
  virtual std::vector<Step> native(const std::vector<Ask>& asks, const std::map<std::string, Resolution>& measures) const = 0;
  // One outcome per ask, in order.
  virtual std::vector<Outcome<FramePtr>> fetch(const std::vector<Ask>& asks, const std::vector<Step>& steps,
                                               const std::map<std::string, Resolution>& measures,
                                               const Deadline& deadline, const Stop& stop) = 0;

  // Sources on a server; a recording needs none of these.
  virtual bool live() const { return false; }          // whether fetch leaves this machine's files
  // For `plan`: one row per ask, by counting requests only (no rows are fetched). Asks with `unknown_names` stay empty.
  virtual std::vector<Estimate> estimate(const std::vector<Ask>& asks, const std::map<std::string, Resolution>&,
                                         const Deadline&, const Stop&) { return std::vector<Estimate>(asks.size()); }
  // Where a person looks at the same thing: an URL with absolute times of the interface in SourceConfig::links; or empty.
  virtual std::string link(const Ask&, const std::map<std::string, Resolution>&) const { return {}; }
  virtual const http::Traffic* traffic() const { return nullptr; }  // what was sent and received so far
};

// The registry (registry.cpp): one row a kind of source.
struct ConnectorKind {
  const char* kind;
  const char* doc;
  Result<std::unique_ptr<Connector>> (*make)(const SourceConfig& config);
};
const std::vector<ConnectorKind>& connector_kinds();
Result<std::unique_ptr<Connector>> make_connector(const SourceConfig& config);

}  // namespace inquest
