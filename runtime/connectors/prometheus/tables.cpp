// Resources, attributes and streams from labels and samples.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/tables.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asking.h"
#include "runtime/connectors/otlp/store_index.h"
#include "runtime/connectors/otlp/tracks.h"
#include "runtime/connectors/prometheus/attributes.h"
#include "runtime/connectors/prometheus/histograms.h"
#include "runtime/connectors/prometheus/names.h"

namespace inquest::prometheus {
namespace {

using otlp::Cell;
using otlp::Stream;
using otlp::TextId;


// Labels that a scrape puts on its targets, as OTLP's conventions call them.
constexpr std::pair<const char*, const char*> target_conventions[] = {
    {"pod", "k8s.pod.name"}, {"namespace", "k8s.namespace.name"}, {"container", "k8s.container.name"}, {"node", "k8s.node.name"}};
constexpr const char* resource_prefixes[] = {"k8s_", "k8s.", "host_", "host.", "container_", "container.", "cloud_", "cloud.", "os_", "os.", "telemetry_", "telemetry.",
                                             "deployment_", "deployment.", "process_executable", "process.executable", "process_command",
                                             "process.command", "process_runtime_", "process.runtime.", "process_pid", "process_owner"};
constexpr const char* target_labels[] = {"endpoint", "service", "cluster", "prometheus", "prometheus_replica", "replica"};

std::string convention(const std::string& label) {
  for (const auto& [from, to] : target_conventions)
    if (label == from) return to;
  return attribute_of(label);
}

bool of_resource(const std::string& label) {
  for (const auto& [from, to] : target_conventions)
    if (label == from) return true;
  for (const char* one : target_labels)
    if (label == one) return true;
  for (const char* prefix : resource_prefixes)
    if (label.rfind(prefix, 0) == 0) return true;
  return false;
}

bool of_head(std::string_view label) {
  for (const char* one : {"job", "instance", "exported_job", "exported_instance", "service_name", "service.name", "service_namespace",
                          "service.namespace", "service_instance_id", "service.instance.id", "service_version", "service.version"})
    if (label == one) return true;
  return false;
}

const std::string& either(const Labels& labels, const char* a, const char* b) {
  const std::string& first = label(labels, a);
  return first.empty() ? label(labels, b) : first;
}

void split_job(const std::string& job, Whose& out) {
  const size_t slash = job.rfind('/');
  out.service = slash == std::string::npos ? job : job.substr(slash + 1);
  if (slash != std::string::npos && out.namespace_.empty()) out.namespace_ = job.substr(0, slash);
}

// Puts streams together, each with the resource of its labels.
class Builder final {
 public:
  Builder(const Plan& plan, const Targets& targets) : plan_(plan), targets_(targets) {}

  // A stream of the series without `le`, `quantile` and the part of its name.
  Stream stream(const Labels& labels, const Wanted& wanted) {
    Stream out{};
    out.metric = text(wanted.called);
    out.unit = text(wanted.unit);
    out.scope = text(either(labels, "otel_scope_name", "otel.scope.name"));
    const std::string from = from_label(labels, wanted);
    const Whose who = whose_series(labels, from);
    otlp::Resource resource;
    const auto id = [&](const std::string& value) { return value.empty() ? otlp::no_text : text(value); };
    resource.service = id(who.service);
    resource.namespace_ = id(who.namespace_);
    resource.version = id(who.version);
    resource.instance = id(who.instance);
    std::map<std::string, std::string> attributes, of;
    const auto target = targets_.find({label(labels, "job"), label(labels, "instance")});
    for (const auto& [name, value] : labels) {
      if (name == "__name__" || name == "le" || name == "quantile" || of_head(name)) continue;
      if (name.rfind("otel_scope_", 0) == 0 || name.rfind("otel.scope.", 0) == 0 || name.rfind("__", 0) == 0) continue;
      const auto key = wanted.keys.find(name);
      if (key != wanted.keys.end()) {
        const bool resource_key = std::find(wanted.resource.begin(), wanted.resource.end(), key->second) != wanted.resource.end();
        (resource_key ? of : attributes)[key->second] = value;
        if (resource_key) of.emplace(convention(name), value);
        continue;
      }
      const bool told = target != targets_.end() && target->second.count(name);
      if (told || of_resource(name)) of[convention(name)] = value;
      else attributes[wanted.spelled ? attribute_of(name) : name] = value;
    }
    if (target != targets_.end())
      for (const auto& [name, value] : target->second) {
        if (of_head(name)) continue;
        const auto key = wanted.keys.find(name);         // a condition may be about the resource
        of.emplace(key != wanted.keys.end() ? key->second : convention(name), value);
      }
    for (const auto& [key, value] : {std::pair{"service.name", &who.service}, {"service.namespace", &who.namespace_},
                                     {"service.version", &who.version}, {"service.instance.id", &who.instance}})
      if (!value->empty()) of[key] = *value;             // as files have them: resources are told apart by their attributes
    resource.attributes = cells(of);
    out.attributes = cells(attributes);
    out.resource = index_.find_or_add(metrics.resources, std::move(resource));
    return out;
  }

