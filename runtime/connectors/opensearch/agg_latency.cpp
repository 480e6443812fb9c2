// spans.latency and spans.percentiles from cells that the server counted.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/agg.h"
#include "runtime/connectors/opensearch/agg_cells.h"
#include "runtime/connectors/opensearch/agg_rows.h"
#include "runtime/connectors/otlp/runs.h"
#include "runtime/frame/kernels/loghist.h"

namespace inquest::opensearch {

namespace {

// As the latency of files: coarser buckets above so many rows.
constexpr size_t most_rows = 20'000, most_rows_each = 1'000;
constexpr double errors[] = {loghist_error, 0.016, 0.032};

void put_skew(Marks& marks, const Layout& layout, int64_t skewed) {
  if (skewed > 0) marks.notes.push_back(count(skewed) + " spans end before they start (skewed clocks)");
  if (layout.has_duration() && layout.duration_unit > 1)
    marks.notes.push_back("the server keeps durations in whole " + print_duration(Duration{layout.duration_unit}));
}

class Latency final : public Work {
 public:
  Latency(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases, int64_t spans)
      : layout_(layout), aliases_(aliases), width_(otlp::bucket_width(ask)), cells_(ask, layout, aliases, spans, plan(ask)) {}
  std::vector<Search> round() override { return cells_.round(); }
  std::optional<Failure> take(std::vector<Reply> replies) override { return cells_.take(replies); }
  otlp::Answer answer(const otlp::Asking& asking) override;

 private:
  static Cells::Plan plan(const Ask& ask) {
    Cells::Plan plan;
    plan.width = otlp::bucket_width(ask);
    plan.most = [](size_t now) { return std::max(most_rows, most_rows_each * now); };
    plan.steps = otlp::duration_of(ask, "every") ? 2 : 3;
    return plan;
  }
  const Layout& layout_;
  const otlp::Aliases& aliases_;
  const int64_t width_;
  Cells cells_;
};

// A row of the frame: several groups of the server may be one (spellings of a kind, aliases of a service).
struct Told {
  const otlp::Head* head;
  const std::string* name;
  const std::string* kind;
  size_t part;
  int64_t time;
  int32_t bucket;
  auto key() const { return std::tie(*head, *name, *kind, part, time, bucket); }
};

otlp::Answer Latency::answer(const otlp::Asking& asking) {
  const std::vector<CellGroup>& groups = cells_.groups();
  std::vector<otlp::Head> heads;
  std::vector<std::string> names, kinds;
  for (const CellGroup& group : groups) {
    heads.push_back(cells_.heads().head(group.key, aliases_));
    names.push_back(member_text(group.key, "n"));
    kinds.push_back(cells_.kind(group));
  }
  std::vector<std::pair<Told, const Cell*>> rows;
  for (const Cell& cell : cells_.cells()) {
    const CellGroup& group = groups[cell.group];
    rows.push_back({{&heads[cell.group], &names[cell.group], &kinds[cell.group], group.part, cell.time, cell.bucket}, &cell});
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first.key() < b.first.key(); });

  const std::vector<otlp::Stretch> windows = otlp::stretches(asking.ask);
  const int64_t wide = width_ << cells_.time_halved();
  otlp::RunBuilder frame(Shape::latency);
  frame.head().add("operation", ColumnType::text).add("kind", ColumnType::text).add("time", ColumnType::time);
  frame.add("bucket", ColumnType::int64).add("count", ColumnType::int64).add("errors", ColumnType::int64);
  frame.add("sum", ColumnType::duration);
  if (asking.ask.then) frame.add("window", ColumnType::text);
  const Cell* last = nullptr;
  for (size_t i = 0; i < rows.size();) {
    const Told& told = rows[i].first;
    int64_t n = 0, failed = 0, sum = 0;
    const Cell* cell = rows[i].second;
    for (; i < rows.size() && rows[i].first.key() == told.key(); ++i) {
      n += rows[i].second->count;
      failed += rows[i].second->errors;
      sum += rows[i].second->sum;
    }
    if (!last || last->group != cell->group || last->time != cell->time) {
      frame.run();
      frame.head(*told.head);
      frame.text(4, *told.name);
      frame.text(5, *told.kind);
      if (asking.ask.then) frame.text(11, windows[told.part].name);
      last = cell;
    }
    frame.integer(6, windows[told.part].window.from.ns + told.time * wide);
    frame.integer(7, told.bucket);
    frame.integer(8, n);
    frame.integer(9, failed);
    frame.integer(10, sum);
    frame.end_row();
  }
  const double error = errors[cells_.log_halved()];
  Marks& marks = frame.marks();
  marks.notes.push_back("buckets of " + print_duration(Duration{wide}) + "; durations within " + human(error, "share"));
  if (cells_.log_halved() > 0) {
    marks.notes.back() += ": coarser, for there are many";
    marks.approximate = "log histogram, relative error " + human(error, "share");
  }
  put_skew(marks, layout_, cells_.skewed());
  cells_.remarks().put(marks);
  return frame.finish();
}

class Percentiles final : public Work {
 public:
  Percentiles(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases, int64_t spans)
      : layout_(layout), aliases_(aliases), cells_(ask, layout, aliases, spans, plan()) {}
  std::vector<Search> round() override { return cells_.round(); }
  std::optional<Failure> take(std::vector<Reply> replies) override { return cells_.take(replies); }
  otlp::Answer answer(const otlp::Asking& asking) override;

