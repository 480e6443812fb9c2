// Whether a process was restarted between two samples: counters of the same resource or instance, start times.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/began_anew.h"

#include <algorithm>
#include <set>

namespace inquest::otlp {

namespace {

constexpr double least_rise = 0.5;           // a start time in seconds may tremble; a count of restarts goes up by one

// The stretches (from, to] in which a stream tells of a new beginning.
struct Told {
  std::vector<std::pair<int64_t, int64_t>> anew;
  bool trusted = true;
};

bool cumulative(const Stream& stream) { return stream.temporality == 2 && stream.kind != Stream::Kind::gauge; }

Told told_by(const Stream& stream, bool values, bool rises) {
  Told told;
  for (size_t i = 1; i < stream.time.size(); ++i) {
    if (stream.time[i] <= stream.time[i - 1]) continue;
    bool anew = cumulative(stream) && i < stream.start.size() && stream.start[i - 1] > 0 && stream.start[i] > stream.time[i - 1];
    if (values && !anew)
      anew = rises ? stream.value[i] > stream.value[i - 1] + least_rise : stream.value[i] < stream.value[i - 1];
    if (anew) told.anew.emplace_back(stream.time[i - 1], stream.time[i]);
  }
  told.trusted = told.anew.size() * 4 <= stream.time.size();
  return told;
}

bool overlaps(const Told& told, int64_t from, int64_t to) {
  const auto at = std::upper_bound(told.anew.begin(), told.anew.end(), from, [](int64_t t, const auto& one) { return t < one.second; });
  return at != told.anew.end() && at->first < to;
}

}  // namespace

BeganAnew::BeganAnew(const Metrics& metrics, const Resolution& measure, const Aliases& aliases) : measure_(measure) {
  std::map<TextId, bool> wanted;
  for (const auto& [metric, how] : measure.restarts)
    if (const TextId id = metrics.texts.find(metric); id != no_text) wanted.emplace(id, how == "rises");
  for (const Stream& stream : metrics.streams) {
    const auto at = wanted.find(stream.metric);
    if (at == wanted.end() || stream.time.size() < 2) continue;
    if (stream.kind == Stream::Kind::gauge || cumulative(stream)) counters_.push_back({&stream, at->second});
  }
  for (size_t i = 0; i < counters_.size(); ++i) of_resource_[counters_[i].stream->resource].push_back(i);
  for (const MeasureName& name : measure.names) {
    const auto [heads, fresh] = of_head_.try_emplace(name.service_from);
    for (size_t i = 0; fresh && i < counters_.size(); ++i) {
      Head head = head_of_stream(metrics, *counters_[i].stream, &name, aliases, measure.identity);
      if (head.instance) heads->second[std::move(head)].push_back(i);
    }
  }
}

std::vector<Anew> BeganAnew::at(const std::vector<const Taken*>& series, const std::vector<int64_t>& times) const {
  std::vector<Anew> out(times.size(), Anew::unknown);
  if (series.empty() || !tells()) return out;
  const auto mark = [&](const Stream& stream, bool values, bool rises) {
    const Told told = told_by(stream, values, rises);
    if (!told.trusted) return;
    for (size_t i = 1; i < times.size(); ++i) {
      const int64_t from = times[i - 1], to = times[i], slack = (to - from) / 20;
      if (overlaps(told, from, to)) out[i] = Anew::yes;
      else if (values && out[i] == Anew::unknown && stream.time.front() <= from + slack && stream.time.back() >= to - slack)
        out[i] = Anew::no;
    }
  };
  std::set<size_t> mine;
  for (const Taken* one : series)
    if (const auto at = of_resource_.find(one->stream->resource); at != of_resource_.end())
      mine.insert(at->second.begin(), at->second.end());
  if (const auto heads = of_head_.find(series.front()->name->service_from); heads != of_head_.end())
    if (const auto at = heads->second.find(series.front()->head); at != heads->second.end())
      mine.insert(at->second.begin(), at->second.end());
  for (const size_t i : mine) mark(*counters_[i].stream, true, counters_[i].rises);
  for (const Taken* one : series) mark(*one->stream, false, false);
  return out;
}

}  // namespace inquest::otlp
