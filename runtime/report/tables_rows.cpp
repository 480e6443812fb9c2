// Rows of spans, contrast, logs, templates and plain tables.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/tables_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "runtime/base/json.h"
#include "runtime/base/text.h"

namespace inquest {
namespace {

std::string of_all(size_t shown, size_t all, const std::string& what) {
  return shown < all
             ? fmt::format("{} of {} {}", count(static_cast<int64_t>(shown)), count(static_cast<int64_t>(all)), what)
             : "";
}

std::string cell(const Frame& frame, const char* name, size_t row) {
  const Column* const c = frame.column(name);
  return c ? cell_text(*c, row) : "–";
}

bool whole_numbers(const Column* c) {
  return c && (c->type == ColumnType::int64 || c->type == ColumnType::time || c->type == ColumnType::duration);
}

Table spans_table(const Frame& frame, size_t most) {
  const Column* const id = frame.column("trace_id");
  const Column* const start = frame.column("start");
  const Column* const took = frame.column("duration");
  if (!id || id->type != ColumnType::text || !whole_numbers(start) || !whole_numbers(took)) return {};
  struct Trace {
    std::string id;
    int64_t from = 0, longest = -1;
    std::string operation;
    size_t spans = 0, errors = 0;
    std::set<std::string> services;
  };
  std::vector<Trace> traces;
  std::map<std::string, size_t> index;
  const Column* const service = frame.column("service");
  const Column* const operation = frame.column("operation");
  const Column* const status = frame.column("status");
  const auto text = [](const Column* c, size_t r) {
    return c && c->type == ColumnType::text ? c->text(r) : std::string();
  };
  for (size_t r = 0; r < frame.rows; ++r) {
    const auto [at, fresh] = index.emplace(id->text(r), traces.size());
    if (fresh) traces.push_back({id->text(r), start->absent(r) ? 0 : start->integer(r), -1, "", 0, 0, {}});
    Trace& t = traces[at->second];
    ++t.spans;
    if (text(status, r) == "error") ++t.errors;
    t.services.insert(text(service, r));
    if (!start->absent(r)) t.from = std::min(t.from, start->integer(r));
    if (!took->absent(r) && took->integer(r) > t.longest) {
      t.longest = took->integer(r);
      t.operation = text(operation, r);
    }
  }
  Table out;
  out.columns = {{"trace"},       {"begins"},         {"longest span", true}, {"of"},
                 {"spans", true}, {"services", true}, {"errors", true}};
  for (size_t i = 0; i < traces.size() && i < most; ++i) {
    const Trace& t = traces[i];
    out.rows.push_back({t.id.substr(0, 12), print_clock({t.from}), t.longest < 0 ? "–" : human_ns(t.longest),
                        t.operation, count(static_cast<int64_t>(t.spans)),
                        count(static_cast<int64_t>(t.services.size())), count(static_cast<int64_t>(t.errors))});
  }
  out.note = of_all(out.rows.size(), traces.size(), "traces, in the order of the answer");
  return out;
}

Table contrast_table(const Frame& frame, size_t most) {
  std::vector<size_t> order;
  const Column* const slow = frame.column("slow");
  const Column* const fast = frame.column("fast");
  if (!slow || !fast) return {};
  for (size_t r = 0; r < frame.rows; ++r) order.push_back(r);
  const auto apart = [&](size_t r) {
    const double a = slow->number(r), b = fast->number(r);
    return std::isfinite(a) && std::isfinite(b) ? std::fabs(a - b) : 0;
  };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return apart(a) > apart(b); });
  if (order.size() > most) order.resize(most);
  Table out;
  out.columns = {{"operation"}, {"attribute"}, {"value"}, {"slow", true}, {"fast", true}};
  const bool then = frame.column("slow_then") && frame.column("fast_then");
  if (then) out.columns.insert(out.columns.end(), {{"slow before", true}, {"fast before", true}});
  for (const size_t r : order) {
    std::vector<std::string> row = {cell(frame, "operation", r), cell(frame, "attribute", r), cell(frame, "value", r),
                                    cell(frame, "slow", r), cell(frame, "fast", r)};
    if (row[2] == "–" && frame.column("numbers_slow")) row[2] = "(numbers)";
    if (then) {
      row.push_back(cell(frame, "slow_then", r));
      row.push_back(cell(frame, "fast_then", r));
    }
    out.rows.push_back(std::move(row));
  }
  out.note = of_all(out.rows.size(), frame.rows, "values: those with the greatest difference in counts");
  return out;
}

