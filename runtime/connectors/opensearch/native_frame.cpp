// Answers to native asks as tables, and tables as frames.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/agg_group.h"
#include "runtime/connectors/opensearch/native_ask.h"

namespace inquest::opensearch {

namespace {

using Class = Failure::Class;
constexpr size_t most_rows_of_a_query = 10'000;          // plugins.query.size_limit

std::string column_name(const std::string& label) {
  for (const char* taken : {"service", "namespace", "instance", "version", "window", "time", "value"})
    if (label == taken) return "label." + label;
  return label;
}

// Which head column a column tells; -1: none.
int head_of(const std::string& column) {
  static const std::vector<std::string> names[] = {
      {"service", "serviceName", "service.name", "resource.service.name", "resource.attributes.service.name", "resource.attributes.service@name", "process.serviceName"},
      {"namespace", "service.namespace", "resource.service.namespace", "resource.attributes.service.namespace"},
      {"instance", "service.instance.id", "resource.service.instance.id", "resource.attributes.service.instance.id"},
      {"version", "service.version", "resource.service.version", "resource.attributes.service.version"}};
  std::string plain = column;
  if (plain.size() > 8 && plain.compare(plain.size() - 8, 8, ".keyword") == 0) plain.resize(plain.size() - 8);
  for (int i = 0; i < 4; ++i)
    if (std::find(names[i].begin(), names[i].end(), plain) != names[i].end()) return i;
  return -1;
}

std::optional<int64_t> time_of(const Json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.is_number_integer() ? canonical(value) : "";
  if (text.empty()) return std::nullopt;
  if (!value.is_string() && text.size() < 13) return std::nullopt;
  const auto time = parse_time(text);
  return time ? std::optional(time->ns) : std::nullopt;
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.is_number_float() ? shortest(value.get<double>()) : canonical(value); }

void put(Table& table, std::map<std::string, size_t>& known, std::vector<Json>& row, const std::string& column, const Json& value) {
  const auto [at, fresh] = known.emplace(column, table.columns.size());
  if (fresh) table.columns.push_back(column);
  if (row.size() <= at->second) row.resize(at->second + 1);
  row[at->second] = value;
}

void put_flat(Table& table, std::map<std::string, size_t>& known, std::vector<Json>& row, const std::string& path, const Json& value, int depth = 0) {
  if (value.is_object() && depth < 32) {
    for (const auto& [key, one] : value.items()) put_flat(table, known, row, path.empty() ? key : path + "." + key, one, depth + 1);
    return;
  }
  put(table, known, row, path, value);
}

struct Flattening {
  Table& table;
  std::map<std::string, size_t>& known;

