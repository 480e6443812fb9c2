// Log records: of traces, searched, counted over time.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"
#include "runtime/connectors/otlp/log_view.h"

namespace inquest::otlp {

namespace {

Answer logs_frame(const Asking& asking, const LogView& view, const std::vector<uint32_t>& rows, Marks marks) {
  const Logs& logs = view.logs;
  const std::vector<Stretch> windows = stretches(asking.ask);
  FrameBuilder frame(Shape::logs);
  frame.head().add("time", ColumnType::time).add("severity", ColumnType::text).add("body", ColumnType::text);
  frame.add("trace_id", ColumnType::text).add("span_id", ColumnType::text).add("attributes", ColumnType::text);
  if (asking.ask.then) frame.add("window", ColumnType::text);
  for (const uint32_t row : rows) {
    put_head(frame, view.heads[logs.resource[row]]);
    frame.integer(4, logs.time[row]);
    if (const std::string severity = view.severity(row); !severity.empty()) frame.text(5, severity);
    if (logs.body[row] != no_text) frame.text(6, logs.texts[logs.body[row]]);
    if (logs.trace[row] != Spans::Id{0, 0}) frame.text(7, hex(logs.trace[row]));
    if (logs.span[row] != 0) frame.text(8, hex(logs.span[row]));
    frame.text(9, attributes_json(logs.texts, logs.attributes.data() + logs.attr_from[row],
                                  logs.attributes.data() + logs.attr_from[row + 1]));
    if (asking.ask.then) frame.text(10, windows[static_cast<size_t>(stretch_of(windows, logs.time[row]))].name);
    frame.end_row();
  }
  frame.marks() = std::move(marks);
  return frame.finish();
}

// Rows in the order of time (equal times in the order of the files), at most `limit`.
Answer first_in_time(const Asking& asking, const LogView& view, std::vector<uint32_t> rows, size_t limit, Marks marks) {
  std::stable_sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) { return view.logs.time[a] < view.logs.time[b]; });
  if (rows.size() > limit) {
    marks.limited = count(static_cast<int64_t>(limit)) + " of " + count(static_cast<int64_t>(rows.size())) + " records, first in time";
    rows.resize(limit);
  }
  return logs_frame(asking, view, rows, std::move(marks));
}

}  // namespace

Answer logs_of_traces(const Asking& asking, const Logs& logs) {
  const LogView view(logs, asking.aliases, asking.ask);
  std::set<std::pair<uint64_t, uint64_t>> wanted;
  const std::vector<std::string> texts = texts_of(asking.ask, "traces");
  size_t wrong = 0;
  for (const std::string& text : texts) {
    if (const auto id = trace_id(text)) wanted.emplace(id->high, id->low);
    else ++wrong;
  }
  if (wrong > 0 && wanted.empty())
    return Failure{Failure::Class::rejected, "`" + printable(texts.front(), 60) + "` is no trace id",
                   "trace ids are up to 32 hexadecimal digits"};
  std::vector<uint32_t> rows;
  std::set<std::pair<uint64_t, uint64_t>> found;
  for (size_t row = 0; row < logs.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    const std::pair id(logs.trace[row].high, logs.trace[row].low);
    if (!wanted.count(id) || !view.holds(row)) continue;
    found.insert(id);
    rows.push_back(static_cast<uint32_t>(row));
  }
  Marks marks;
  if (found.size() < wanted.size())
    marks.notes.push_back(count(static_cast<int64_t>(wanted.size() - found.size())) + " of " +
                          count(static_cast<int64_t>(wanted.size())) + " traces have no log record in the scope");
  return first_in_time(asking, view, std::move(rows), limit_of(asking.ask, 5000), std::move(marks));
}

Answer logs_search(const Asking& asking, const Logs& logs) {
  const LogView view(logs, asking.aliases, asking.ask);
  const std::string& text = option_text(asking.ask, "text");
  std::vector<uint32_t> rows;
  for (size_t row = 0; row < logs.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    if (!view.holds(row)) continue;
    if (!text.empty() && (logs.body[row] == no_text || logs.texts[logs.body[row]].find(text) == std::string_view::npos)) continue;
    rows.push_back(static_cast<uint32_t>(row));
  }
  return first_in_time(asking, view, std::move(rows), limit_of(asking.ask, 200), {});
}

Answer logs_count(const Asking& asking, const Logs& logs) {
  const LogView view(logs, asking.aliases, asking.ask);
  const std::vector<std::string> by = texts_of(asking.ask, "by");
  const std::vector<Stretch> windows = stretches(asking.ask);
  const int64_t width = bucket_width(asking.ask);
  size_t cells = 0;
  for (const Stretch& one : windows) cells += static_cast<size_t>(std::max<int64_t>(0, (one.window.length().ns + width - 1) / width));
  std::vector<std::string> labels;                       // head columns are there anyway
  for (const std::string& name : by)
    if (name != "service" && name != "namespace" && name != "instance" && name != "version") labels.push_back(name);

  using Group = std::pair<Head, std::vector<std::optional<std::string>>>;
  std::map<Group, std::map<int64_t, int64_t>> groups;
  for (size_t row = 0; row < logs.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    if (!view.holds(row)) continue;
    Group group{view.heads[logs.resource[row]], {}};
    for (const std::string& label : labels) {
      if (label == "severity") {
        const std::string severity = view.severity(row);
        group.second.push_back(severity.empty() ? std::nullopt : std::optional(severity));
      } else {
        const Cell* cell = view.attribute(row, label);
        group.second.push_back(cell ? std::optional(cell_text(logs.texts, *cell)) : std::nullopt);
      }
    }
    const Window& window = windows[static_cast<size_t>(stretch_of(windows, logs.time[row]))].window;
    ++groups[std::move(group)][bucket_start(window, width, logs.time[row])];
  }
  if (cells > 0 && groups.size() > 5'000'000 / cells)
    return Failure{Failure::Class::too_large, count(static_cast<int64_t>(groups.size())) + " groups in " + count(static_cast<int64_t>(cells)) + " buckets",
                   "fewer attributes in `by`, or a longer `every`"};
  FrameBuilder frame(Shape::series);
  frame.head();
  for (const std::string& label : labels) frame.add(label == "time" || label == "value" || label == "window" ? "label." + label : label, ColumnType::text);
  if (asking.ask.then) frame.add("window", ColumnType::text);
  frame.add("time", ColumnType::time).add("value", ColumnType::float64);
  for (const auto& [group, counts] : groups) {
    for (const Stretch& one : windows) {
      for (int64_t at = one.window.from.ns; at < one.window.to.ns; at += width) {  // no record is 0, not absent
        put_head(frame, group.first);
        size_t column = 4;
        for (const auto& label : group.second) {
          if (label) frame.text(column, *label);
          ++column;
        }
        if (asking.ask.then) frame.text(column++, one.name);
        frame.integer(column++, at);
        const auto found = counts.find(at);
        frame.number(column, found == counts.end() ? 0.0 : static_cast<double>(found->second));
        frame.end_row();
        if (at > INT64_MAX - width) break;
      }
    }
  }
  frame.marks().notes.push_back("records per " + print_duration(Duration{width}));
  return frame.finish();
}

}  // namespace inquest::otlp
