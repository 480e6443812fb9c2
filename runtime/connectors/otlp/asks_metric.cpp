// Measures and single metrics as series; histograms as latency in the source's own buckets.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"
#include "runtime/connectors/otlp/series_frame.h"
#include "runtime/frame/kernels/loghist.h"

namespace inquest::otlp {

namespace {

using Writer = std::pair<uint32_t, uint32_t>;            // resource, scope
enum class What { gauge, rate, share, mean };

void scale(Track& track, double factor) {
  if (factor == 1) return;
  for (double& value : track.value) value *= factor;
}

// Gauges: parts of one writer are summed, writers of one instance reduced as the measure says.
Track gauge_series(const std::vector<const Taken*>& streams, Reduce reduce) {
  std::map<Writer, std::vector<Track>> writers;
  std::vector<Track> all;
  for (const Taken* taken : streams) {
    for (Track& track : gauge_tracks(*taken->stream)) {
      scale(track, taken->scale);
      if (reduce == Reduce::sum) all.push_back(std::move(track));
      else writers[{taken->stream->resource, taken->stream->scope}].push_back(std::move(track));
    }
  }
  for (const auto& [writer, tracks] : writers) all.push_back(combine(tracks, Reduce::sum));
  return combine(all, reduce);
}

// Counters: increases per export of each writer, as rates per second, then writers together.
Track counter_series(const std::vector<const Taken*>& streams, What what) {
  std::map<Writer, std::vector<const Taken*>> writers;
  for (const Taken* taken : streams) writers[{taken->stream->resource, taken->stream->scope}].push_back(taken);
  std::vector<Track> totals, parts;
  for (const auto& [writer, mine] : writers) {
    std::vector<const Stream*> counters;
    for (const Taken* taken : mine) counters.push_back(taken->stream);
    Track total, part;
    for (const Export& one : exports_of(counters)) {
      const double seconds = static_cast<double>(one.to - one.from) / ns_per_s;
      if (!(seconds > 0)) continue;
      double all = 0, some = 0;
      for (size_t s = 0; s < mine.size(); ++s) {
        const bool counts = mine[s]->stream->kind != Stream::Kind::sum && mine[s]->stream->kind != Stream::Kind::gauge;
        const double n = counts ? static_cast<double>(one.count[s]) : one.sum[s] * mine[s]->scale;
        all += n;
        if (what == What::share && mine[s]->failed) some += n;
        if (what == What::mean) some += one.sum[s];
      }
      total.time.push_back(one.to);
      total.value.push_back(all / seconds);
      part.time.push_back(one.to);
      part.value.push_back(some / seconds);
    }
    totals.push_back(std::move(total));
    parts.push_back(std::move(part));
  }
  Track total = combine(totals, Reduce::sum);
  if (what == What::rate) return total;
  const Track part = combine(parts, Reduce::sum);
  Track out;
  for (size_t i = 0; i < total.time.size(); ++i) {
    if (!(total.value[i] > 0)) continue;                 // no call: no share, no mean
    out.time.push_back(total.time[i]);
    out.value.push_back(part.value[i] / total.value[i]);
  }
  return out;
}

SeriesOf by_series(const std::vector<Taken>& taken) {
  SeriesOf out;
  for (const Taken& one : taken) out[{one.head, one.labels}].push_back(&one);
  return out;
}

// What a reader must know of the scope that could not be applied, and of a service that has no such metric.
std::vector<std::string> notes_of(const Ask& ask, const std::vector<Taken>& taken, const Resolution* measure) {
  std::vector<std::string> notes;
  if (ask.scope.names.count("operation") &&
      std::any_of(taken.begin(), taken.end(), [](const Taken& one) { return one.operation.empty(); }))
    notes.push_back("not narrowed by operation");
  if (const auto at = ask.scope.names.find("service"); measure && at != ask.scope.names.end() && taken.empty() &&
      !std::binary_search(measure->services.begin(), measure->services.end(), at->second))
    notes.push_back(at->second + " has no " + measure->measure + " here; " + std::to_string(measure->services.size()) +
                    " services have it");
  return notes;
}

// What an export counted, as values that stand for many: the middles of buckets; of a summary its quantiles, each standing
// for what lies between the one before and itself, so that they come out exact.
struct Share { double value; int64_t count; };
std::vector<Share> shares_of(const Stream& stream, const Export& one, size_t s) {
  std::vector<Share> out;
  if (stream.kind != Stream::Kind::summary) {
    for (size_t b = 0; b < one.buckets[s].size(); ++b) {
      const double low = b == 0 ? 0 : stream.bounds[std::min(b, stream.bounds.size()) - 1];
      const double high = b < stream.bounds.size() ? stream.bounds[b] : low * 2;
      if (one.buckets[s][b] > 0) out.push_back({low > 0 ? std::sqrt(low * high) : high / 2, one.buckets[s][b]});
    }
    return out;
  }
  const auto after = std::upper_bound(stream.time.begin(), stream.time.end(), one.to);
  if (after == stream.time.begin() || one.count[s] <= 0) return out;
  const size_t width = stream.quantiles.size(), row = static_cast<size_t>(after - stream.time.begin()) - 1;
  int64_t told = 0;
  for (size_t q = 0; q < width; ++q) {
    const double value = stream.quantile_values[row * width + q];
    if (!std::isfinite(value)) continue;                 // nothing observed in the window of the quantiles
    const auto to = std::min(one.count[s], static_cast<int64_t>(std::ceil(stream.quantiles[q] * static_cast<double>(one.count[s]))));
    if (to > told || out.empty()) out.push_back({value, to - told});
    told = to;
  }
  if (out.empty()) out.push_back({one.sum[s] / static_cast<double>(one.count[s]), 0});
  out.back().count += one.count[s] - told;
  return out;
}

// How well durations are known: to buckets, to a relative error, at quantiles.
std::string known_to(const std::vector<const Stream*>& streams) {
  size_t widest = 0;
  double error = 0;
  std::set<double> quantiles;
  for (const Stream* stream : streams) {
    if (stream->kind == Stream::Kind::exponential) error = std::max(error, stream->relative_error);
    else if (stream->kind == Stream::Kind::summary) quantiles.insert(stream->quantiles.begin(), stream->quantiles.end());
    else widest = std::max(widest, stream->bounds.size());
  }
  std::vector<std::string> parts;
  if (widest > 0 || (error == 0 && quantiles.empty())) parts.push_back("to the source's buckets (" + std::to_string(widest) + " bounds)");
  if (error > 0) parts.push_back("within " + human(error, "share") + " (exponential buckets)");
  if (!quantiles.empty()) {
    std::vector<std::string> names;
    for (const double one : quantiles) names.push_back(shortest(one));
    parts.push_back("at the quantiles of summaries (" + join(names, ", ") + ")");
  }
  return "durations known only " + join(parts, ", ");
}

bool quantiles_wanted(const Ask& ask) {
  const std::vector<std::string> by = texts_of(ask, "by");
  return find(ask.where, "quantile") != nullptr || std::find(by.begin(), by.end(), "quantile") != by.end();
}

// The quantiles of summaries as gauges with the label `quantile`.
void add_quantiles(const Ask& ask, const Taken& taken, std::map<Series, Track>& all) {
  const Value* wanted = find(ask.where, "quantile");
  const Stream& stream = *taken.stream;
  for (size_t q = 0; q < stream.quantiles.size(); ++q) {
    if (wanted && !Condition(*wanted).holds(std::string_view(shortest(stream.quantiles[q])))) continue;
    Track track;
    for (size_t i = 0; i < stream.time.size(); ++i) {
      const double value = stream.quantile_values[i * stream.quantiles.size() + q];
      if (std::isnan(value)) continue;
      track.time.push_back(stream.time[i]);
      track.value.push_back(value * taken.scale);
    }
    Series series{taken.head, taken.labels};
    series.labels["quantile"] = shortest(stream.quantiles[q]);
    Track& at = all[std::move(series)];
    at = at.time.empty() ? std::move(track) : combine({std::move(at), std::move(track)}, Reduce::max);
  }
}

// Traces that points of these streams name, newest first, each once.
std::string exemplars_note(const std::vector<const Stream*>& streams, const std::vector<Stretch>& windows) {
  constexpr size_t shown = 3;
  std::vector<std::pair<int64_t, std::string>> found;
  for (const Stream* stream : streams)
    for (const Exemplar& one : stream->exemplars)
      if (stretch_of(windows, one.time) >= 0) found.emplace_back(-one.time, hex(one.trace));
  std::sort(found.begin(), found.end());
  std::vector<std::string> traces;
  std::set<std::string> seen;
  for (const auto& [time, trace] : found)
    if (seen.insert(trace).second && traces.size() < shown) traces.push_back(trace);
  if (seen.empty()) return {};
  return count(static_cast<int64_t>(seen.size())) + (seen.size() == 1 ? " trace is" : " traces are") + " named as exemplars" +
         (seen.size() > shown ? ", the newest: " : ": ") + join(traces, ", ");
}

}  // namespace

Answer metric_series(const Asking& asking, const Metrics& metrics, const Resolution& measure) {
  const std::vector<Taken> taken = take(metrics, measure, asking.ask, asking.aliases);
  const Reduce reduce = reduce_of(measure.reduce).value_or(Reduce::last);
  std::map<Series, Track> all;
  const SeriesOf grouped = by_series(taken);
  for (const auto& [series, streams] : grouped) {
    if (auto failure = asking.stopped()) return *failure;
    const MeasureName& name = *streams.front()->name;
    const What what = name.kind == "gauge" ? What::gauge : name.error_when.empty() ? What::rate : What::share;
    all[series] = what == What::gauge ? gauge_series(streams, reduce) : counter_series(streams, what);
  }
  const BeganAnew began(metrics, measure, asking.aliases);
  return series_frame(asking.ask, all, notes_of(asking.ask, taken, &measure), measure, grouped, began);
}

Answer metric_named(const Asking& asking, const Metrics& metrics) {
  const std::string& name = option_text(asking.ask, "name");
  const std::vector<std::string> known = metric_names(metrics);
  if (!std::binary_search(known.begin(), known.end(), name))
    return Failure{Failure::Class::unsupported, "no metric is called `" + name + "` here", did_you_mean(name, known)};
  const std::string& wanted = option_text(asking.ask, "reduce");
  const std::optional<Reduce> reduce = wanted.empty() ? Reduce::sum : reduce_of(wanted);
  if (!reduce)
    return Failure{Failure::Class::rejected, "unknown reduce `" + wanted + "`",
                   did_you_mean(wanted, {"sum", "last", "max", "mean"})};
  const std::vector<Taken> taken = take_named(metrics, name, asking.ask, asking.aliases);
  std::map<Series, Track> all;
  std::vector<std::string> notes = notes_of(asking.ask, taken, nullptr);
  for (const auto& [series, streams] : by_series(taken)) {
    if (auto failure = asking.stopped()) return *failure;
    if (quantiles_wanted(asking.ask)) {
      for (const Taken* one : streams) add_quantiles(asking.ask, *one, all);
      continue;
    }
    const Stream& first = *streams.front()->stream;
    const bool counter = first.kind == Stream::Kind::sum && first.monotonic;
    const bool gauge = first.kind == Stream::Kind::gauge || (first.kind == Stream::Kind::sum && !first.monotonic);
    all[series] = gauge ? gauge_series(streams, *reduce) : counter_series(streams, counter ? What::rate : What::mean);
    const bool summary = first.kind == Stream::Kind::summary && !first.quantiles.empty();
    const char* note = gauge     ? ""
                       : counter ? "counter read as rate per second"
                       : summary ? "summary read as mean per interval; `by = { \"quantile\" }` reads its quantiles"
                                 : "histogram read as mean per interval";
    if (*note && std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  }
  if (quantiles_wanted(asking.ask) && all.empty() && !taken.empty()) notes.push_back("no summary among these streams tells such a quantile");
  std::vector<const Stream*> streams;
  for (const Taken& one : taken) streams.push_back(one.stream);
  if (std::string note = exemplars_note(streams, stretches(asking.ask)); !note.empty()) notes.push_back(std::move(note));
  return series_frame(asking.ask, all, std::move(notes));
}

Answer metric_latency(const Asking& asking, const Metrics& metrics, const Resolution& measure) {
  const std::vector<Taken> taken = take(metrics, measure, asking.ask, asking.aliases);
  const std::vector<Stretch> windows = stretches(asking.ask);
  struct Counted { int64_t count = 0, errors = 0, sum = 0; };
  struct Group { Head head; std::string operation, kind; auto operator<=>(const Group&) const = default; };
  std::map<Group, std::map<Writer, std::vector<const Taken*>>> groups;
  std::vector<const Stream*> told;
  size_t without_buckets = 0;
  for (const Taken& one : taken) {
    if (one.stream->bounds.empty() && one.stream->quantiles.empty()) { ++without_buckets; continue; }
    told.push_back(one.stream);
    std::string kind = "server";
    for (const char* key : {"span.kind", "span_kind"})
      if (const Cell* cell = find_cell(metrics.texts, one.stream->attributes, key))
        kind = lower(cell_text(metrics.texts, *cell)).find("consumer") != std::string::npos ? "consumer" : "server";
    groups[{one.head, one.operation, kind}][{one.stream->resource, one.stream->scope}].push_back(&one);
  }
  FrameBuilder frame(Shape::latency);
  frame.head().add("operation", ColumnType::text).add("kind", ColumnType::text).add("time", ColumnType::time);
  frame.add("bucket", ColumnType::int64).add("count", ColumnType::int64).add("errors", ColumnType::int64);
  frame.add("sum", ColumnType::duration);
  if (asking.ask.then) frame.add("window", ColumnType::text);
  for (const auto& [group, writers] : groups) {
    if (auto failure = asking.stopped()) return *failure;
    std::map<std::pair<int64_t, int64_t>, Counted> rows;  // (start of the export, log bucket)
    for (const auto& [writer, mine] : writers) {
      std::vector<const Stream*> streams;
      for (const Taken* one : mine) streams.push_back(one->stream);
      for (const Export& one : exports_of(streams)) {
        if (stretch_of(windows, one.from) < 0) continue;
        for (size_t s = 0; s < mine.size(); ++s) {
          const std::vector<Share> shares = shares_of(*mine[s]->stream, one, s);
          double weight = 0;                             // Σ count × value: shares the true sum out over them
          for (const Share& share : shares) weight += static_cast<double>(share.count) * share.value;
          for (const auto& [value, n] : shares) {
            const double ns = std::clamp(value * mine[s]->scale * ns_per_s, -1.0, 9.2e18);
            Counted& row = rows[{one.from, log_bucket(static_cast<int64_t>(ns))}];
            row.count += n;
            if (mine[s]->failed) row.errors += n;
            const double total = weight > 0 && one.sum[s] > 0 ? one.sum[s] / weight : 1;
            row.sum += static_cast<int64_t>(std::llround(ns * static_cast<double>(n) * total));
          }
        }
      }
    }
    for (const auto& [key, counted] : rows) {
      put_head(frame, group.head);
      if (!group.operation.empty()) frame.text(4, group.operation);
      frame.text(5, group.kind);
      frame.integer(6, key.first);
      frame.integer(7, key.second);
      frame.integer(8, counted.count);
      frame.integer(9, counted.errors);
      frame.integer(10, counted.sum);
      if (asking.ask.then) frame.text(11, windows[static_cast<size_t>(stretch_of(windows, key.first))].name);
      frame.end_row();
    }
  }
  frame.marks().notes = notes_of(asking.ask, taken, &measure);
  if (without_buckets > 0)
    frame.marks().notes.push_back(std::to_string(without_buckets) + " streams have neither buckets nor quantiles and were left out");
  if (std::string note = exemplars_note(told, windows); !note.empty()) frame.marks().notes.push_back(std::move(note));
  frame.marks().approximate = known_to(told);
  return frame.finish();
}

}  // namespace inquest::otlp
