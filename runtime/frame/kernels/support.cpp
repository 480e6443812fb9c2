// Options, groups, series and result tables of the kernels.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/support.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/math.h"

namespace inquest {

namespace {

std::vector<std::string> known_options(const Kernel& kernel) {
  std::vector<std::string> known;
  for (const std::string& part : split(kernel.options, ','))
    if (const std::string name = trim(part); !name.empty()) known.push_back(name);
  return known;
}

}  // namespace

KernelOptions::KernelOptions(const Kernel& kernel, const Map& options) : kernel_(kernel.name), options_(options) {
  const std::vector<std::string> known = known_options(kernel);
  for (const auto& [name, value] : options) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    error_ = Error{Code::usage, "kernel " + kernel_ + " has no option `" + name + "`", "kernel." + kernel_,
                   did_you_mean(name, known)};
    return;
  }
}

void KernelOptions::wrong(const std::string& name, const std::string& what) {
  if (error_) return;
  const Value* value = find(options_, name);
  error_ = Error{Code::usage, "option `" + name + "` of kernel " + kernel_ + " must be " + what +
                 (value ? ", not " + print_value(*value) : std::string()), "kernel." + kernel_, "give " + what};
}

double KernelOptions::number(const std::string& name, double otherwise) {
  const Value* value = find(options_, name);
  if (!value || value->null()) return otherwise;
  if (!value->is<double>() && !value->is<int64_t>()) { wrong(name, "a number"); return otherwise; }
  const double n = value->number();
  if (!std::isfinite(n)) { wrong(name, "a finite number"); return otherwise; }
  return n;
}

int64_t KernelOptions::integer(const std::string& name, int64_t otherwise) {
  const double n = number(name, static_cast<double>(otherwise));
  if (n == std::floor(n) && std::fabs(n) <= 9e15) return static_cast<int64_t>(n);
  wrong(name, "a whole number");
  return otherwise;
}

bool KernelOptions::flag(const std::string& name, bool otherwise) {
  const Value* value = find(options_, name);
  if (!value || value->null()) return otherwise;
  if (const bool* b = value->get<bool>()) return *b;
  wrong(name, "true or false");
  return otherwise;
}

std::string KernelOptions::text(const std::string& name, const std::string& otherwise) {
  const Value* value = find(options_, name);
  if (!value || value->null()) return otherwise;
  if (const auto* t = value->get<std::string>()) return *t;
  wrong(name, "a text");
  return otherwise;
}

std::optional<Time> KernelOptions::time(const std::string& name) {
  const Value* value = find(options_, name);
  if (!value || value->null()) return std::nullopt;
  if (const Time* t = value->get<Time>()) return *t;
  if (const int64_t* ns = value->get<int64_t>()) return Time{*ns};
  if (const auto* t = value->get<std::string>())
    if (const Result<Time> parsed = parse_time(*t)) return *parsed;
  wrong(name, "a time");
  return std::nullopt;
}

std::optional<Duration> KernelOptions::duration(const std::string& name) {
  const Value* value = find(options_, name);
  if (!value || value->null()) return std::nullopt;
  if (const Duration* d = value->get<Duration>()) return *d;
  if (value->is<double>() || value->is<int64_t>()) {
    const double seconds = value->number();
    if (std::isfinite(seconds) && std::fabs(seconds) < 9e9) return Duration{static_cast<int64_t>(seconds * 1e9)};
  }
  if (const auto* t = value->get<std::string>())
    if (const Result<Duration> parsed = parse_duration(*t)) return *parsed;
  wrong(name, "a duration");
  return std::nullopt;
}

std::optional<std::vector<std::string>> KernelOptions::texts(const std::string& name) {
  const Value* value = find(options_, name);
  if (!value || value->null()) return std::nullopt;
  if (const auto* t = value->get<std::string>()) return std::vector<std::string>{*t};
  std::vector<std::string> result;
  if (const List* list = value->get<List>()) {
    for (const Value& item : *list) {
      if (!item.is<std::string>()) { wrong(name, "a list of texts"); return std::nullopt; }
      result.push_back(item.text());
    }
    return result;
  }
  if (const Map* map = value->get<Map>(); map && map->empty()) return result;  // {} of Lua
  wrong(name, "a list of texts");
  return std::nullopt;
}

