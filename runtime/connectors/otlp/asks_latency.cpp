// Latency of spans as mergeable log buckets per operation, kind and bucket of time.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"
#include "runtime/connectors/otlp/runs.h"
#include "runtime/frame/kernels/loghist.h"

namespace inquest::otlp {

namespace {

constexpr uint32_t root = 6;                             // a kind of ours: an entry span that says no kind
constexpr int bucket_bits = 12;                          // log buckets are −1 to 4 031
constexpr uint64_t bucket_mask = (uint64_t{1} << bucket_bits) - 1;

const char* kind_text(uint32_t kind) { return kind == root ? "root" : kind_name(static_cast<uint8_t>(kind)); }

// A frame of more rows than both is told in coarser buckets, as far as it takes: half as many an octave, again half, then
// of twice the width of time (unless the ask says `every`; no wider, for onsets are read from them). Rows are counted, so
// what the frame holds depends on the spans alone.
constexpr size_t most_rows = 20'000, most_rows_each = 1'000;  // the second: of each operation and kind
constexpr int log_steps = 2, time_steps = 1;
const double errors[] = {loghist_error, 0.016, 0.032};

struct BucketSeries {                                          // what buckets are counted of
  uint32_t head, name, kind, stretch;
  bool operator==(const BucketSeries&) const = default;
  size_t hash() const {
    uint64_t h = (uint64_t{head} << 32 | name) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 29 ^ (kind * 7 + stretch)) * 0xc2b2ae3d27d4eb4fu;
    return static_cast<size_t>(h ^ h >> 32);
  }
};
struct Group {
  uint32_t series;
  int64_t time;                                          // number of the bucket in its stretch
  bool operator==(const Group&) const = default;
  size_t hash() const {
    const uint64_t h = (static_cast<uint64_t>(time) ^ uint64_t{series} << 40 ^ series) * 0x9e3779b97f4a7c15u;
    return static_cast<size_t>(h ^ h >> 32);
  }
};
struct CountedGroup {
  uint64_t key = 0;                                      // group, log bucket
  int64_t count = 0, errors = 0, sum = 0;
  bool operator==(const CountedGroup& other) const { return key == other.key; }
  size_t hash() const {
    const uint64_t h = key * 0x9e3779b97f4a7c15u;
    return static_cast<size_t>(h ^ h >> 29);
  }
};

// Values in the order in which they came first, found by open addressing.
template <class T>
class Numbered final {
 public:
  uint32_t operator()(const T& wanted) {
    if ((all.size() + 1) * 2 > slots_.size()) grow();
    size_t i = wanted.hash() & (slots_.size() - 1);
    for (; slots_[i] != no_text; i = (i + 1) & (slots_.size() - 1))
      if (all[slots_[i]] == wanted) return slots_[i];
    slots_[i] = static_cast<uint32_t>(all.size());
    all.push_back(wanted);
    return slots_[i];
  }
  std::vector<T> all;

 private:
  void grow() {
    slots_.assign(std::max<size_t>(4096, slots_.size() * 2), no_text);
    for (size_t n = 0; n < all.size(); ++n) {
      size_t i = all[n].hash() & (slots_.size() - 1);
      while (slots_[i] != no_text) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = static_cast<uint32_t>(n);
    }
  }
  std::vector<uint32_t> slots_;
};

// The counts of a frame, and how coarse they have become.
class Cells final {
 public:
  Cells(size_t most, bool wider) : most_(most), steps_(log_steps + (wider ? time_steps : 0)) {}
  void add(uint32_t series, int64_t time, int64_t duration, bool error) {
    const CountedGroup one{0, 1, error, std::max<int64_t>(0, duration)};
    add({series, time >> time_halved()}, coarse(log_bucket(duration)), one);
    while (cells_.all.size() > most_ && step_ < steps_) coarsen();
  }
  int log_halved() const { return std::min(step_, log_steps); }
  int time_halved() const { return std::max(0, step_ - log_steps); }
  std::vector<Group>& groups() { return groups_.all; }
  std::vector<CountedGroup>& all() { return cells_.all; }

 private:
  int64_t coarse(int64_t bucket) const {                 // the middle of those that became one
    const int bits = log_halved();
    return bits == 0 || bucket < 0 ? bucket : (bucket >> bits << bits) + (int64_t{1} << (bits - 1));
  }
  void add(const Group& group, int64_t bucket, const CountedGroup& what) {
    CountedGroup& cell = cells_.all[cells_({uint64_t{groups_(group)} << bucket_bits | static_cast<uint64_t>(bucket + 1)})];
    cell.count += what.count;
    cell.errors += what.errors;
    cell.sum += what.sum;
  }
  void coarsen() {
    const bool wider = ++step_ > log_steps;
    const std::vector<Group> groups = std::exchange(groups_, {}).all;
    const std::vector<CountedGroup> cells = std::exchange(cells_, {}).all;
    for (const CountedGroup& cell : cells) {
      const Group& group = groups[cell.key >> bucket_bits];
      add({group.series, group.time >> (wider ? 1 : 0)}, coarse(static_cast<int64_t>(cell.key & bucket_mask) - 1), cell);
    }
  }
  size_t most_;
  int steps_, step_ = 0;
  Numbered<Group> groups_;
  Numbered<CountedGroup> cells_;
};

}  // namespace