Table logs_table(const Frame& frame, size_t most) {
  Table out;
  out.columns = {{"time"}, {"service"}, {"severity"}, {"body"}};
  for (size_t r = 0; r < frame.rows && r < most; ++r)
    out.rows.push_back(
        {cell(frame, "time", r), cell(frame, "service", r), cell(frame, "severity", r), cell(frame, "body", r)});
  out.note = of_all(out.rows.size(), frame.rows, "records, in the order of the answer");
  return out;
}

Table templates_table(const Frame& frame, const Window& window, size_t most) {
  Table out;
  out.columns = {{"service"}, {"severity"}, {"before", true}, {"after", true}, {"over time", false, true}, {"message"}};
  for (size_t r = 0; r < frame.rows && r < most; ++r) {
    Points points;
    const Column* const counts = frame.column("counts");
    if (counts && counts->type == ColumnType::text && !counts->absent(r))
      if (const auto list = parse_json(counts->text(r), "counts"); list && list->is_array())
        for (size_t i = 0; i < list->size(); ++i) {
          const double at = (static_cast<double>(i) + 0.5) / static_cast<double>(list->size());
          const double v = json_number((*list)[i]);
          if (std::isfinite(v))
            points.emplace_back(window.from.ns + static_cast<int64_t>(at * static_cast<double>(window.length().ns)), v);
        }
    out.rows.push_back({cell(frame, "service", r), cell(frame, "severity", r), cell(frame, "before", r),
                        cell(frame, "after", r), sparkline(points, window), cell(frame, "template", r)});
  }
  out.note = of_all(out.rows.size(), frame.rows, "kinds of messages");
  return out;
}

Table plain_table(const Frame& frame, size_t most) {
  constexpr size_t widest = 8;
  Table out;
  std::vector<const Column*> shown;
  for (const Column& c : frame.columns) {
    bool any = false;
    for (size_t r = 0; r < frame.rows && !any; ++r) any = !c.absent(r);
    if (any && shown.size() < widest) shown.push_back(&c);
  }
  for (const Column* c : shown)
    out.columns.push_back({c->name, c->type != ColumnType::text && c->type != ColumnType::time});
  for (size_t r = 0; r < frame.rows && r < most; ++r) {
    std::vector<std::string> row;
    for (const Column* c : shown) row.push_back(cell_text(*c, r));
    out.rows.push_back(std::move(row));
  }
  out.note = of_all(out.rows.size(), frame.rows, "rows, in the order of the answer");
  if (shown.size() < frame.columns.size() && shown.size() == widest)
    out.note += fmt::format("{}{} of {} columns", out.note.empty() ? "" : "; ", widest, frame.columns.size());
  return out;
}

}  // namespace

std::string cell_text(const Column& column, size_t row) {
  if (column.absent(row)) return "–";
  switch (column.type) {
    case ColumnType::text: return column.text(row);
    case ColumnType::boolean: return column.integer(row) ? "true" : "false";
    case ColumnType::int64: return count(column.integer(row));
    case ColumnType::float64: return human(column.number(row), "");
    case ColumnType::time: return print_clock({column.integer(row)});
    case ColumnType::duration: return human_ns(column.integer(row));
    case ColumnType::null: break;
  }
  return "–";
}

Table rows_table(const Frame& frame, const Window& window, size_t most) {
  switch (frame.shape) {
    case Shape::spans: return spans_table(frame, most);
    case Shape::contrast: return contrast_table(frame, most);
    case Shape::logs: return logs_table(frame, most);
    case Shape::templates: return templates_table(frame, window, most);
    default: return plain_table(frame, most);
  }
}

}  // namespace inquest