  // A row a bucket of the deepest buckets; metrics beside them stand on every row.
  void walk(const Json& aggregations, std::vector<Json> row, int depth) {
    std::vector<std::pair<std::string, const Json*>> inner;
    for (const auto& [name, one] : aggregations.items()) {
      if (!one.is_object()) continue;
      const Json* buckets = member(one, "buckets");
      if (buckets) inner.emplace_back(name, &one);
      else if (const Json* value = member(one, "value")) put(table, known, row, name, *value);
      else if (const Json* values = member(one, "values"); values && values->is_object())
        for (const auto& [percent, number] : values->items()) put(table, known, row, name + "." + percent, number);
      else if (member(one, "doc_count")) {
        put(table, known, row, name + ".count", *member(one, "doc_count"));
        Json rest = Json::object();
        for (const auto& [key, below] : one.items())
          if (below.is_object()) rest[key] = below;
        if (!rest.empty() && depth < 32) {
          for (const auto& [key, below] : rest.items())
            if (const Json* number = member(below, "value")) put(table, known, row, name + "." + key, *number);
        }
      } else {
        for (const auto& [key, number] : one.items())
          if (number.is_number() || number.is_string()) put(table, known, row, name + "." + key, number);
      }
    }
    if (inner.empty() || depth >= 32) {
      if (!row.empty()) table.rows.push_back(std::move(row));
      return;
    }
    for (const auto& [name, one] : inner) {
      const Json& buckets = *member(*one, "buckets");
      if (const Json* others = member(*one, "sum_other_doc_count"); others && json_int64(*others) > 0)
        table.marks.notes.push_back(name + ": " + count(json_int64(*others)) + " more in buckets that were not asked for");
      if (const Json* error = member(*one, "doc_count_error_upper_bound"); error && json_int64(*error) > 0)
        table.marks.approximate = name + ": counts may be off by " + count(json_int64(*error));
      const auto bucket = [&](const Json& each, const Json& key) {
        std::vector<Json> next = row;
        if (key.is_object())
          for (const auto& [part, value] : key.items()) put(table, known, next, part, value);
        else
          put(table, known, next, name, key);
        if (const Json* n = member(each, "doc_count")) put(table, known, next, "count", *n);
        Json below = Json::object();
        for (const auto& [k, v] : each.items())
          if (v.is_object() && k != "key") below[k] = v;
        walk(below, std::move(next), depth + 1);
      };
      if (buckets.is_array())
        for (const Json& each : buckets) {
          const Json* text = member(each, "key_as_string");
          const Json* key = member(each, "key");
          bucket(each, text && key && key->is_number() ? *text : key ? *key : Json(nullptr));
        }
      else if (buckets.is_object())
        for (const auto& [key, each] : buckets.items()) bucket(each, key);
    }
  }
};

void append(Table& to, Table&& from, const char* window) {
  std::vector<size_t> at;
  for (const std::string& column : from.columns) {
    const auto known = std::find(to.columns.begin(), to.columns.end(), column);
    at.push_back(static_cast<size_t>(known - to.columns.begin()));
    if (known == to.columns.end()) to.columns.push_back(column);
  }
  for (std::vector<Json>& row : from.rows) {
    std::vector<Json> out(to.columns.size());
    for (size_t i = 0; i < row.size(); ++i) out[at[i]] = std::move(row[i]);
    to.rows.push_back(std::move(out));
    to.windows.push_back(window);
  }
  if (to.marks.partial.empty()) to.marks.partial = from.marks.partial;
  if (to.marks.limited.empty()) to.marks.limited = from.marks.limited;
  if (to.marks.approximate.empty()) to.marks.approximate = from.marks.approximate;
  for (const std::string& note : from.marks.notes)
    if (std::find(to.marks.notes.begin(), to.marks.notes.end(), note) == to.marks.notes.end()) to.marks.notes.push_back(note);
}

class Dsl final : public Work {
 public:
  Dsl(const Ask& ask, std::vector<Search> searches, const otlp::Aliases& aliases) : ask_(ask), searches_(std::move(searches)), aliases_(aliases) {}
  std::vector<Search> round() override { return done_ ? std::vector<Search>() : searches_; }
  std::optional<Failure> take(std::vector<Reply> replies) override {
    const auto windows = otlp::stretches(ask_);
    for (size_t i = 0; i < replies.size(); ++i) {
      Table one = table_of_search(replies[i].body);
      one.marks.partial = replies[i].partial;
      append(table_, std::move(one), i < windows.size() ? windows[i].name : nullptr);
    }
    done_ = true;
    return std::nullopt;
  }
  otlp::Answer answer(const otlp::Asking&) override { return table_frame(ask_, table_, aliases_); }