 private:
  static Cells::Plan plan() {
    Cells::Plan plan;
    plan.of = Heads::Of::service;
    plan.kinds = plan.sums = false;
    return plan;
  }
  const Layout& layout_;
  const otlp::Aliases& aliases_;
  Cells cells_;
};

otlp::Answer Percentiles::answer(const otlp::Asking& asking) {
  struct Row { LogHistogram durations; int64_t n = 0, errors = 0, longest = 0, total = 0; };
  using Key = std::tuple<std::optional<std::string>, std::optional<std::string>, std::string, size_t>;
  std::map<Key, Row> rows;
  std::vector<Row*> of_group;
  for (size_t i = 0; i < cells_.groups().size(); ++i) {
    const CellGroup& group = cells_.groups()[i];
    const otlp::Head head = cells_.heads().head(group.key, aliases_);
    Row& row = rows[{head.service, head.namespace_, member_text(group.key, "n"), group.part}];
    row.n += group.count;
    row.errors += group.errors;
    row.total += cells_.sums()[i];
    row.longest = std::max(row.longest, cells_.longest()[i]);
    of_group.push_back(&row);
  }
  for (const Cell& cell : cells_.cells()) of_group[cell.group]->durations.add(cell.bucket, cell.count);

  const std::vector<otlp::Stretch> windows = otlp::stretches(asking.ask);
  FrameBuilder frame(Shape::table);
  frame.add("service", ColumnType::text).add("namespace", ColumnType::text).add("operation", ColumnType::text);
  frame.add("n", ColumnType::int64).add("errors", ColumnType::int64);
  for (const char* name : {"p50", "p95", "p99", "max", "total"}) frame.add(name, ColumnType::duration);
  if (asking.ask.then) frame.add("window", ColumnType::text);
  for (const auto& [key, row] : rows) {
    const auto& [service, namespace_, operation, part] = key;
    if (service) frame.text(0, *service);
    if (namespace_) frame.text(1, *namespace_);
    frame.text(2, operation);
    frame.integer(3, row.n);
    frame.integer(4, row.errors);
    size_t column = 5;
    for (const double q : {0.5, 0.95, 0.99}) frame.integer(column++, std::min(row.durations.quantile(q), row.longest));
    frame.integer(column++, row.longest);
    frame.integer(column++, row.total);
    if (asking.ask.then) frame.text(column, windows[part].name);
    frame.end_row();
  }
  frame.marks().approximate = "p50, p95 and p99 from a log histogram, relative error " + human(loghist_error, "share");
  put_skew(frame.marks(), layout_, cells_.skewed());
  cells_.remarks().put(frame.marks());
  return frame.finish();
}

}  // namespace

std::unique_ptr<Work> make_latency(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  if (!Scripts(layout).possible() || loose(parts_of(ask, layout, aliases))) return small_or(ask, layout, aliases, nullptr);
  const auto make = [&, ask](int64_t spans) { return std::make_unique<Latency>(ask, layout, aliases, spans); };
  if (count_first(layout)) return small_or(ask, layout, aliases, make, 0);
  return make(layout.rows);
}

std::unique_ptr<Work> make_percentiles(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  if (!Scripts(layout).possible()) return small_or(ask, layout, aliases, nullptr);
  return small_or(ask, layout, aliases, [&, ask](int64_t spans) { return std::make_unique<Percentiles>(ask, layout, aliases, spans); });
}

}  // namespace inquest::opensearch