std::vector<double> KernelOptions::numbers(const std::string& name, std::vector<double> otherwise) {
  const Value* value = find(options_, name);
  if (!value || value->null()) return otherwise;
  if (value->is<double>() || value->is<int64_t>()) return {value->number()};
  const List* list = value->get<List>();
  if (!list) { wrong(name, "a list of numbers"); return otherwise; }
  std::vector<double> result;
  for (const Value& item : *list) {
    if (!item.is<double>() && !item.is<int64_t>()) { wrong(name, "a list of numbers"); return otherwise; }
    result.push_back(item.number());
  }
  return result;
}

Error missing_column(const std::string& kernel, const Frame& frame, const std::string& name) {
  std::vector<std::string> known;
  for (const Column& column : frame.columns) known.push_back(column.name);
  return Error{Code::usage, "kernel " + kernel + " finds no column `" + name + "` in a " + shape_name(frame.shape) + " frame",
               "kernel." + kernel, did_you_mean(name, known, 20)};
}

Result<const Column*> need_column(const std::string& kernel, const Frame& frame, const std::string& name) {
  if (const Column* column = frame.column(name)) return column;
  return missing_column(kernel, frame, name);
}

Result<FramePtr> need_frame(const std::string& kernel, const std::vector<FramePtr>& frames, size_t at) {
  if (at < frames.size() && frames[at]) return frames[at];
  return Error{Code::usage, "kernel " + kernel + " needs " + std::to_string(at + 1) + (at ? " frames" : " frame") + ", got " +
               std::to_string(frames.size()), "kernel." + kernel, "pass the frame before the options"};
}

std::vector<std::string> labels(const Frame& frame) {
  static const std::vector<std::string> never = {"window", "why", "example", "body", "trace_id", "span_id", "parent_id",
                                                 "attributes", "counts", "times", "numbers_slow", "numbers_fast"};
  std::vector<std::string> result;
  for (const Column& column : frame.columns)
    if (column.type == ColumnType::text && std::find(never.begin(), never.end(), column.name) == never.end())
      result.push_back(column.name);
  return result;
}

const Column* time_column(const Frame& frame) {
  for (const char* name : {"time", "start"})
    if (const Column* column = frame.column(name); column && column->type == ColumnType::time) return column;
  return nullptr;
}