 private:
  const Ask ask_;
  const std::vector<Search> searches_;
  const otlp::Aliases& aliases_;
  Table table_;
  bool done_ = false;
};

}  // namespace

Table table_of_search(const Json& body) {
  Table table;
  std::map<std::string, size_t> known;
  if (const Json* aggregations = member(body, "aggregations"); aggregations && aggregations->is_object() && !aggregations->empty()) {
    Flattening{table, known}.walk(*aggregations, {}, 0);
    return table;
  }
  const Json* hits = member(body, "hits");
  const Json* list = hits ? member(*hits, "hits") : nullptr;
  if (!list || !list->is_array()) return table;
  for (const Json& hit : *list) {
    std::vector<Json> row;
    if (const Json* source = member(hit, "_source")) put_flat(table, known, row, "", *source);
    if (const Json* fields = member(hit, "fields"))
      for (const auto& [name, values] : fields->items())
        put(table, known, row, name, values.is_array() && values.size() == 1 ? values.front() : values);
    table.rows.push_back(std::move(row));
  }
  bool at_least = false;
  if (const auto total = total_of(body, &at_least); total && *total > static_cast<int64_t>(list->size()))
    table.marks.limited = count(static_cast<int64_t>(list->size())) + " of " + (at_least ? "at least " : "") + count(*total) + " hits";
  return table;
}

Result<Table> table_of_query(const Json& body) {
  const Json *schema = member(body, "schema"), *rows = member(body, "datarows");
  if (!schema || !schema->is_array() || !rows || !rows->is_array()) return Error{Code::parse, "the answer has no schema and datarows"};
  Table table;
  for (const Json& column : *schema) {
    const std::string alias = member_text(column, "alias");
    table.columns.push_back(alias.empty() ? member_text(column, "name") : alias);
  }
  for (const Json& row : *rows) {
    if (!row.is_array() || row.size() != table.columns.size()) return Error{Code::parse, "a row of the answer has another length than its schema"};
    table.rows.emplace_back(row.begin(), row.end());
  }
  const Json *total = member(body, "total"), *size = member(body, "size");
  if (total && size && json_int64(*total) > json_int64(*size)) table.marks.partial = count(json_int64(*size)) + " of " + count(json_int64(*total)) + " rows came";
  else if (table.rows.size() >= most_rows_of_a_query) table.marks.partial = "the server gives no more than " + count(static_cast<int64_t>(table.rows.size())) + " rows";
  return table;
}

FramePtr table_frame(const Ask& ask, const Table& table, const otlp::Aliases& aliases) {
  const bool series = otlp::option_text(ask, "as") == "series";
  const std::string& unit = otlp::option_text(ask, "unit");
  const size_t n = table.columns.size();
  const auto cell = [&](size_t row, size_t column) -> const Json& {
    static const Json none;
    return column < table.rows[row].size() ? table.rows[row][column] : none;
  };
  const auto each = [&](size_t column, auto fits) {
    bool any = false;
    for (size_t row = 0; row < table.rows.size(); ++row) {
      const Json& value = cell(row, column);
      if (value.is_null()) continue;
      if (!fits(value)) return false;
      any = true;
    }
    return any;
  };
  const auto numeric = [](const Json& value) { return value.is_number(); };
  const auto timed = [](const Json& value) { return time_of(value).has_value(); };
  FrameBuilder frame(series ? Shape::series : Shape::table);
  if (!series) {
    std::vector<ColumnType> types;
    for (size_t i = 0; i < n; ++i) {
      types.push_back(each(i, [](const Json& value) { return value.is_number_integer(); }) ? ColumnType::int64
                      : each(i, numeric)                                                    ? ColumnType::float64
                      : each(i, [](const Json& value) { return value.is_boolean(); })      ? ColumnType::boolean
                                                                                             : ColumnType::text);
      frame.add(table.columns[i] == "window" && ask.then ? "label.window" : table.columns[i], types.back());
    }
    if (ask.then) frame.add("window", ColumnType::text);
    for (size_t row = 0; row < table.rows.size(); ++row) {
      for (size_t i = 0; i < n; ++i) {
        const Json& value = cell(row, i);
        if (value.is_null()) continue;
        if (types[i] == ColumnType::int64) frame.integer(i, json_int64(value));
        else if (types[i] == ColumnType::boolean) frame.integer(i, value.get<bool>() ? 1 : 0);
        else if (types[i] == ColumnType::float64) frame.number(i, value.get<double>());
        else frame.text(i, text_of(value));
      }
      if (ask.then && row < table.windows.size() && table.windows[row]) frame.text(n, table.windows[row]);
      frame.end_row();
    }
    frame.marks() = table.marks;
    return frame.finish();
  }
  // The first column of times, the first other one of numbers (one called value or count before others).
  size_t time = n, value = n;
  for (size_t i = 0; i < n; ++i)
    if (time == n && each(i, timed)) time = i;
  for (const char* name : {"value", "count", ""})
    for (size_t i = 0; i < n && value == n; ++i)
      if (i != time && (*name == 0 || table.columns[i] == name) && each(i, numeric)) value = i;
  std::vector<size_t> labels;
  size_t heads[4] = {n, n, n, n};
  for (size_t i = 0; i < n; ++i) {
    if (i == time || i == value) continue;
    if (const int head = head_of(table.columns[i]); head >= 0 && heads[head] == n) heads[head] = i;
    else labels.push_back(i);
  }
  frame.head();
  for (const size_t i : labels) frame.add(column_name(table.columns[i]), ColumnType::text);
  if (ask.then) frame.add("window", ColumnType::text);
  const size_t first = 4 + labels.size() + (ask.then ? 1 : 0);
  frame.add("time", ColumnType::time).add("value", ColumnType::float64);
  if (!unit.empty()) frame.add("unit", ColumnType::text);
  const char* names[] = {"service", "namespace", "instance", "version"};
  for (size_t row = 0; row < table.rows.size(); ++row) {
    for (size_t h = 0; h < 4; ++h) {
      std::string text = heads[h] < n && !cell(row, heads[h]).is_null() ? text_of(cell(row, heads[h])) : "";
      if (const auto alias = aliases.find(text); h == 0 && alias != aliases.end()) text = alias->second;
      if (const auto scope = ask.scope.names.find(names[h]); text.empty() && scope != ask.scope.names.end() && find(ask.names, names[h])) text = scope->second;
      if (!text.empty()) frame.text(h, text);
    }
    for (size_t i = 0; i < labels.size(); ++i)
      if (!cell(row, labels[i]).is_null()) frame.text(4 + i, text_of(cell(row, labels[i])));
    if (ask.then && row < table.windows.size() && table.windows[row]) frame.text(4 + labels.size(), table.windows[row]);
    frame.integer(first, time < n && time_of(cell(row, time)) ? *time_of(cell(row, time)) : ask.scope.window.from.ns);
    if (value < n && cell(row, value).is_number()) frame.number(first + 1, cell(row, value).get<double>());
    if (!unit.empty()) frame.text(first + 2, unit);
    frame.end_row();
  }
  frame.marks() = table.marks;
  if (value == n && !table.rows.empty()) frame.marks().notes.push_back("no column of numbers became `value`");
  return frame.finish();
}

std::unique_ptr<Work> make_dsl(const Ask& ask, std::vector<Search> searches, const otlp::Aliases& aliases) {
  return std::make_unique<Dsl>(ask, std::move(searches), aliases);
}

otlp::Answer ask_query(const Ask& ask, const std::vector<http::Request>& requests, const Client& client, const otlp::Aliases& aliases,
                       const Deadline& deadline, const Stop& stop) {
  Table all;
  const auto windows = otlp::stretches(ask);
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto response = client.raw(requests[i], judge(), deadline, stop);
    if (const auto* later = std::get_if<RetryLater>(&response)) return *later;
    if (const auto* failure = std::get_if<Failure>(&response)) {
      if (failure->cls != Class::unsupported) return *failure;
      return Failure{Class::unsupported, "this OpenSearch has no plugin for " + ask.kind + ": " + failure->cause, "ask with `dsl`, or install the plugin opensearch-sql there"};
    }
    std::vector<std::string> notes;
    auto body = client.json(std::get<http::Response>(response), &notes);
    if (const auto* failure = std::get_if<Failure>(&body)) return *failure;
    const Json& json = std::get<Json>(body);
    if (const auto fault = fault_of(200, json)) return fault->failure;
    auto table = table_of_query(json);
    if (!table) return Failure{Class::malformed, table.error().message};
    table->marks.notes.insert(table->marks.notes.end(), notes.begin(), notes.end());
    append(all, std::move(*table), i < windows.size() ? windows[i].name : nullptr);
  }
  return table_frame(ask, all, aliases);
}

}  // namespace inquest::opensearch