  TextId text(std::string_view one) { return metrics.texts.intern(one); }
  otlp::Metrics metrics;

 private:
  static std::string from_label(const Labels& labels, const Wanted& wanted) {
    if (wanted.service_from.empty()) return {};
    return label(labels, wanted.service_from).empty() ? label_name(wanted.service_from) : wanted.service_from;
  }
  std::vector<Cell> cells(const std::map<std::string, std::string>& all) {
    std::vector<Cell> out;
    for (const auto& [key, value] : all) {
      Cell cell;
      cell.kind = Cell::Kind::text;
      cell.key = text(key);
      cell.text = text(value);
      out.push_back(cell);
    }
    return out;
  }

  const Plan& plan_;
  const Targets& targets_;
  otlp::ResourceIndex index_;
};

// Start times, which Prometheus does not keep. Of a counter that was there when what was fetched begins nothing is known:
// it is as if watching began at its first sample. One that appears later is new since the export before of its resource.
size_t begin_streams(const Plan& plan, otlp::Metrics& metrics) {
  size_t unknown = 0;                                    // appeared inside a window, nobody knows since when they counted
  struct Writer { std::vector<int64_t> times; int64_t interval = 0; size_t longest = 0; };
  std::map<uint32_t, Writer> writers;
  for (const Stream& stream : metrics.streams) {
    if (stream.kind == Stream::Kind::gauge) continue;
    Writer& writer = writers[stream.resource];
    writer.times.insert(writer.times.end(), stream.time.begin(), stream.time.end());
    if (stream.time.size() <= writer.longest) continue;
    writer.longest = stream.time.size();
    writer.interval = otlp::interval(stream.time);
  }
  for (auto& [resource, writer] : writers) {
    std::sort(writer.times.begin(), writer.times.end());
    writer.times.erase(std::unique(writer.times.begin(), writer.times.end()), writer.times.end());
  }
  for (Stream& stream : metrics.streams) {
    if (stream.time.empty()) continue;
    const int64_t first = stream.time.front();
    int64_t start = first;
    if (stream.kind != Stream::Kind::gauge) {
      const Writer& writer = writers[stream.resource];
      int64_t from = 0;                                  // where the stretch begins in which it first stands
      for (const Span& span : plan.spans)
        if (span.first_ms * ns_per_ms <= first) from = span.first_ms * ns_per_ms;
      const auto before = std::lower_bound(writer.times.begin(), writer.times.end(), first - writer.interval / 2);
      const bool late = writer.interval > 0 && first > from + writer.interval / 2 * 3;
      if (late && before != writer.times.begin() && first - *(before - 1) <= writer.interval / 2 * 5) start = *(before - 1);
      else if (first > from + margin_ms * ns_per_ms) ++unknown;
    }
    stream.start.assign(stream.time.size(), start);
  }
  return unknown;
}

struct ClassicKey {
  size_t wanted;
  Labels labels;
  auto operator<=>(const ClassicKey&) const = default;
};

Labels without(const Labels& labels, std::string_view a, std::string_view b) {
  Labels out;
  out.reserve(labels.size());
  for (const auto& one : labels)
    if (one.first != a && one.first != b) out.push_back(one);
  return out;
}

std::optional<double> parse_bound(const std::string& text) {
  double out = 0;
  const char* from = text.data() + (!text.empty() && text.front() == '+');
  const char* to = text.data() + text.size();
  const auto [end, error] = std::from_chars(from, to, out);
  if (error != std::errc() || end != to || std::isnan(out)) return std::nullopt;
  return out;
}

std::optional<uint64_t> hex64(std::string_view text) {
  uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

Whose whose_series(const Labels& labels, const std::string& from_label) {
  Whose out;
  out.namespace_ = either(labels, "service_namespace", "service.namespace");
  out.version = either(labels, "service_version", "service.version");
  out.instance = either(labels, "service_instance_id", "service.instance.id");
  const std::string& own = either(labels, "service_name", "service.name");
  const std::string& exported = label(labels, "exported_job");
  const std::string& from = from_label.empty() ? from_label : label(labels, from_label);
  const std::string& job = label(labels, "job");
  if (!own.empty()) {
    Whose of_job;
    split_job(exported.empty() ? job : exported, of_job);
    out.service = own;
    if (out.namespace_.empty() && of_job.service == own) out.namespace_ = of_job.namespace_;
    // Calls that a Collector counted for others: job and instance are the Collector's.
    const bool calls = !either(labels, "span_kind", "span.kind").empty() || !either(labels, "span_name", "span.name").empty();
    if (calls && of_job.service != own) return out;
  } else if (!exported.empty()) {
    split_job(exported, out);
  } else if (!from.empty()) {
    out.service = from;
    return out;                                          // job and instance are those of what was scraped
  } else if (!job.empty()) {
    split_job(job, out);
  }
  if (!out.instance.empty()) return out;
  out.instance = exported.empty() ? label(labels, "instance") : label(labels, "exported_instance");
  return out;
}

Targets targets_of(const std::vector<Labels>& label_sets) {
  Targets out;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> disputed;
  for (const Labels& labels : label_sets) {
    const std::pair key{label(labels, "job"), label(labels, "instance")};
    const bool fresh = !out.count(key);
    auto& told = out[key];
    if (!fresh)                                          // of several, only what all of them say
      for (const auto& [name, value] : told)
        if (label(labels, name) != value) disputed[key].insert(name);
    for (const auto& [name, value] : labels) {
      if (name == "__name__" || name == "job" || name == "instance") continue;
      if (!fresh && !told.count(name)) disputed[key].insert(name);
      told.emplace(name, value);
    }
  }
  for (const auto& [key, names] : disputed)
    for (const std::string& name : names) out[key].erase(name);
  return out;
}

Tables tables_of(const Plan& plan, const std::vector<Samples>& series, const Targets& targets,
                 const std::vector<ExemplarOf>& exemplars, int64_t deltas_ms) {
  Builder builder(plan, targets);
  Tables out;
  std::map<ClassicKey, Classic> classics;
  std::set<ClassicKey> natives;                          // kept in both forms, a histogram counts once: as the finer one
  std::map<ClassicKey, std::vector<std::pair<double, const Samples*>>> summaries;
  size_t unknown_bounds = 0;

  const auto cumulative = [&](Stream& stream) { stream.temporality = deltas_ms > 0 ? 1 : 2; };

  for (const Samples& one : series) {
    const auto part = plan.parts.find(label(one.labels, "__name__"));
    if (part == plan.parts.end()) continue;
    const Wanted& wanted = plan.wanted[part->second.wanted];
    if (part->second.part != Part::value) {
      Classic& classic = classics[{part->second.wanted, without(one.labels, "__name__", "le")}];
      if (part->second.part == Part::count) classic.count = &one;
      else if (part->second.part == Part::sum) classic.sum = &one;
      else if (const auto bound = parse_bound(label(one.labels, "le"))) classic.buckets.emplace_back(*bound, &one);
      else ++unknown_bounds;
      continue;
    }
    if (!one.histograms.empty()) {
      Stream stream = builder.stream(one.labels, wanted);
      cumulative(stream);
      put_native(one.histograms, stream);
      natives.insert({part->second.wanted, without(one.labels, "__name__", "le")});
      builder.metrics.streams.push_back(std::move(stream));
    }
    if (one.time_ms.empty()) continue;
    if (!label(one.labels, "quantile").empty() && wanted.kind != "gauge" && wanted.kind != "sum") {
      if (const auto quantile = parse_bound(label(one.labels, "quantile")))
        summaries[{part->second.wanted, without(one.labels, "__name__", "quantile")}].emplace_back(*quantile, &one);
      continue;
    }
    if (wanted.kind == "histogram") continue;            // a gauge under that name is another thing
    Stream stream = builder.stream(one.labels, wanted);
    const bool counter = wanted.kind == "sum";
    stream.kind = counter ? Stream::Kind::sum : Stream::Kind::gauge;
    stream.monotonic = counter;
    if (counter) cumulative(stream);
    stream.time.reserve(one.time_ms.size());
    for (const int64_t ms : one.time_ms) stream.time.push_back(ms * ns_per_ms);
    stream.value = one.value;
    stream.is_int.assign(one.value.size(), 0);
    builder.metrics.streams.push_back(std::move(stream));
  }

  size_t incomplete = 0, falling = 0;
  for (auto& [key, classic] : classics) {
    if (natives.count(key)) continue;
    const Wanted& wanted = plan.wanted[key.wanted];
    const auto summary = summaries.find(key);
    if (summary != summaries.end() && classic.buckets.empty()) {
      Stream stream = builder.stream(key.labels, wanted);
      stream.kind = Stream::Kind::summary;
      put_summary(classic, summary->second, stream);
      cumulative(stream);
      builder.metrics.streams.push_back(std::move(stream));
      summaries.erase(summary);
      continue;
    }
    for (Stream& piece : classic_streams(classic, incomplete, falling)) {
      Stream stream = builder.stream(key.labels, wanted);
      piece.metric = stream.metric, piece.unit = stream.unit, piece.scope = stream.scope, piece.resource = stream.resource;
      piece.attributes = std::move(stream.attributes);
      cumulative(piece);
      builder.metrics.streams.push_back(std::move(piece));
    }
  }
  for (const auto& [key, quantiles] : summaries) {        // quantiles without a count: gauges
    for (const auto& [quantile, one] : quantiles) {
      Stream stream = builder.stream(one->labels, plan.wanted[key.wanted]);
      stream.kind = Stream::Kind::gauge;
      for (const int64_t ms : one->time_ms) stream.time.push_back(ms * ns_per_ms);
      stream.value = one->value;
      stream.is_int.assign(one->value.size(), 0);
      builder.metrics.streams.push_back(std::move(stream));
    }
  }

  size_t unknown = 0;
  if (deltas_ms == 0) unknown = begin_streams(plan, builder.metrics);
  else
    for (Stream& stream : builder.metrics.streams)
      for (const int64_t time : stream.time) stream.start.push_back(time - (deltas_ms - 1) * ns_per_ms);

  // Exemplars go to the stream of their series: the first that fits.
  for (const ExemplarOf& one : exemplars) {
    const auto part = plan.parts.find(label(one.series, "__name__"));
    if (part == plan.parts.end()) continue;
    const std::string& trace = either(one.labels, "trace_id", "traceID");
    if (trace.empty()) continue;
    const Stream wanted = builder.stream(one.series, plan.wanted[part->second.wanted]);
    for (Stream& stream : builder.metrics.streams) {
      if (stream.metric != wanted.metric || stream.resource != wanted.resource || !otlp::same_cells(stream.attributes, wanted.attributes)) continue;
      otlp::Exemplar made;
      made.time = one.time_ms * ns_per_ms;
      made.value = one.value;
      if (const auto id = otlp::trace_id(trace)) made.trace = *id;
      if (const auto span = hex64(either(one.labels, "span_id", "spanID"))) made.span = *span;
      if (made.trace.high | made.trace.low) stream.exemplars.push_back(made);
      break;
    }
  }
  const auto tell = [&](size_t n, const char* what) {
    if (n > 0) out.notes.push_back(count(static_cast<int64_t>(n)) + what);
  };
  tell(unknown_bounds, " series of a histogram whose `le` is no number were left out");
  tell(incomplete, " times of histograms lack their count and were left out");
  tell(falling, " buckets hold less than the one below them and were read as empty");
  if (unknown > 0)
    out.notes.push_back("what " + count(static_cast<int64_t>(unknown)) + (unknown == 1 ? " counter" : " counters") +
                        " counted before their first sample in the window is not known: Prometheus does not keep when they began");
  out.metrics = std::move(builder.metrics);
  return out;
}

}  // namespace inquest::prometheus
