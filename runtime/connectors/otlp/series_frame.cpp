// Tracks as rows: labels as columns, thinning to means, what a measure tells besides.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/series_frame.h"

#include <algorithm>
#include <set>

namespace inquest::otlp {

namespace {

std::string column_name(const std::string& label) {
  for (const char* taken : {"service", "namespace", "instance", "version", "window", "time", "value"})
    if (label == taken) return "label." + label;
  return label;
}

// How wide the stretches of time are whose means stand for the samples; 0: samples as they are. The option `every` says;
// without it only series of more samples than anybody can look at are thinned, all of them alike.
constexpr size_t most_samples = 2000;
int64_t mean_width(const Ask& ask, const std::map<Series, Track>& all) {
  if (const auto every = duration_of(ask, "every")) return every->ns;
  const std::vector<Stretch> windows = stretches(ask);
  size_t most = 0;
  for (const auto& [series, track] : all) {
    if (track.time.size() <= most_samples) continue;
    most = std::max(most, static_cast<size_t>(std::count_if(track.time.begin(), track.time.end(),
                                                            [&](int64_t t) { return stretch_of(windows, t) >= 0; })));
  }
  return most > most_samples ? bucket_width(ask, most_samples) : 0;
}

// The mean of each stretch that has samples, at its begin, counted from the begin of its window.
Track means(const std::vector<Stretch>& windows, const Track& track, int64_t width) {
  Track out;
  for (size_t w = 0; w < windows.size(); ++w) {
    const auto mine = [&](int64_t t) { return stretch_of(windows, t) == static_cast<int>(w); };
    for (size_t i = 0; i < track.time.size();) {
      if (!mine(track.time[i])) {
        ++i;
        continue;
      }
      const int64_t start = bucket_start(windows[w].window, width, track.time[i]);
      double sum = 0, n = 0;
      for (; i < track.time.size() && track.time[i] - start < width && mine(track.time[i]); ++i) {
        sum += track.value[i];
        ++n;
      }
      out.time.push_back(start);
      out.value.push_back(sum / n);
    }
  }
  return out;
}

// What is known of a series besides its samples.
struct Besides {
  const Resolution* measure = nullptr;
  const SeriesOf* series = nullptr;
  const BeganAnew* began = nullptr;
};

FramePtr made(const Ask& ask, const std::map<Series, Track>& all, std::vector<std::string> notes, const Besides& besides) {
  std::set<std::string> labels;
  for (const auto& [series, track] : all)
    for (const auto& [key, value] : series.labels) labels.insert(key);
  RunBuilder frame(Shape::series);
  frame.head();
  for (const std::string& label : labels) frame.add(column_name(label), ColumnType::text);
  if (ask.then) frame.add("window", ColumnType::text);
  frame.add("time", ColumnType::time).add("value", ColumnType::float64);
  const size_t value = 4 + labels.size() + (ask.then ? 2 : 1), time = value - 1;
  const bool restarts = besides.began && besides.began->tells();
  Column heap, restart;
  heap.name = "heap";
  restart.name = "restart";
  heap.type = restart.type = ColumnType::boolean;
  const std::vector<Stretch> windows = stretches(ask);
  const int64_t width = mean_width(ask, all);
  if (width > 0) notes.push_back("means of " + print_duration(Duration{width}));
  for (const auto& [series, whole] : all) {
    const Track track = width > 0 ? means(windows, whole, width) : whole;
    const std::vector<const Taken*>* taken = besides.series ? &besides.series->at(series) : nullptr;
    const std::vector<Anew> anew = restarts ? besides.began->at(*taken, track.time) : std::vector<Anew>{};
    int last = -1;
    for (size_t i = 0; i < track.time.size(); ++i) {
      const int window = stretch_of(windows, track.time[i]);
      if (window < 0) continue;
      if (window != last) {
        last = window;
        frame.run();
        frame.head(series.head);
        size_t column = 4;
        for (const std::string& label : labels) {
          if (const auto at = series.labels.find(label); at != series.labels.end()) frame.text(column, at->second);
          ++column;
        }
        if (ask.then) frame.text(column, windows[static_cast<size_t>(window)].name);
      }
      frame.integer(time, track.time[i]);
      frame.number(value, track.value[i]);
      if (restarts) {
        heap.ints.push_back(taken->front()->name->heap);
        restart.ints.push_back(anew[i] == Anew::yes);
        restart.valid.push_back(anew[i] != Anew::unknown);
      }
      frame.end_row();
    }
  }
  frame.marks().notes = std::move(notes);
  if (restarts) {
    frame.put(std::move(heap));
    frame.put(std::move(restart));
  }
  return frame.finish();
}

}  // namespace

FramePtr series_frame(const Ask& ask, const std::map<Series, Track>& all, std::vector<std::string> notes) {
  return made(ask, all, std::move(notes), {});
}

FramePtr series_frame(const Ask& ask, const std::map<Series, Track>& all, std::vector<std::string> notes, const Resolution& measure,
                      const SeriesOf& series, const BeganAnew& began) {
  return made(ask, all, std::move(notes), {&measure, &series, &began});
}

}  // namespace inquest::otlp