Result<Groups> group(const Frame& frame, KernelOptions& options, const std::vector<std::string>& otherwise, const Stop* stop) {
  Groups result;
  result.by = options.texts("by").value_or(otherwise);
  const std::optional<Time> from = options.time("from"), to = options.time("to");
  const std::string window = options.text("window", "");
  if (options.error()) return *options.error();
  const Column* time = time_column(frame);
  const Column* side = frame.column("window");
  if ((from || to) && !time) return missing_column(options.kernel(), frame, "time");
  if (!window.empty() && !side) return missing_column(options.kernel(), frame, "window");

  std::vector<const Column*> by;
  std::vector<std::vector<std::string>> shown(result.by.size());   // texts of columns that are no text columns
  std::vector<std::vector<uint32_t>> codes(result.by.size());
  for (size_t i = 0; i < result.by.size(); ++i) {
    const Column* column = frame.column(result.by[i]);
    if (!column) return missing_column(options.kernel(), frame, result.by[i]);
    by.push_back(column);
    if (column->type == ColumnType::text || column->type == ColumnType::null) continue;
    std::unordered_map<std::string, uint32_t> seen;
    codes[i].resize(frame.rows);
    for (size_t row = 0; row < frame.rows; ++row) {
      if (column->absent(row)) continue;
      const auto [at, fresh] = seen.try_emplace(print_value(column->value(row)), static_cast<uint32_t>(shown[i].size()));
      if (fresh) shown[i].push_back(at->first);
      codes[i][row] = at->second;
    }
  }
  // Group numbers, column by column: (group so far, code of the cell) → group so far. Linear in rows × columns.
  constexpr uint32_t none = UINT32_MAX;
  std::vector<uint32_t> ids(frame.rows, 0);
  const bool filtered = (time && (from || to)) || !window.empty();
  if (filtered)
    for (size_t row = 0; row < frame.rows; ++row) {
      const bool out = (time && (from || to) && (time->absent(row) || (from && time->ints[row] < from->ns) ||
                                                 (to && time->ints[row] >= to->ns))) ||
                       (!window.empty() && side->text(row) != window);
      if (out) ids[row] = none;
    }
  uint64_t size = 1;
  bool dense = true;                                    // ids are 0 … size − 1, each in use
  const auto renumber = [&] {                           // by first row
    uint32_t fresh = 0;
    if (size <= std::max<uint64_t>(4 * frame.rows, 1024)) {
      std::vector<uint32_t> table(size, none);
      for (size_t row = 0; row < frame.rows; ++row) {
        if (ids[row] == none) continue;
        uint32_t& at = table[ids[row]];
        if (at == none) at = fresh++;
        ids[row] = at;
      }
    } else {
      std::unordered_map<uint32_t, uint32_t> table;
      for (size_t row = 0; row < frame.rows; ++row) {
        if (ids[row] == none) continue;
        const auto [at, added] = table.try_emplace(ids[row], fresh);
        fresh += added;
        ids[row] = at->second;
      }
    }
    size = std::max<uint32_t>(fresh, 1);
    dense = true;
  };
  for (size_t i = 0; i < by.size(); ++i) {
    if (stopped(stop)) return interrupted(options.kernel());
    if (by[i]->type == ColumnType::null) continue;
    const bool is_text = by[i]->type == ColumnType::text;
    const uint32_t* const code = is_text ? by[i]->codes.data() : codes[i].data();
    const uint8_t* const valid = by[i]->valid.empty() ? nullptr : by[i]->valid.data();
    const uint64_t width = 1 + (is_text ? uint64_t{by[i]->dictionary ? by[i]->dictionary->size() : 0} : shown[i].size());
    if (!dense && size * width > std::max<uint64_t>(4 * frame.rows, 1024)) renumber();
    if (size * width < none) {
      const auto w = static_cast<uint32_t>(width);
      if (!filtered && !valid)
        for (size_t row = 0; row < frame.rows; ++row) ids[row] = ids[row] * w + code[row] + 1;
      else if (!filtered)
        for (size_t row = 0; row < frame.rows; ++row) ids[row] = ids[row] * w + (valid[row] ? code[row] + 1 : 0);
      else
        for (size_t row = 0; row < frame.rows; ++row)
          if (ids[row] != none) ids[row] = ids[row] * w + (valid && !valid[row] ? 0 : code[row] + 1);
      size *= width;
      dense = false;
    } else {
      uint32_t fresh = 0;
      std::unordered_map<uint64_t, uint32_t> table;
      for (size_t row = 0; row < frame.rows; ++row) {
        if (ids[row] == none) continue;
        const auto [at, added] = table.try_emplace((uint64_t{ids[row]} << 32) | (valid && !valid[row] ? 0 : code[row] + 1), fresh);
        fresh += added;
        ids[row] = at->second;
      }
      size = std::max<uint32_t>(fresh, 1);
      dense = true;
    }
  }
  if (!dense) renumber();
  std::vector<uint32_t> counts(size, 0);
  for (const uint32_t id : ids)
    if (id != none) ++counts[id];
  std::vector<Group>& groups = result.groups;
  groups.resize(size);
  std::vector<uint32_t*> next(size);
  for (size_t g = 0; g < size; ++g) {
    groups[g].rows.resize(counts[g]);
    next[g] = groups[g].rows.data();
  }
  for (size_t row = 0; row < frame.rows; ++row)
    if (ids[row] != none) *next[ids[row]]++ = static_cast<uint32_t>(row);
  std::erase_if(groups, [](const Group& g) { return g.rows.empty(); });   // no row at all
  for (Group& g : groups) {
    const uint32_t row = g.rows.front();
    for (size_t i = 0; i < by.size(); ++i) {
      if (by[i]->absent(row)) g.key.emplace_back();
      else if (by[i]->type == ColumnType::text) g.key.emplace_back(by[i]->text(row));
      else g.key.emplace_back(shown[i][codes[i][row]]);
    }
  }
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.key < b.key; });
  return result;
}

