// Metrics: resourceMetrics into points and the streams that they belong to.
// SPDX-License-Identifier: Apache-2.0
//
// What makes a stream (metric name, temporality, scope, resource) may stand after the points, so points wait in `pending`
// until the object of their resource ends.
#include <bit>
#include <cstring>

#include "runtime/connectors/otlp_decode_work.h"

namespace inquest::otlp {
namespace {

constexpr int64_t most_counted = int64_t{1} << 53;
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
    drop_pending(from);  // one kind of data a metric: the last one counts
    made.kind = kind;
    return metric_data(made);
  });
  if (!whole) return false;
  const char* why = walk.wrong ? "a field of a metric has another type than OTLP says"
                    : made.name == no_text ? "a metric without name" : nullptr;
  walk.wrong = outer_wrong;
  if (why != nullptr) {
    drop_pending(from);
    bad_record(why);
    walk.wrong = outer_wrong;
    return true;
  }
  if (made.unit == no_text) made.unit = texts->intern("");
  pending_metrics.push_back({made, from, pending.size()});
  return true;
}

void Decoder::Work::drop_pending(size_t from) {
  pending.resize(from);
  while (!pending_exemplars.empty() && pending_exemplars.back().point >= from) pending_exemplars.pop_back();
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
  bool has_value = !single;                              // a count of 0 may be left out
  int64_t flags = 0;
  Exponential exponential;
  positive.clear();
  negative.clear();
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
        if (is(key, "count") && !single) return walk.integer(made.count);
        if (is(key, "scale")) return walk.integer(exponential.scale);
        break;
      case 8:
        if (is(key, "positive")) return exponential_side(exponential.positive_offset, positive);
        if (is(key, "negative")) return exponential_side(exponential.negative_offset, negative);
        if (is(key, "asDouble")) {
          if (walk.is_null()) return walk.skip();
          made.is_int = 0;
          return has_value = true, walk.number(made.value);
        }
        break;
      case 9:
        if (is(key, "exemplars")) return point_exemplars();
        if (is(key, "zeroCount")) return walk.integer(exponential.zero_count);
        break;
      case 10:
        if (is(key, "attributes")) return point_set(made.set);
        break;
      case 12:
        if (is(key, "timeUnixNano")) return walk.integer(made.time);
        if (is(key, "bucketCounts") && kind == Stream::Kind::histogram) {
          return point_counts(pending_buckets, made.bucket_from);
        }
        break;
      case 13:
        if (is(key, "zeroThreshold")) {
          double threshold = 0;
          if (!walk.number(threshold)) return false;
          if (!(threshold >= 0)) walk.wrong = true;
          return exponential.zero_threshold = std::bit_cast<int64_t>(threshold), true;
        }
        break;
      case 14:
        if (is(key, "quantileValues") && kind == Stream::Kind::summary) {
          pending_buckets.resize(made.bucket_from);
          return point_quantiles();
        }
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
  if (made.count < 0) walk.wrong = true;
  if (kind == Stream::Kind::exponential && !walk.wrong && !exponential_end(exponential, made.count)) walk.wrong = true;
  made.bucket_to = pending_buckets.size();
  const bool nothing_recorded = !walk.wrong && (flags & 1) != 0;
  const char* why = walk.wrong       ? "a field of a point has another type than OTLP says"
                    : made.time <= 0 ? "a point without a time"
                    : !has_value     ? "a point without a value" : nullptr;
  walk.wrong = outer_wrong;
  if (nothing_recorded || why != nullptr) {
    pending_buckets.resize(made.bucket_from);
    drop_pending(pending.size());
    if (nothing_recorded) odd(Oddity::no_value_recorded);
    else bad_record(why), walk.wrong = outer_wrong;
    return true;
  }
  pending.push_back(made);
  return true;
}

bool Decoder::Work::point_counts(std::vector<int64_t>& out, size_t from) {
  out.resize(from);
  return walk.array([&] {
    int64_t number = 0;
    if (!walk.integer(number)) return false;
    if (number < 0 || number > most_counted) walk.wrong = true;
    out.push_back(number);
    return true;
  });
}

