// Attributes of spans slower than a given duration beside the others: every value counted, in one pass.
// SPDX-License-Identifier: Apache-2.0
//
// The option slower_than of spans.contrast. A value is a text, a truth or a number as it was sent (200 and 200.0 are two);
// those in fewer than `least` spans now are left out. Nothing is ranked here.
#include <algorithm>
#include <bit>
#include <map>
#include <tuple>
#include <unordered_map>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"

namespace inquest::otlp {

namespace {


struct Population {
  std::optional<std::string> service, namespace_;
  std::string_view operation;
  auto operator<=>(const Population&) const = default;
};
struct CountedValue { int64_t slow[2] = {0, 0}, fast[2] = {0, 0}; };  // now, then

// Counts by (population, cell), open addressing; the first cell met stands for its value.
class Values final {
 public:
  struct Value {
    uint32_t population = no_text;
    Cell cell;
    CountedValue counted;
  };
  CountedValue& operator()(uint32_t population, const Cell& cell) {
    if (values_.size() * 2 >= slots_.size()) grow();
    size_t i = hash(population, cell) & (slots_.size() - 1);
    for (; slots_[i] != no_text; i = (i + 1) & (slots_.size() - 1)) {
      Value& value = values_[slots_[i]];
      if (value.population == population && same(value.cell, cell)) return value.counted;
    }
    slots_[i] = static_cast<uint32_t>(values_.size());
    values_.push_back({population, cell, {}});
    return values_.back().counted;
  }
  const std::vector<Value>& all() const { return values_; }

 private:
  static uint64_t bits(const Cell& cell) {
    return cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::json ? cell.text : static_cast<uint64_t>(cell.integer);
  }
  static bool same(const Cell& a, const Cell& b) { return a.key == b.key && a.kind == b.kind && bits(a) == bits(b); }
  static size_t hash(uint32_t population, const Cell& cell) {
    uint64_t h = (bits(cell) ^ uint64_t{cell.key} << 32 ^ static_cast<uint64_t>(cell.kind) << 61) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 29 ^ population) * 0xc2b2ae3d27d4eb4fu;
    return static_cast<size_t>(h ^ h >> 32);
  }
  void grow() {
    slots_.assign(std::max<size_t>(1024, slots_.size() * 4), no_text);
    for (size_t v = 0; v < values_.size(); ++v) {
      size_t i = hash(values_[v].population, values_[v].cell) & (slots_.size() - 1);
      while (slots_[i] != no_text) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = static_cast<uint32_t>(v);
    }
  }
  std::vector<Value> values_;
  std::vector<uint32_t> slots_;
};

}  // namespace

Answer spans_contrast_counts(const Asking& asking, const SpanView& view, Duration slower_than) {
  const Spans& spans = *view.spans;
  const Ask& ask = asking.ask;
  const SpanFilter filter(view, ask);
  const std::vector<Stretch> windows = stretches(ask);
  const Value* given = find(ask.args, "least");
  const double least = given ? given->number(5) : 5;
  const std::vector<std::string> names = texts_of(ask, "attributes");
  std::vector<uint8_t> chosen(spans.texts.size(), names.empty());
  for (const std::string& name : names)
    if (const TextId id = spans.texts.find(name); id != no_text) chosen[id] = 1;

  std::map<Population, uint32_t> populations;
  std::vector<CountedValue> rows;                             // per population
  std::unordered_map<uint64_t, uint32_t> known;          // (resource, name) → population
  uint64_t last_key = UINT64_MAX;
  uint32_t population = 0;
  Values values;
  for (size_t row = 0; row < spans.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    const int stretch = stretch_of(windows, spans.start[row]);
    if (stretch < 0 || !filter.holds(row)) continue;
    if (const uint64_t key = uint64_t{spans.resource[row]} << 32 | spans.name[row]; key != last_key) {
      const auto [at, fresh] = known.try_emplace(key, 0);
      if (fresh) {
        const Head& head = view.heads[spans.resource[row]];
        at->second = populations.try_emplace({head.service, head.namespace_, spans.texts[spans.name[row]]},
                                             static_cast<uint32_t>(populations.size())).first->second;
        rows.resize(populations.size());
      }
      last_key = key;
      population = at->second;
    }
    const size_t then = ask.then && stretch == 0;
    const bool slow = spans.duration[row] > slower_than.ns;
    const auto add = [&](CountedValue& counted) { ++(slow ? counted.slow : counted.fast)[then]; };
    add(rows[population]);
    for (uint64_t i = spans.attr_from[row]; i < spans.attr_from[row + 1]; ++i)
      if (const Cell& cell = spans.attributes[i]; chosen[cell.key]) add(values(population, cell));
  }

  std::vector<const Population*> who(populations.size());
  std::vector<uint32_t> place(populations.size());       // in the order of the frame
  for (uint32_t n = 0; const auto& [one, id] : populations) {
    place[id] = n++;
    who[id] = &one;
  }
  struct Told { uint32_t place; std::string_view attribute; std::string value; const Values::Value* counts; };
  std::vector<Told> told;
  int64_t left_out = 0;
  for (const Values::Value& value : values.all()) {
    const int64_t now = value.counted.slow[0] + value.counted.fast[0];
    if (now > 0 && static_cast<double>(now) >= least)
      told.push_back({place[value.population], spans.texts[value.cell.key], cell_text(spans.texts, value.cell), &value});
    else
      left_out += now > 0;
  }
  std::sort(told.begin(), told.end(), [](const Told& a, const Told& b) {
    return std::tie(a.place, a.attribute, a.value, a.counts->cell.kind) < std::tie(b.place, b.attribute, b.value, b.counts->cell.kind);
  });

  FrameBuilder frame(Shape::contrast);
  frame.head();
  for (const char* name : {"operation", "attribute", "value"}) frame.add(name, ColumnType::text);
  for (const char* name : {"slow", "fast", "slow_then", "fast_then", "slow_rows", "fast_rows", "slow_rows_then", "fast_rows_then"})
    frame.add(name, ColumnType::int64);
  const auto counts = [&](size_t column, const CountedValue& counted) {
    frame.integer(column, counted.slow[0]);
    frame.integer(column + 1, counted.fast[0]);
    if (!ask.then) return;
    frame.integer(column + 2, counted.slow[1]);
    frame.integer(column + 3, counted.fast[1]);
  };
  for (const Told& one : told) {
    const Population& of = *who[one.counts->population];
    if (of.service) frame.text(0, *of.service);
    if (of.namespace_) frame.text(1, *of.namespace_);
    frame.text(4, of.operation);
    frame.text(5, one.attribute);
    frame.text(6, one.value);
    counts(7, one.counts->counted);
    counts(11, rows[one.counts->population]);
    frame.end_row();
  }
  frame.marks().notes.push_back("slow is above " + print_duration(slower_than));
  if (left_out > 0) frame.marks().notes.push_back(count(left_out) + " values in fewer than " + human(least, "") + " spans left out");
  return frame.finish();
}

}  // namespace inquest::otlp
