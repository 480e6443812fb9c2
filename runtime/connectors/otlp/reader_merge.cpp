// Appending columns with their numbers translated, and sorting points into streams.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/reader_merge.h"

#include <algorithm>
#include <numeric>

#include "runtime/connectors/otlp/reader_spread.h"

namespace inquest::otlp {
namespace {

template <class T>
void reserve_for(std::vector<T>& column, size_t added, double share) {
  const size_t needed = column.size() + added;
  if (needed <= column.capacity()) return;
  const double guess = static_cast<double>(needed) / share * 1.03 + 16;
  column.reserve(std::max(needed, std::min(static_cast<size_t>(guess), needed * 64 + 1024)));
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from, double share) {
  reserve_for(to, from.size(), share);
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

struct Merge::State {
  explicit State(Signal wanted) : signal(wanted) {}
  Signal signal;
  std::shared_ptr<Spans> spans = std::make_shared<Spans>();
  std::shared_ptr<Logs> logs = std::make_shared<Logs>();
  std::shared_ptr<Metrics> metrics = std::make_shared<Metrics>();
  Points points;
  ResourceIndex resource_index;
  StreamIndex stream_index;
  std::vector<TextId> text_map;
  std::vector<uint32_t> resource_map, stream_map;

  void map_texts(Texts& texts, const Texts& from) {
    text_map.resize(from.size());
    for (size_t i = 0; i < from.size(); ++i) text_map[i] = texts.intern(from[static_cast<TextId>(i)]);
  }
  TextId text(TextId id) const { return id == no_text ? no_text : text_map[id]; }
  Cell cell(Cell from) const {
    from.key = text_map[from.key];
    if (from.kind == Cell::Kind::text || from.kind == Cell::Kind::json) from.text = text_map[from.text];
    return from;
  }
  uint32_t resource(uint32_t row, const std::vector<Resource>& from, std::vector<Resource>& to) {
    if (resource_map[row] != no_text) return resource_map[row];
    const Resource& old = from[row];
    Resource made{text(old.service), text(old.namespace_), text(old.instance), text(old.version), {}};
    made.attributes.reserve(old.attributes.size());
    for (const Cell& attribute : old.attributes) made.attributes.push_back(cell(attribute));
    return resource_map[row] = resource_index.find_or_add(to, std::move(made));
  }
  void append_texts(std::vector<TextId>& to, const std::vector<TextId>& from, double share) {
    reserve_for(to, from.size(), share);
    for (const TextId id : from) to.push_back(text(id));
  }
  void add_table(Table& to, const Table& from, double share) {
    map_texts(to.texts, from.texts);
    resource_map.assign(from.resources.size(), no_text);
    reserve_for(to.resource, from.rows(), share);
    for (const uint32_t row : from.resource) to.resource.push_back(resource(row, from.resources, to.resources));
    append_texts(to.scope, from.scope, share);
    const uint64_t base = to.attributes.size();
    reserve_for(to.attr_from, from.rows() + 1, share);
    if (to.attr_from.empty()) to.attr_from.push_back(0);
    for (size_t i = 1; i < from.attr_from.size(); ++i) to.attr_from.push_back(base + from.attr_from[i]);
    reserve_for(to.attributes, from.attributes.size(), share);
    for (const Cell& attribute : from.attributes) to.attributes.push_back(cell(attribute));
  }
  void add_spans(const Spans& from, double share);
  void add_logs(const Logs& from, double share);
  void add_points(const Part& part, double share);
  void sort_points();
};

void Merge::State::add_spans(const Spans& from, double share) {
  Spans& to = *spans;
  add_table(to, from, share);
  append(to.trace, from.trace, share);
  append(to.span, from.span, share);
  append(to.parent, from.parent, share);
  append_texts(to.name, from.name, share);
  append(to.kind, from.kind, share);
  append(to.status, from.status, share);
  append(to.start, from.start, share);
  append(to.duration, from.duration, share);
}

void Merge::State::add_logs(const Logs& from, double share) {
  Logs& to = *logs;
  add_table(to, from, share);
  append(to.time, from.time, share);
  append(to.severity, from.severity, share);
  append_texts(to.severity_text, from.severity_text, share);
  append_texts(to.body, from.body, share);
  append(to.trace, from.trace, share);
  append(to.span, from.span, share);
}

void Merge::State::add_points(const Part& part, double share) {
  Metrics& to = *metrics;
  const Points& from = part.points;
  map_texts(to.texts, part.metrics.texts);
  resource_map.assign(part.metrics.resources.size(), no_text);
  stream_map.assign(part.metrics.streams.size(), no_text);
  const auto before = static_cast<uint32_t>(points.size());
  reserve_for(points.stream, from.size(), share);
  for (const uint32_t row : from.stream) {
    if (stream_map[row] == no_text) {
      Stream made = part.metrics.streams[row];
      made.metric = text(made.metric), made.unit = text(made.unit), made.scope = text(made.scope);
      made.resource = resource(made.resource, part.metrics.resources, to.resources);
      for (Cell& attribute : made.attributes) attribute = cell(attribute);
      stream_map[row] = stream_index.find_or_add(to.streams, made);
    }
    points.stream.push_back(stream_map[row]);
  }
  append(points.time, from.time, share);
  append(points.start, from.start, share);
  append(points.value, from.value, share);
  append(points.is_int, from.is_int, share);
  append(points.count, from.count, share);
  const uint64_t base = points.buckets.size();
  reserve_for(points.bucket_from, from.size(), share);
  for (const uint64_t at : from.bucket_from) points.bucket_from.push_back(base + at);
  for (const auto& [point, exemplar] : from.exemplars) points.exemplars.push_back({before + point, exemplar});
  append(points.buckets, from.buckets, share);
}

// Points to their streams in file order, then each stream by time; equal times keep file order.
void Merge::State::sort_points() {
  auto& streams = metrics->streams;
  std::vector<uint64_t> from(streams.size() + 1, 0);
  for (const uint32_t stream : points.stream) ++from[stream + 1];
  std::partial_sum(from.begin(), from.end(), from.begin());
  std::vector<uint32_t> order(points.size());
  std::vector<uint64_t> next(from.begin(), from.end() - 1);
  for (size_t i = 0; i < points.size(); ++i) order[next[points.stream[i]]++] = static_cast<uint32_t>(i);
  for (size_t s = 0; s < streams.size(); ++s) {
    Stream& stream = streams[s];
    const auto begin = order.begin() + static_cast<ptrdiff_t>(from[s]), end = order.begin() + static_cast<ptrdiff_t>(from[s + 1]);
    const auto earlier = [this](uint32_t a, uint32_t b) { return points.time[a] < points.time[b]; };
    if (!std::is_sorted(begin, end, earlier)) std::stable_sort(begin, end, earlier);
    const auto size = static_cast<size_t>(end - begin);
    const bool single = stream.kind == Stream::Kind::gauge || stream.kind == Stream::Kind::sum;
    const size_t width = stream.kind == Stream::Kind::histogram ? stream.bounds.size() + 1 : 0;
    stream.time.reserve(size), stream.start.reserve(size), stream.value.reserve(size), stream.is_int.reserve(size);
    stream.count.reserve(single ? 0 : size);
    if (width > 0) stream.buckets.reserve(size * width);
    if (stream.kind == Stream::Kind::exponential) spread_exponential(stream, points, order.data() + from[s], size);
    if (stream.kind == Stream::Kind::summary) spread_quantiles(stream, points, order.data() + from[s], size);
    for (auto i = begin; i != end; ++i) {
      stream.time.push_back(points.time[*i]);
      stream.start.push_back(points.start[*i]);
      stream.value.push_back(points.value[*i]);
      stream.is_int.push_back(points.is_int[*i]);
      if (!single) stream.count.push_back(points.count[*i]);
      const auto bucket = points.buckets.begin() + static_cast<ptrdiff_t>(points.bucket_from[*i]);
      stream.buckets.insert(stream.buckets.end(), bucket, bucket + static_cast<ptrdiff_t>(width));
    }
  }
  for (const auto& [point, exemplar] : points.exemplars) streams[points.stream[point]].exemplars.push_back(exemplar);
  points = Points{};
}

Merge::Merge(Signal signal) : state_(std::make_unique<State>(signal)) {}
Merge::~Merge() = default;

void Merge::add(const Part& part, double share) {
  if (state_->signal == Signal::spans) state_->add_spans(part.spans, share);
  if (state_->signal == Signal::logs) state_->add_logs(part.logs, share);
  if (state_->signal == Signal::metrics) state_->add_points(part, share);
}

std::shared_ptr<const void> Merge::finish() {
  State& state = *state_;
  if (state.spans->attr_from.empty()) state.spans->attr_from.push_back(0);
  if (state.logs->attr_from.empty()) state.logs->attr_from.push_back(0);
  if (state.signal == Signal::spans) return std::shared_ptr<const Spans>(std::move(state.spans));
  if (state.signal == Signal::logs) return std::shared_ptr<const Logs>(std::move(state.logs));
  state.sort_points();
  return std::shared_ptr<const Metrics>(std::move(state.metrics));
}

}  // namespace inquest::otlp
