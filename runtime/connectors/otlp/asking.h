// Asking: what every ask over an OTLP directory shares — heads of resources, scope, `where`, windows and buckets.
// SPDX-License-Identifier: Apache-2.0
//
// Pure helpers over the tables of store.h. The head of a row is service (after the alias map), namespace, instance and
// version. A resource without service.name is the service that its Kubernetes workload names (deployment, stateful set,
// daemon set, cron job, job, else the container; a pod's own name only without the suffix of its replica set); a
// namespace that is not said is that of Kubernetes, a version the image's tag (as the OpenTelemetry operator does).
// `instance` is the first of the identity attributes that the resource has (service.instance.id, pod, container), so
// that the same process has one name in all three signals.
// Entry spans are those that tell a service's latency and errors: kind server or consumer; for a service that sends
// neither, its roots (no parent, kind internal or unspecified), which then have kind "root".
// Thread rule: everything here is immutable after construction and may be shared.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/connectors/connector.h"
#include "runtime/connectors/otlp/store.h"

namespace inquest::otlp {

constexpr size_t poll_every = 1 << 14;   // rows between two looks at the stop

using Aliases = std::map<std::string, std::string>;

struct Head {
  std::optional<std::string> service, namespace_, instance, version;
  auto operator<=>(const Head&) const = default;
};

// Attributes that name an instance when a measure does not say others, strongest first.
const std::vector<std::string>& default_identity();

// The cell of `key`, null when absent. Linear: attribute lists are short.
const Cell* find_cell(const Texts& texts, const Cell* from, const Cell* to, std::string_view key);
inline const Cell* find_cell(const Texts& texts, const std::vector<Cell>& cells, std::string_view key) {
  return find_cell(texts, cells.data(), cells.data() + cells.size(), key);
}
// A cell as text: true, 12, 0.5, JSON of arrays and maps.
std::string cell_text(const Texts& texts, const Cell& cell);
std::optional<double> cell_number(const Cell& cell);
// Attributes as canonical JSON: keys sorted, of a key given twice the last; integers beyond 2^53 as text.
std::string attributes_json(const Texts& texts, const Cell* from, const Cell* to);
void append_json_text(std::string& out, std::string_view text);

// `service_from`: the attribute that names the service before Kubernetes' words do, where service.name is absent.
Head head_of(const Texts& texts, const Resource& resource, const Aliases& aliases,
             const std::vector<std::string>& identity = default_identity(), const std::string& service_from = {});
std::vector<Head> heads_of(const Texts& texts, const std::vector<Resource>& resources, const Aliases& aliases);
// Whether the head fits service, namespace, instance and version of the scope; an absent name fits only a scope without it.
bool fits(const Head& head, const Scope& scope);
void put_head(FrameBuilder& frame, const Head& head);   // the four head columns are 0 to 3

std::string hex(uint64_t value);                         // 16 digits
std::string hex(const Spans::Id& id);                    // 32 digits
std::optional<Spans::Id> trace_id(std::string_view text);
const char* kind_name(uint8_t kind);                     // unspecified internal server client producer consumer
const char* status_name(uint8_t status);                 // unset ok error

// The windows of an ask: now, and under `against` then (first). The same width of buckets in both.
struct Stretch {
  Window window;
  const char* name = nullptr;                            // "now", "then"; null without `against`
};
std::vector<Stretch> stretches(const Ask& ask);
// The stretch that holds a time; -1 when none does.
int stretch_of(const std::vector<Stretch>& all, int64_t ns);
// Smallest round width (1 s … 1 d) that cuts the stretches into at most `most` buckets; or `every` of the ask.
int64_t bucket_width(const Ask& ask, size_t most = 120);
inline int64_t bucket_start(const Window& window, int64_t width, int64_t ns) {
  return window.from.ns + (ns - window.from.ns) / width * width;
}

// One condition of `where`: a text, number or boolean to equal, a list of them, above(x), below(x), like "…".
class Condition final {
 public:
  explicit Condition(const Value& value);
  bool holds(std::string_view text) const;
  bool holds_number(double number) const;
  bool holds(const Texts& texts, const Cell& cell) const;

 private:
  std::vector<std::string> any_;
  std::optional<double> above_, below_;
  std::vector<std::string> like_;                        // masked
};

size_t limit_of(const Ask& ask, size_t otherwise);
// An option that is a length of time: as such, as a text ("1m"), or as a number of seconds (a finding's). None: absent.
std::optional<Duration> duration_of(const Ask& ask, std::string_view option);
std::vector<std::string> texts_of(const Ask& ask, std::string_view option);  // a text or a list of texts
const std::string& option_text(const Ask& ask, std::string_view option);

// What an ask is answered with.
struct Asking {
  const Ask& ask;
  const Aliases& aliases;
  const Deadline& deadline;
  const Stop& stop;
  std::optional<Failure> stopped() const;                // cancelled or timeout
};
using Answer = Outcome<FramePtr>;

// Spans with what several asks need of them, worked out once.
struct SpanView {
  SpanView(std::shared_ptr<const Spans> spans, const Aliases& aliases);
  std::shared_ptr<const Spans> spans;
  std::vector<Head> heads;                               // per resource
  std::vector<uint32_t> service_of;                      // per resource: a number that is the same for the same service
  std::vector<uint8_t> sends_entry;                      // per resource: its service sends server or consumer spans
  std::vector<uint32_t> by_trace;                        // rows trace by trace, ascending in each; traces in no told order
  std::vector<uint32_t> trace_from;                      // per trace: where its rows begin in by_trace; and the end
  std::vector<uint32_t> trace_of;                        // per row: the number of its trace
  bool entry(size_t row) const;
  const char* kind(size_t row) const;
  // Rows of a trace: [first, last) in by_trace.
  std::pair<size_t, size_t> trace(const Spans::Id& id) const;

 private:
  void group_traces();
};

// Rows of the ask's own scope: resource, operation and `where`; not the window.
class SpanFilter final {
 public:
  SpanFilter(const SpanView& view, const Ask& ask);
  bool holds(size_t row) const;

 private:
  const SpanView& view_;
  std::vector<uint8_t> resource_;
  std::optional<TextId> operation_;
  std::optional<Condition> kind_, status_, name_;
  std::vector<std::pair<std::string, Condition>> attributes_;
};

}  // namespace inquest::otlp