Result<SeriesSet> series_of(const Frame& frame, KernelOptions& options, const Stop* stop) {
  const std::string name = options.text("value", "value");
  if (options.error()) return *options.error();
  const Column* value = frame.column(name);
  if (!value) return missing_column(options.kernel(), frame, name);
  if (value->type == ColumnType::text || value->type == ColumnType::null)
    return Error{Code::usage, "column `" + name + "` is " + type_name(value->type) + ", kernel " + options.kernel() +
                 " needs a numeric one", "kernel." + options.kernel(), "name another column with `value`"};
  const Column* time = time_column(frame);
  if (!time) return missing_column(options.kernel(), frame, "time");
  Result<Groups> groups = group(frame, options, labels(frame), stop);
  if (!groups) return groups.error();
  SeriesSet set;
  set.by = groups->by;
  for (Group& g : groups->groups) {
    Series& s = set.series.emplace_back();
    s.key = std::move(g.key);
    s.points.reserve(g.rows.size());
    for (const uint32_t row : g.rows) {
      if (value->absent(row) || time->absent(row)) continue;
      const double v = value->number(row);
      if (std::isfinite(v)) s.points.push_back({time->ints[row], v});
    }
    std::stable_sort(s.points.begin(), s.points.end(), [](const Point& a, const Point& b) { return a.time < b.time; });
  }
  return set;
}

std::vector<double> values_of(const Points& points) {
  std::vector<double> values;
  values.reserve(points.size());
  for (const Point& p : points) values.push_back(p.value);
  return values;
}

Points binned(const Points& points, size_t at_most) {
  if (points.size() <= at_most) return points;
  const size_t run = (points.size() + at_most - 1) / at_most;
  Points result;
  for (size_t i = 0; i < points.size(); i += run) {
    std::vector<double> values;
    for (size_t j = i; j < std::min(points.size(), i + run); ++j) values.push_back(points[j].value);
    result.push_back({points[i].time, median(std::move(values))});
  }
  return result;
}

ResultTable::ResultTable(const std::vector<std::string>& by, const std::vector<Field>& fields) : builder_(Shape::table) {
  for (const std::string& name : by) {
    builder_.add(name, ColumnType::text);
    names_.push_back(name);
  }
  for (const Field& field : fields) {
    builder_.add(field.name, field.type);
    names_.emplace_back(field.name);
  }
}

void ResultTable::row(const Key& key) {
  if (open_) builder_.end_row();
  open_ = true;
  for (size_t i = 0; i < key.size(); ++i)
    if (key[i]) builder_.text(i, *key[i]);
}

void ResultTable::set(std::string_view name, double value) {
  if (std::isfinite(value)) builder_.number(builder_.index(name), value);
}
void ResultTable::set(std::string_view name, int64_t value) { builder_.integer(builder_.index(name), value); }
void ResultTable::set(std::string_view name, std::string_view value) { builder_.text(builder_.index(name), value); }

FramePtr ResultTable::finish() {
  if (open_) builder_.end_row();
  open_ = false;
  return builder_.finish();
}

Error interrupted(const std::string& kernel) {
  return Error{Code::interrupted, "kernel " + kernel + " was stopped", "kernel." + kernel, "", ""};
}

}  // namespace inquest