bool Decoder::Work::exponential_side(int64_t& offset, std::vector<int64_t>& counts) {
  return walk.object([&](std::string_view key) {
    if (is(key, "offset")) return walk.integer(offset);
    if (is(key, "bucketCounts")) return point_counts(counts, 0);
    return walk.skip();
  });
}

// Puts the buckets of an exponential histogram behind `pending_buckets`; false when they cannot be.
bool Decoder::Work::exponential_end(Exponential& made, int64_t count) {
  if (made.scale < Exponential::least_scale || made.scale > Exponential::most_scale) return false;
  if (made.zero_count < 0 || made.zero_count > most_counted || count > most_counted) return false;
  for (auto [offset, counts] : {std::pair(&made.positive_offset, &positive), std::pair(&made.negative_offset, &negative)}) {
    while (!counts->empty() && counts->back() == 0) counts->pop_back();
    size_t empty = 0;
    while (empty < counts->size() && (*counts)[empty] == 0) ++empty;
    counts->erase(counts->begin(), counts->begin() + static_cast<ptrdiff_t>(empty));
    if (counts->empty()) *offset = 0, empty = 0;
    if (*offset < INT32_MIN || *offset > INT32_MAX) return false;
    *offset += static_cast<int64_t>(empty);
    if (*offset + static_cast<int64_t>(counts->size()) > INT32_MAX) return false;
  }
  int64_t all = made.zero_count;                         // so that no sum of buckets can overflow
  for (const auto* counts : {&positive, &negative})
    for (const int64_t one : *counts)
      if ((all += one) > most_counted) return false;
  made.positive = static_cast<int64_t>(positive.size());
  made.negative = static_cast<int64_t>(negative.size());
  const auto words = std::bit_cast<std::array<int64_t, Exponential::words>>(made);
  pending_buckets.insert(pending_buckets.end(), words.begin(), words.end());
  pending_buckets.insert(pending_buckets.end(), positive.begin(), positive.end());
  pending_buckets.insert(pending_buckets.end(), negative.begin(), negative.end());
  return true;
}

// Pairs of quantile and value, as the bits of doubles.
bool Decoder::Work::point_quantiles() {
  return walk.array([&] {
    double quantile = 0, value = 0;                      // a field that is 0 may be left out
    const bool whole = walk.object([&](std::string_view key) {
      if (is(key, "quantile")) return walk.number(quantile);
      if (is(key, "value")) return walk.number(value);
      return walk.skip();
    });
    if (!(quantile >= 0 && quantile <= 1)) walk.wrong = true;
    pending_buckets.push_back(std::bit_cast<int64_t>(quantile + 0.0));
    pending_buckets.push_back(std::bit_cast<int64_t>(value));
    return whole;
  });
}

// Exemplars that name a trace. They are never what makes a point bad.
bool Decoder::Work::point_exemplars() {
  const bool outer_wrong = walk.wrong;
  const bool whole = walk.array([&] {
    Exemplar made;
    uint64_t trace[2] = {0, 0};
    bool present = false;
    walk.wrong = false;
    const bool fields = walk.object([&](std::string_view key) {
      if (is(key, "traceId")) return hex(trace, 2, present);
      if (is(key, "spanId")) return hex(&made.span, 1, present);
      if (is(key, "timeUnixNano")) return walk.integer(made.time);
      if (is(key, "asDouble") || is(key, "asInt")) return walk.number(made.value);
      return walk.skip();
    });
    made.trace = {trace[0], trace[1]};
    if (fields && !walk.wrong && (trace[0] | trace[1]) != 0)
      pending_exemplars.push_back({static_cast<uint32_t>(pending.size()), made});
    return fields;
  });
  walk.wrong = outer_wrong;
  return whole;
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
  size_t exemplar = 0;
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
      for (; exemplar < pending_exemplars.size() && pending_exemplars[exemplar].point <= i; ++exemplar)
        points.exemplars.push_back({static_cast<uint32_t>(points.size()), pending_exemplars[exemplar].exemplar});
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
  pending_exemplars.clear();
}

}  // namespace inquest::otlp
