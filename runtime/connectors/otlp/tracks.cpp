// Writers under one identity made one series; counters as increases per export.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/tracks.h"

#include <algorithm>
#include <map>

namespace inquest::otlp {

namespace {

int64_t median(std::vector<int64_t> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);  // the lower of two
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Exports: samples less than half an interval from the first of them.
std::vector<std::pair<size_t, size_t>> clusters(const std::vector<int64_t>& times, int64_t width) {
  std::vector<std::pair<size_t, size_t>> out;
  for (size_t i = 0; i < times.size();) {
    size_t end = i + 1;
    while (end < times.size() && (times[end] == times[i] || times[end] - times[i] < width / 2)) ++end;
    out.emplace_back(i, end);
    i = end;
  }
  return out;
}

// Two or more writers in one stream show as start times that come back after another was seen.
std::map<int64_t, std::vector<size_t>> by_start(const Stream& stream) {
  std::map<int64_t, std::vector<size_t>> groups;
  bool comes_back = false;
  for (size_t i = 0; i < stream.time.size(); ++i) {
    std::vector<size_t>& group = groups[stream.start[i]];
    if (!group.empty() && group.back() + 1 != i) comes_back = true;
    group.push_back(i);
  }
  if (!comes_back) groups.clear();
  return groups;
}

// The points of a counter by writer: all of them, or a group for each start time when two writers take turns.
std::vector<std::vector<size_t>> lanes_of(const Stream& stream) {
  std::vector<std::vector<size_t>> lanes;
  if (stream.temporality != 1)
    for (auto& [start, rows] : by_start(stream)) lanes.push_back(std::move(rows));
  if (lanes.empty()) {
    lanes.emplace_back(stream.time.size());
    for (size_t i = 0; i < stream.time.size(); ++i) lanes[0][i] = i;
  }
  return lanes;
}

}  // namespace

std::optional<Reduce> reduce_of(std::string_view name) {
  if (name == "last") return Reduce::last;
  if (name == "sum") return Reduce::sum;
  if (name == "max") return Reduce::max;
  if (name == "mean") return Reduce::mean;
  return std::nullopt;
}

int64_t interval(const std::vector<int64_t>& times) {
  std::vector<int64_t> gaps;
  for (size_t i = 1; i < times.size(); ++i)
    if (times[i] > times[i - 1]) gaps.push_back(times[i] - times[i - 1]);
  return median(std::move(gaps));
}

std::vector<Track> gauge_tracks(const Stream& stream) {
  Track whole{stream.time, stream.value};
  if (stream.kind == Stream::Kind::sum && stream.temporality == 1)
    for (size_t i = 1; i < whole.value.size(); ++i) whole.value[i] += whole.value[i - 1];
  if (stream.time.size() < 4) return {std::move(whole)};

  std::vector<Track> tracks;
  const auto pick = [&](const std::vector<size_t>& rows) {
    Track track;
    for (const size_t i : rows) {
      track.time.push_back(whole.time[i]);
      track.value.push_back(whole.value[i]);
    }
    tracks.push_back(std::move(track));
  };
  if (const auto groups = by_start(stream); !groups.empty()) {
    for (const auto& [start, rows] : groups) pick(rows);
    return tracks;
  }
  // The larger gaps are the interval; k samples in most exports are k writers.
  std::vector<int64_t> gaps;
  for (size_t i = 1; i < whole.time.size(); ++i) gaps.push_back(whole.time[i] - whole.time[i - 1]);
  std::sort(gaps.begin(), gaps.end());
  const int64_t wide = gaps[gaps.size() * 9 / 10];
  const auto exports = clusters(whole.time, wide);
  std::map<size_t, size_t> sizes;
  for (const auto& [from, to] : exports) ++sizes[to - from];
  size_t usual = 1, times = 0;
  for (const auto& [size, n] : sizes)
    if (n > times) usual = size, times = n;
  if (usual == 1 || times * 5 < exports.size() * 4) return {std::move(whole)};
  for (size_t place = 0; place < usual; ++place) {
    std::vector<size_t> rows;
    for (const auto& [from, to] : exports)
      if (from + place < to) rows.push_back(from + place);
    pick(rows);
  }
  return tracks;
}

Track combine(const std::vector<Track>& tracks, Reduce reduce) {
  if (tracks.empty()) return {};
  if (tracks.size() == 1) return tracks.front();
  std::vector<int64_t> all, widths;
  for (const Track& track : tracks) {
    all.insert(all.end(), track.time.begin(), track.time.end());
    if (const int64_t width = interval(track.time)) widths.push_back(width);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  const int64_t width = median(std::move(widths));

  Track out;
  std::vector<size_t> next(tracks.size(), 0);          // first sample after the export
  for (size_t i = 0; i < all.size(); ++i) {
    const int64_t now = all[i];
    if (!out.time.empty() && now - out.time.back() < width / 4 * 3) continue;
    double value = 0;
    size_t n = 0;
    int64_t newest = INT64_MIN;
    for (size_t t = 0; t < tracks.size(); ++t) {
      const Track& track = tracks[t];
      while (next[t] < track.time.size() && track.time[next[t]] <= now + width / 4) ++next[t];
      if (next[t] == 0) continue;
      const int64_t at = track.time[next[t] - 1];
      const bool goes_on = next[t] < track.time.size();
      if (now - at >= (goes_on ? width * 3 : width / 4 * 3) && at != now) continue;
      const double sample = track.value[next[t] - 1];
      switch (reduce) {
        case Reduce::sum:
        case Reduce::mean: value += sample; break;
        case Reduce::max: value = n == 0 || sample > value ? sample : value; break;
        case Reduce::last:
          if (at > newest) value = sample, newest = at;
          break;
      }
      ++n;
    }
    if (n == 0) continue;
    out.time.push_back(now);
    out.value.push_back(reduce == Reduce::mean ? value / static_cast<double>(n) : value);
  }
  return out;
}

std::vector<Export> exports_of(const std::vector<const Stream*>& streams) {
  std::vector<int64_t> all, widths;
  for (const Stream* stream : streams) {
    all.insert(all.end(), stream->time.begin(), stream->time.end());
    for (const std::vector<size_t>& lane : lanes_of(*stream)) {
      std::vector<int64_t> times;
      for (const size_t i : lane) times.push_back(stream->time[i]);
      if (const int64_t width = interval(times)) widths.push_back(width);
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  const int64_t width = median(std::move(widths));
  const int64_t patience = width > 0 ? width / 2 * 5 : int64_t{300'000'000'000};

  std::vector<Export> exports;
  std::vector<size_t> export_of(all.size());
  for (const auto& [from, to] : clusters(all, width)) {
    for (size_t i = from; i < to; ++i) export_of[i] = exports.size();
    Export one;
    one.to = all[to - 1];
    one.from = exports.empty() ? 0 : exports.back().to;  // 0: not known yet
    one.sum.resize(streams.size());
    one.count.resize(streams.size());
    one.buckets.resize(streams.size());
    exports.push_back(std::move(one));
  }
  if (exports.empty()) return exports;

  std::vector<int64_t> restarted(exports.size(), 0);   // latest start of what restarted within the export's stretch
  std::vector<uint8_t> carried_on(exports.size(), 0);  // something counted on from before
  for (size_t s = 0; s < streams.size(); ++s) {
    const Stream& stream = *streams[s];
    const bool histogram = stream.kind != Stream::Kind::sum && stream.kind != Stream::Kind::gauge;
    const size_t places = !stream.buckets.empty() && !stream.time.empty() ? stream.buckets.size() / stream.time.size() : 0;
    for (const std::vector<size_t>& lane : lanes_of(stream)) {
      size_t before = 0;                                 // export of the point before
      for (size_t k = 0; k < lane.size(); ++k) {
        const size_t i = lane[k], last = k == 0 ? i : lane[k - 1];
        const size_t found = static_cast<size_t>(std::lower_bound(all.begin(), all.end(), stream.time[i]) - all.begin());
        const size_t at = export_of[found];
        const int64_t start = i < stream.start.size() ? stream.start[i] : 0;
        const bool delta = stream.temporality == 1;
        const bool first = k == 0;
        const bool falls = !first && (histogram ? stream.count[i] < stream.count[last] : stream.value[i] < stream.value[last]);
        const bool anew = !first && !delta && (falls || (start != 0 && start > stream.time[last]));
        bool whole = delta || anew;                      // the whole value was counted in this stretch
        if (anew && start > 0 && width > 0 && start <= stream.time[i] && stream.time[i] - start < width / 4) {
          before = at;                                   // began anew at the very read: how much is new is not known
          continue;
        }
        if (first && !delta) {
          if (at > 0) whole = start == 0 || start <= stream.time[i];   // others were exported before: new since then
          else whole = start > 0 && start < stream.time[i] && stream.time[i] - start <= patience;
          // A start that is only as old as the first read is when watching began, not counting: CPU time of a process
          // that ran before. What it held then says nothing about this stretch.
          if (width > 0 && start > 0 && start <= stream.time[i] && stream.time[i] - start < width / 4) whole = false;
          if (!whole) { before = at; continue; }
        }
        if (exports[at].from == 0 && at == 0) {
          if (start > 0 && start < stream.time[i] && stream.time[i] - start <= patience) exports[at].from = start;
        }
        if (anew && start > exports[at].from) restarted[at] = std::max(restarted[at], start);
        else carried_on[at] = 1;
        const double sum = stream.value[i] - (whole ? 0 : stream.value[last]);
        const int64_t count = histogram ? stream.count[i] - (whole ? 0 : stream.count[last]) : 0;
        // What was counted over several exports that this stream missed is spread evenly over them.
        const size_t from = whole ? at : std::min(before + 1, at);
        const int64_t span = exports[at].to - (from == 0 ? exports[at].from : exports[from - 1].to);
        for (size_t e = from; e <= at && !histogram; ++e) {
          const int64_t part = exports[e].to - exports[e].from;
          exports[e].sum[s] += from == at || span <= 0 ? sum : sum * (static_cast<double>(part) / static_cast<double>(span));
        }
        if (histogram) {
          exports[at].sum[s] += sum;
          exports[at].count[s] += count;
          if (places > 0) {
            auto& buckets = exports[at].buckets[s];
            buckets.resize(places, 0);
            for (size_t b = 0; b < places; ++b)
              buckets[b] += stream.buckets[i * places + b] - (whole ? 0 : stream.buckets[last * places + b]);
          }
        }
        before = at;
      }
    }
  }
  for (size_t e = 0; e < exports.size(); ++e)
    if (restarted[e] > exports[e].from && restarted[e] < exports[e].to && !carried_on[e] &&
        exports[e].to - restarted[e] >= width / 4)       // a start just before the read is when watching began
      exports[e].from = restarted[e];
  if (exports.front().from == 0) exports.erase(exports.begin());  // how long it counted is not known
  return exports;
}

}  // namespace inquest::otlp