Answer spans_latency(const Asking& asking, const SpanView& view) {
  const Spans& spans = *view.spans;
  const SpanFilter filter(view, asking.ask);
  const std::vector<Stretch> windows = stretches(asking.ask);
  const int64_t width = bucket_width(asking.ask);
  std::map<Head, uint32_t> ids;
  std::vector<uint32_t> head_id;
  for (const Head& head : view.heads) head_id.push_back(ids.emplace(head, ids.size()).first->second);
  std::vector<const Head*> heads(ids.size());
  std::vector<uint32_t> head_place(ids.size());
  for (uint32_t n = 0; const auto& [head, id] : ids) {
    heads[id] = &head;
    head_place[id] = n++;
  }

  Numbered<BucketSeries> series;
  std::vector<uint32_t> series_of(spans.rows(), no_text);
  int64_t skewed = 0;
  BucketSeries last_series{no_text, no_text, 0, 0};
  uint32_t last_id = 0;
  for (size_t row = 0; row < spans.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    const int stretch = stretch_of(windows, spans.start[row]);
    if (stretch < 0 || !filter.holds(row)) continue;
    const uint32_t kind = spans.kind[row] <= 1 && view.entry(row) ? root : spans.kind[row];
    const BucketSeries one{head_id[spans.resource[row]], spans.name[row], kind, static_cast<uint32_t>(stretch)};
    if (!(one == last_series)) {
      last_id = series(one);
      last_series = one;
    }
    series_of[row] = last_id;
  }
  size_t operations = 0;                                 // of the last stretch, which is now
  for (const BucketSeries& one : series.all) operations += one.stretch + 1 == windows.size();
  Cells cells(std::max(most_rows, most_rows_each * operations), !duration_of(asking.ask, "every"));
  for (size_t row = 0; row < spans.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    const uint32_t id = series_of[row];
    if (id == no_text) continue;
    const int64_t duration = spans.duration[row], from = windows[series.all[id].stretch].window.from.ns;
    if (duration < 0) ++skewed;
    cells.add(id, (spans.start[row] - from) / width, duration, spans.status[row] == 2);
  }

  const std::vector<Group>& groups = cells.groups();
  std::vector<uint32_t> order(groups.size()), place(groups.size());
  for (uint32_t g = 0; g < order.size(); ++g) order[g] = g;
  std::sort(order.begin(), order.end(), [&](uint32_t x, uint32_t y) {
    const BucketSeries &a = series.all[groups[x].series], &b = series.all[groups[y].series];
    if (a.head != b.head) return head_place[a.head] < head_place[b.head];
    if (a.name != b.name) return spans.texts[a.name] < spans.texts[b.name];
    if (a.kind != b.kind) return std::string_view(kind_text(a.kind)) < std::string_view(kind_text(b.kind));
    return std::tie(a.stretch, groups[x].time) < std::tie(b.stretch, groups[y].time);
  });
  for (uint32_t n = 0; n < order.size(); ++n) place[order[n]] = n;
  for (CountedGroup& cell : cells.all()) cell.key = uint64_t{place[cell.key >> bucket_bits]} << bucket_bits | (cell.key & bucket_mask);
  std::sort(cells.all().begin(), cells.all().end(), [](const CountedGroup& a, const CountedGroup& b) { return a.key < b.key; });

  const int64_t wide = width << cells.time_halved();
  RunBuilder frame(Shape::latency);
  frame.head().add("operation", ColumnType::text).add("kind", ColumnType::text).add("time", ColumnType::time);
  frame.add("bucket", ColumnType::int64).add("count", ColumnType::int64).add("errors", ColumnType::int64);
  frame.add("sum", ColumnType::duration);
  if (asking.ask.then) frame.add("window", ColumnType::text);
  uint64_t last = UINT64_MAX;
  for (const CountedGroup& cell : cells.all()) {
    const Group& group = groups[order[cell.key >> bucket_bits]];
    const BucketSeries& one = series.all[group.series];
    if (cell.key >> bucket_bits != last) {
      last = cell.key >> bucket_bits;
      frame.run();
      frame.head(*heads[one.head]);
      frame.text(4, spans.texts[one.name]);
      frame.text(5, kind_text(one.kind));
      if (asking.ask.then) frame.text(11, windows[one.stretch].name);
    }
    frame.integer(6, windows[one.stretch].window.from.ns + group.time * wide);
    frame.integer(7, static_cast<int64_t>(cell.key & bucket_mask) - 1);
    frame.integer(8, cell.count);
    frame.integer(9, cell.errors);
    frame.integer(10, cell.sum);
    frame.end_row();
  }
  const double error = errors[cells.log_halved()];
  frame.marks().notes.push_back("buckets of " + print_duration(Duration{wide}) + "; durations within " + human(error, "share"));
  if (cells.log_halved() > 0) {
    frame.marks().notes.back() += ": coarser, for there are many";
    frame.marks().approximate = "log histogram, relative error " + human(error, "share");
  }
  if (skewed > 0) frame.marks().notes.push_back(count(skewed) + " spans end before they start (skewed clocks)");
  return frame.finish();
}

}  // namespace inquest::otlp
