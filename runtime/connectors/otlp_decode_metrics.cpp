// Metrics: resourceMetrics into points and the streams that they belong to.
// SPDX-License-Identifier: Apache-2.0
//
// What makes a stream (metric name, temporality, scope, resource) may stand after the points, so points wait in `pending`
// until the object of their resource ends.
#include <cstring>

#include "runtime/connectors/otlp_decode_work.h"

namespace inquest::otlp {
namespace {

constexpr const char* temporalities[] = {"UNSPECIFIED", "DELTA", "CUMULATIVE"};

uint64_t mix(uint64_t state, uint64_t word) {
  state = (state ^ word) * 0x9e3779b97f4a7c15u;
  return state ^ state >> 32;
}

}  // namespace

bool Decoder::Work::resource_metrics() {
  return walk.array([&] {
    uint32_t row = no_text;
    const bool whole = walk.object([&](std::string_view key) {
      if (is(key, "resource")) return resource(row);
      if (is(key, "scopeMetrics") || is(key, "instrumentationLibraryMetrics")) return scope_metrics();
      return walk.skip();
    });
    if (whole) flush_points(row == no_text ? empty_resource() : row);
    return whole;
  });
}

bool Decoder::Work::scope_metrics() {
  return walk.array([&] {
    const size_t from = pending_metrics.size();
    TextId name = no_text;
    const bool whole = walk.object([&](std::string_view key) {
      if (is(key, "metrics")) return walk.array([&] { return metric(); });
      if (is(key, "scope") || is(key, "instrumentationLibrary")) return scope(name);
      return walk.skip();
    });
    for (size_t i = from; i < pending_metrics.size(); ++i) pending_metrics[i].descriptor.scope = name;
    return whole;
  });
}

bool Decoder::Work::metric() {
  const bool outer_wrong = walk.wrong;
  walk.wrong = false;
  Descriptor made{no_text, no_text, no_text, Stream::Kind::gauge, 0, false};
  const size_t from = pending.size();
  const bool whole = walk.object([&](std::string_view key) {
    std::string_view text;
    if (is(key, "name")) return walk.text(text) && (made.name = text.empty() ? no_text : texts->intern(text), true);
    if (is(key, "unit")) return walk.text(text) && (made.unit = texts->intern(text), true);
    Stream::Kind kind;
    if (is(key, "gauge")) kind = Stream::Kind::gauge;
    else if (is(key, "sum")) kind = Stream::Kind::sum;
    else if (is(key, "histogram")) kind = Stream::Kind::histogram;
    else if (is(key, "exponentialHistogram")) kind = Stream::Kind::exponential;
    else if (is(key, "summary")) kind = Stream::Kind::summary;
    else return walk.skip();
    if (walk.is_null()) return walk.skip();
    pending.resize(from);  // one kind of data a metric: the last one counts
    made.kind = kind;
    return metric_data(made);
  });
  if (!whole) return false;
  const char* why = walk.wrong ? "a field of a metric has another type than OTLP says"
                    : made.name == no_text ? "a metric without name" : nullptr;
  walk.wrong = outer_wrong;
  if (why != nullptr) {
    pending.resize(from);
    bad_record(why);
    walk.wrong = outer_wrong;
    return true;
  }
  if (made.unit == no_text) made.unit = texts->intern("");
  pending_metrics.push_back({made, from, pending.size()});
  return true;
}

bool Decoder::Work::metric_data(Descriptor& descriptor) {
  return walk.object([&](std::string_view key) {
    if (is(key, "dataPoints")) return walk.array([&] { return point(descriptor.kind); });
    if (is(key, "aggregationTemporality")) {
      return enumeration(descriptor.temporality, "AGGREGATION_TEMPORALITY_", temporalities, std::size(temporalities));
    }
    if (is(key, "isMonotonic")) return walk.is_null() ? walk.skip() : walk.boolean(descriptor.monotonic);
    return walk.skip();
  });
}

bool Decoder::Work::point(Stream::Kind kind) {
  const bool outer_wrong = walk.wrong;
  walk.wrong = false;
  const bool single = kind == Stream::Kind::gauge || kind == Stream::Kind::sum;
  Pending made{no_text, no_text, 0, 0, 0, 0, 0, pending_buckets.size(), 0};
  bool has_value = false;
  int64_t flags = 0;
  const bool whole = walk.object([&](std::string_view key) {
    switch (key.size()) {
      case 3:
        if (is(key, "sum") && !single) return walk.number(made.value);
        break;
      case 5:
        if (is(key, "asInt")) {
          if (walk.is_null()) return walk.skip();
          int64_t number = 0;
          if (!walk.integer(number)) return false;
          made.value = static_cast<double>(number), made.is_int = 1;
          return has_value = true;
        }
        if (is(key, "flags")) return walk.integer(flags);
        if (is(key, "count") && !single) return has_value = true, walk.integer(made.count);
        break;
      case 8:
        if (is(key, "asDouble")) {
          if (walk.is_null()) return walk.skip();
          made.is_int = 0;
          return has_value = true, walk.number(made.value);
        }
        break;
      case 10:
        if (is(key, "attributes")) return point_set(made.set);
        break;
      case 12:
        if (is(key, "timeUnixNano")) return walk.integer(made.time);
        if (is(key, "bucketCounts") && kind == Stream::Kind::histogram) {
          pending_buckets.resize(made.bucket_from);
          return walk.array([&] {
            int64_t number = 0;
            if (!walk.integer(number)) return false;
            pending_buckets.push_back(number);
            return true;
          });
        }
        break;
      case 14:
        if (is(key, "explicitBounds") && kind == Stream::Kind::histogram) return point_bounds(made.bounds);
        break;
      case 17:
        if (is(key, "startTimeUnixNano")) return walk.integer(made.start);
        break;
      default: break;
    }
    return walk.skip();
  });
  if (!whole) return false;
  if (kind == Stream::Kind::histogram) {
    const size_t inner = made.bounds == no_text ? 0 : bounds[made.bounds].size();
    if (pending_buckets.size() == made.bucket_from && inner == 0) pending_buckets.push_back(made.count);
    if (pending_buckets.size() - made.bucket_from != inner + 1) walk.wrong = true;
  }
  made.bucket_to = pending_buckets.size();
  const bool nothing_recorded = !walk.wrong && (flags & 1) != 0;
  const char* why = walk.wrong       ? "a field of a point has another type than OTLP says"
                    : made.time <= 0 ? "a point without a time"
                    : !has_value     ? "a point without a value" : nullptr;
  walk.wrong = outer_wrong;
  if (nothing_recorded || why != nullptr) {
    pending_buckets.resize(made.bucket_from);
    if (nothing_recorded) odd(Oddity::no_value_recorded);
    else bad_record(why), walk.wrong = outer_wrong;
    return true;
  }
  if (kind == Stream::Kind::exponential) odd(Oddity::exponential);
  if (kind == Stream::Kind::summary) odd(Oddity::summary);
  pending.push_back(made);
  return true;
}

// The attributes of a point as a row of `sets`.
bool Decoder::Work::point_set(uint32_t& row) {
  if (walk.peek() != '[') return walk.other();
  const auto* begin = walk.mark();
  const char* from = walk.position();
  if (!walk.skip()) return false;
  const TextId seen = seen_sets.intern(walk.since(from));
  if (seen >= set_of.size()) set_of.resize(seen + 1, no_text);
  if (set_of[seen] != no_text) return row = set_of[seen], true;
  walk.back(begin);
  Resource made;
  if (!attributes(made.attributes)) return false;
  if (walk.wrong) return true;
  canonical(made.attributes);
  return row = set_of[seen] = set_index.find_or_add(sets, std::move(made)), true;
}

bool Decoder::Work::point_bounds(uint32_t& row) {
  if (walk.peek() != '[') return walk.other();
  const auto* begin = walk.mark();
  const char* from = walk.position();
  if (!walk.skip()) return false;
  const TextId seen = seen_bounds.intern(walk.since(from));
  if (seen >= bounds_of.size()) bounds_of.resize(seen + 1, no_text);
  if (bounds_of[seen] != no_text) return row = bounds_of[seen], true;
  walk.back(begin);
  std::vector<double> made;
  const bool whole = walk.array([&] {
    double number = 0;
    if (!walk.number(number)) return false;
    if (!made.empty() && !(number > made.back())) walk.wrong = true;
    made.push_back(number);
    return true;
  });
  if (!whole || walk.wrong) return whole;
  for (row = 0; row < bounds.size() && bounds[row] != made;) ++row;
  if (row == bounds.size()) bounds.push_back(std::move(made));
  bounds_of[seen] = row;
  return true;
}

void Decoder::Work::flush_points(uint32_t resource_row) {
  Points& points = part->points;
  for (const PendingMetric& metric : pending_metrics) {
    const Descriptor& is = metric.descriptor;
    uint64_t hash = mix(mix(is.name, is.unit), is.scope);
    hash = mix(hash, static_cast<uint64_t>(is.kind) << 16 | is.temporality << 8 | (is.monotonic ? 1 : 0));
    uint32_t descriptor = descriptor_index.find(hash, [&](uint32_t row) { return descriptors[row] == is; });
    if (descriptor == no_text) {
      descriptor = static_cast<uint32_t>(descriptors.size());
      descriptors.push_back(is);
      descriptor_index.add(hash, descriptor);
    }
    for (size_t i = metric.point_from; i < metric.point_to; ++i) {
      const Pending& point = pending[i];
      const StreamKey key{descriptor, resource_row, point.set, point.bounds};
      const uint64_t of = mix(mix(mix(descriptor, resource_row), point.set), point.bounds);
      uint32_t stream = stream_index.find(of, [&](uint32_t row) { return stream_keys[row] == key; });
      if (stream == no_text) {
        stream = static_cast<uint32_t>(stream_keys.size());
        stream_keys.push_back(key);
        stream_index.add(of, stream);
        Stream made{};
        made.metric = is.name, made.unit = is.unit, made.scope = is.scope, made.resource = resource_row;
        made.kind = is.kind, made.temporality = is.temporality, made.monotonic = is.monotonic;
        if (point.set != no_text) made.attributes = sets[point.set].attributes;
        if (point.bounds != no_text) made.bounds = bounds[point.bounds];
        part->metrics.streams.push_back(std::move(made));
      }
      seen_time(point.time);
      points.stream.push_back(stream);
      points.time.push_back(point.time);
      points.start.push_back(point.start);
      points.value.push_back(point.value);
      points.is_int.push_back(point.is_int);
      points.count.push_back(point.count);
      points.bucket_from.push_back(points.buckets.size());
      points.buckets.insert(points.buckets.end(), pending_buckets.begin() + static_cast<ptrdiff_t>(point.bucket_from),
                            pending_buckets.begin() + static_cast<ptrdiff_t>(point.bucket_to));
    }
  }
  pending.clear();
  pending_metrics.clear();
  pending_buckets.clear();
}

}  // namespace inquest::otlp
