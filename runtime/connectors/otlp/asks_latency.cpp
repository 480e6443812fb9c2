// Latency of spans as mergeable log buckets per operation, kind and bucket of time.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>
#include <tuple>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"
#include "runtime/connectors/otlp/runs.h"
#include "runtime/frame/kernels/loghist.h"

namespace inquest::otlp {

namespace {

constexpr size_t poll_every = 1 << 16;
constexpr uint32_t root = 6;                             // a kind of ours: an entry span that says no kind
constexpr int bucket_bits = 12;                          // log buckets are −1 to 4 031

const char* kind_text(uint32_t kind) { return kind == root ? "root" : kind_name(static_cast<uint8_t>(kind)); }

struct Group {
  uint32_t head, name, kind, stretch;
  int64_t time;
  bool operator==(const Group&) const = default;
  size_t hash() const {
    uint64_t h = (uint64_t{head} << 32 | name) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 29 ^ (static_cast<uint64_t>(time) + kind * 7 + stretch)) * 0xc2b2ae3d27d4eb4fu;
    return static_cast<size_t>(h ^ h >> 32);
  }
};
struct Counted {
  uint64_t key = 0;                                      // group, log bucket
  int64_t count = 0, errors = 0, sum = 0;
  bool operator==(const Counted& other) const { return key == other.key; }
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

  Numbered<Group> groups;
  Numbered<Counted> cells;
  int64_t skewed = 0;
  for (size_t row = 0; row < spans.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    const int stretch = stretch_of(windows, spans.start[row]);
    if (stretch < 0 || !filter.holds(row)) continue;
    const int64_t duration = spans.duration[row];
    if (duration < 0) ++skewed;
    const uint32_t kind = spans.kind[row] <= 1 && view.entry(row) ? root : spans.kind[row];
    const uint32_t group = groups({head_id[spans.resource[row]], spans.name[row], kind, static_cast<uint32_t>(stretch),
                                   bucket_start(windows[static_cast<size_t>(stretch)].window, width, spans.start[row])});
    Counted& cell = cells.all[cells({uint64_t{group} << bucket_bits | static_cast<uint64_t>(log_bucket(duration) + 1)})];
    ++cell.count;
    cell.errors += spans.status[row] == 2;
    if (duration > 0) cell.sum += duration;
  }

  std::vector<uint32_t> order(groups.all.size()), place(groups.all.size());
  for (uint32_t g = 0; g < order.size(); ++g) order[g] = g;
  std::sort(order.begin(), order.end(), [&](uint32_t x, uint32_t y) {
    const Group &a = groups.all[x], &b = groups.all[y];
    if (a.head != b.head) return head_place[a.head] < head_place[b.head];
    if (a.name != b.name) return spans.texts[a.name] < spans.texts[b.name];
    if (a.kind != b.kind) return std::string_view(kind_text(a.kind)) < std::string_view(kind_text(b.kind));
    return std::tie(a.stretch, a.time) < std::tie(b.stretch, b.time);
  });
  for (uint32_t n = 0; n < order.size(); ++n) place[order[n]] = n;
  constexpr uint64_t bucket_mask = (uint64_t{1} << bucket_bits) - 1;
  for (Counted& cell : cells.all) cell.key = uint64_t{place[cell.key >> bucket_bits]} << bucket_bits | (cell.key & bucket_mask);
  std::sort(cells.all.begin(), cells.all.end(), [](const Counted& a, const Counted& b) { return a.key < b.key; });

  RunBuilder frame(Shape::latency);
  frame.head().add("operation", ColumnType::text).add("kind", ColumnType::text).add("time", ColumnType::time);
  frame.add("bucket", ColumnType::int64).add("count", ColumnType::int64).add("errors", ColumnType::int64);
  frame.add("sum", ColumnType::duration);
  if (asking.ask.then) frame.add("window", ColumnType::text);
  uint64_t last = UINT64_MAX;
  for (const Counted& cell : cells.all) {
    const Group& group = groups.all[order[cell.key >> bucket_bits]];
    if (cell.key >> bucket_bits != last) {
      last = cell.key >> bucket_bits;
      frame.run();
      frame.head(*heads[group.head]);
      frame.text(4, spans.texts[group.name]);
      frame.text(5, kind_text(group.kind));
      if (asking.ask.then) frame.text(11, windows[group.stretch].name);
    }
    frame.integer(6, group.time);
    frame.integer(7, static_cast<int64_t>(cell.key & bucket_mask) - 1);
    frame.integer(8, cell.count);
    frame.integer(9, cell.errors);
    frame.integer(10, cell.sum);
    frame.end_row();
  }
  frame.marks().notes.push_back("buckets of " + print_duration(Duration{width}) + "; durations within " +
                                human(loghist_error, "share"));
  if (skewed > 0) frame.marks().notes.push_back(count(skewed) + " spans end before they start (skewed clocks)");
  return frame.finish();
}

}  // namespace inquest::otlp
