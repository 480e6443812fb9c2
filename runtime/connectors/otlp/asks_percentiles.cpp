// Exact percentiles of the durations of spans by service and operation, in both windows.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"

namespace inquest::otlp {

namespace {


struct ValueGroup {
  std::optional<std::string> service, namespace_;
  std::string_view operation;
  int stretch = 0;
  auto operator<=>(const ValueGroup&) const = default;
};
struct CountedValues { int64_t n = 0, errors = 0, total = 0; };

// Numbers the pairs (resource, operation); several resources may share a group, so that a row costs one look-up of two
// integers and no text is compared.
class Numbering final {
 public:
  explicit Numbering(const SpanView& view) : view_(view) {}
  uint32_t operator()(size_t row, int stretch) {
    const Spans& spans = *view_.spans;
    const uint64_t key = (uint64_t{spans.resource[row]} << 33) ^ (uint64_t{spans.name[row]} << 1) ^ static_cast<uint64_t>(stretch);
    Slot& slot = slots_[(key * 0x9e3779b97f4a7c15u) >> 54];  // the last pair that fell here
    if (slot.key == key) return slot.group;
    const auto [at, fresh] = known_.try_emplace(key, 0);
    if (fresh) {
      const Head& head = view_.heads[spans.resource[row]];
      at->second = groups_.try_emplace(ValueGroup{head.service, head.namespace_, spans.texts[spans.name[row]], stretch},
                                       static_cast<uint32_t>(groups_.size())).first->second;
    }
    slot = {key, at->second};
    return at->second;
  }
  const std::map<ValueGroup, uint32_t>& groups() const { return groups_; }

 private:
  struct Slot { uint64_t key = UINT64_MAX; uint32_t group = 0; };
  const SpanView& view_;
  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  std::unordered_map<uint64_t, uint32_t> known_;
  std::map<ValueGroup, uint32_t> groups_;
};

}  // namespace

Answer spans_percentiles(const Asking& asking, const SpanView& view) {
  const Spans& spans = *view.spans;
  const SpanFilter filter(view, asking.ask);
  const std::vector<Stretch> windows = stretches(asking.ask);
  Numbering number(view);
  std::vector<uint32_t> group_of(spans.rows(), no_text);
  std::vector<CountedValues> sums;
  int64_t skewed = 0;
  for (size_t row = 0; row < spans.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    const int stretch = stretch_of(windows, spans.start[row]);
    if (stretch < 0 || !filter.holds(row)) continue;
    const uint32_t group = group_of[row] = number(row, stretch);
    if (group >= sums.size()) sums.resize(group + 1);
    CountedValues& sum = sums[group];
    ++sum.n;
    sum.errors += spans.status[row] == 2;
    if (spans.duration[row] > 0) sum.total += spans.duration[row];
    skewed += spans.duration[row] < 0;
  }
  std::vector<size_t> from(sums.size() + 1, 0);
  for (size_t g = 0; g < sums.size(); ++g) from[g + 1] = from[g] + static_cast<size_t>(sums[g].n);
  std::vector<int64_t> durations(from.back());
  std::vector<size_t> next(from.begin(), from.end() - 1);
  for (size_t row = 0; row < spans.rows(); ++row)
    if (group_of[row] != no_text) durations[next[group_of[row]]++] = spans.duration[row];

  FrameBuilder frame(Shape::table);
  frame.add("service", ColumnType::text).add("namespace", ColumnType::text).add("operation", ColumnType::text);
  frame.add("n", ColumnType::int64).add("errors", ColumnType::int64);
  for (const char* name : {"p50", "p95", "p99", "max", "total"}) frame.add(name, ColumnType::duration);
  if (asking.ask.then) frame.add("window", ColumnType::text);
  for (const auto& [group, id] : number.groups()) {
    if (auto failure = asking.stopped()) return *failure;
    if (group.service) frame.text(0, *group.service);
    if (group.namespace_) frame.text(1, *group.namespace_);
    frame.text(2, group.operation);
    frame.integer(3, sums[id].n);
    frame.integer(4, sums[id].errors);
    const auto first = durations.begin() + static_cast<std::ptrdiff_t>(from[id]);
    const auto last = durations.begin() + static_cast<std::ptrdiff_t>(from[id + 1]);
    auto rest = first;                                   // each quantile is looked for above the one before
    size_t column = 5;
    for (const int64_t hundredths : {50, 95, 99}) {
      const auto at = first + std::max<int64_t>(1, (hundredths * sums[id].n + 99) / 100) - 1;
      std::nth_element(rest, at, last);
      frame.integer(column++, *at);
      rest = at;
    }
    frame.integer(column++, *std::max_element(rest, last));
    frame.integer(column++, sums[id].total);
    if (asking.ask.then) frame.text(column, windows[static_cast<size_t>(group.stretch)].name);
    frame.end_row();
  }
  if (skewed > 0) frame.marks().notes.push_back(count(skewed) + " spans end before they start (skewed clocks)");
  return frame.finish();
}

}  // namespace inquest::otlp
