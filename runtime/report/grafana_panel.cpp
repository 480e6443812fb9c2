// Asks as queries of Grafana's Prometheus and OpenSearch data sources.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/grafana_panel.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/report/promql.h"

namespace inquest {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

// What stands in an option, a matcher, a native text: calls `name` for each $name, `text` for what is between.
template <class Text, class Name>
void scan(std::string_view all, Text text, Name name) {
  size_t from = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i] != '$' || i + 1 == all.size() || !is_letter(all[i + 1])) continue;
    size_t end = i + 1;
    while (end < all.size() && is_name(all[end])) ++end;
    if (end + 1 < all.size() && all[end] == '.' && is_letter(all[end + 1]))
      for (++end; end < all.size() && is_name(all[end]); ++end) {}
    text(all.substr(from, i - from));
    name(std::string(all.substr(i + 1, end - i - 1)));
    from = end;
    i = end - 1;
  }
  text(all.substr(from));
}

struct Asking {
  const AskSpec& ask;
  const AskRow& row;
  const Sop& sop;
  TextBoxes& boxes;

  // `service` is a variable of every dashboard; another name becomes a box that holds `otherwise` until it is filled.
  std::string variable(const std::string& bound, const std::string& otherwise) const {
    const std::string name = variable_name(bound);
    if (name != "service") boxes.emplace(name, otherwise);
    return name;
  }
  bool outside(const std::string& name) const { return std::find(ask.outside.begin(), ask.outside.end(), name) != ask.outside.end(); }
  bool narrows(const std::string& name) const { return !outside(name) && std::find(row.applies.begin(), row.applies.end(), name) != row.applies.end(); }
  int64_t limit(int64_t otherwise) const {
    const Value* given = find(ask.args, "limit");
    if (!given) {
      const Value* declared = find(row.options, "limit");
      const Term* term = declared ? declared->get<Term>() : nullptr;
      given = term ? find(term->fields, "default") : nullptr;
    }
    const int64_t* n = given ? given->get<int64_t>() : nullptr;
    return n && *n > 0 ? std::min<int64_t>(*n, 10000) : otherwise;
  }
  std::vector<std::string> texts(const char* option) const {
    std::vector<std::string> out;
    const Value* value = find(ask.args, option);
    if (!value) return out;
    if (const List* list = value->get<List>())
      for (const Value& one : *list) out.push_back(print_value(one));
    else out.push_back(print_value(*value));
    return out;
  }
  std::string interval() const {
    const Value* every = find(ask.args, "every");
    if (!every) return "auto";
    const Duration* written = every->get<Duration>();
    const std::string* text = every->get<std::string>();
    const Result<Duration> duration = written ? Result<Duration>(*written) : parse_duration(text ? *text : "");
    return duration && duration->ns >= ns_per_s ? fmt::format("{}s", duration->ns / ns_per_s) : "auto";
  }
};

std::string text_of(const Value& value) {   // like "…" is searched for as it stands
  if (const Term* term = value.get<Term>()) return term->args.empty() ? "" : print_value(term->args.front());
  return print_value(value);
}

// ---- PromQL

PromqlScope scope_of(const Asking& asking) {
  PromqlScope scope;
  if (!asking.narrows("service")) scope.service.clear();
  scope.by = asking.texts("by");
  return scope;
}

std::string ref(size_t i) { return std::string(1, static_cast<char>('A' + i)); }

Json prometheus_target(size_t i, const std::string& expression, const std::string& legend, bool instant = false) {
  return {{"refId", ref(i)}, {"datasource", source_json(prometheus_source)}, {"editorMode", "code"}, {"expr", expression},
          {"legendFormat", legend}, {"range", !instant}, {"instant", instant}, {"format", instant ? "table" : "time_series"}};
}

// The earlier window of `7d earlier`: the same expression, that much earlier. `before $t` only a run can place.
std::string offset_of(const AskSpec& ask) {
  const Result<Phrase> phrase = ask.against.empty() ? Result<Phrase>(Phrase{}) : parse_phrase(ask.against, true);
  if (!phrase || phrase->kind != Phrase::Kind::earlier || !phrase->duration) return {};
  return fmt::format("{}s", phrase->duration->ns / ns_per_s);
}

std::string unit_of(const std::string& unit) {
  if (unit == "By") return "decbytes";
  if (unit == "By/s") return "Bps";
  if (unit == "share" || unit == "1") return "percentunit";
  if (unit == "1/s") return "reqps";
  if (unit == "s" || unit == "ms" || unit == "ns") return unit;
  if (unit == "us") return "µs";
  return "short";
}

PanelOrWhy metric_panel(const Asking& asking, const Catalogue& catalogue) {
  const AskSpec& ask = asking.ask;
  PanelParts out{.type = "timeseries", .source = prometheus_source, .unit = "short"};
  PromqlScope scope = scope_of(asking);
  const Measure* measure = catalogue.measure(asking.row.measure);
  if (!asking.row.measure.empty() && !measure) return "the measure `" + asking.row.measure + "` is not known";
  if (measure) out.unit = unit_of(measure->unit);
  const std::string earlier = offset_of(ask);
  const auto add = [&](const auto& expression, const std::string& legend) -> bool {
    const std::string now = expression(scope);
    if (now.empty()) return false;
    out.targets.push_back(prometheus_target(out.targets.size(), now, legend));
    if (!earlier.empty()) {
      PromqlScope then = scope;
      then.offset = earlier;
      out.targets.push_back(prometheus_target(out.targets.size(), expression(then), legend == "__auto" ? "then {{" + scope.service_label + "}}" : legend + " then"));
    }
    return true;
  };
  if (asking.row.shape == "latency") {
    for (const auto& [quantile, title] : {std::pair{0.5, "p50"}, {0.95, "p95"}, {0.99, "p99"}})
      if (!add([&, q = quantile](const PromqlScope& s) { return promql_quantile(*measure, s, q); }, fmt::format("{} {{{{{}}}}}", title, scope.service_label)))
        return "no name of the measure is a histogram";
  } else if (measure) {
    add([&](const PromqlScope& s) { return promql_of(*measure, s); }, "__auto");
  } else {
    const std::vector<std::string> name = asking.texts("name");
    if (name.empty() || name.front().empty() || name.front().find('$') != std::string::npos) return "the name of the metric is bound by a run";
    const std::vector<std::string> reduce = asking.texts("reduce");
    add([&](const PromqlScope& s) { return promql_named(name.front(), reduce.empty() ? "sum" : reduce.front(), s); }, "__auto");
  }
  return out;
}

PanelOrWhy promql_panel(const Asking& asking) {
  std::string expression;
  scan(asking.ask.native, [&](std::string_view text) { expression += text; }, [&](const std::string& name) {
    // A run sends the value as a quoted literal; a variable may hold several, which only =~ takes.
    const bool equals = !expression.empty() && expression.back() == '=' && (expression.size() < 2 || std::string_view("=!<>~").find(expression[expression.size() - 2]) == std::string_view::npos);
    if (equals) expression += "~";
    expression += "\"${" + asking.variable(name, ".*") + "}\"";
  });
  const std::vector<std::string> as = asking.texts("as"), unit = asking.texts("unit");
  const bool table = as.empty() || as.front() != "series";
  PanelParts out{.type = table ? "table" : "timeseries", .source = prometheus_source, .unit = unit.empty() ? "short" : unit_of(unit.front())};
  out.targets.push_back(prometheus_target(0, trim(expression), "__auto", table));
  return out;
}

// ---- OpenSearch

// A phrase of Lucene. A box that waits for values of a run may hold `*` or `a OR b`: it stands unquoted and, unlike the
// others, unescaped (:raw).
std::string quoted(const std::string& text, const Asking& asking) {
  std::string out;
  bool whole = false;
  scan(text, [&](std::string_view plain) {
    for (const char c : plain) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }, [&](const std::string& name) {
    const InputSpec* input = input_of(asking.sop, name);
    whole = text == "$" + name && !(input && input->fallback);
    out += "${" + asking.variable(name, "*") + (whole ? ":raw}" : "}");
  });
  return whole ? "(" + out + ")" : "\"" + out + "\"";
}

constexpr const char* server_kinds = "kind:(SPAN_KIND_SERVER OR SPAN_KIND_CONSUMER OR Server OR Consumer)";
constexpr const char* client_kinds = "kind:(SPAN_KIND_CLIENT OR SPAN_KIND_PRODUCER OR Client OR Producer)";

std::string lucene_field(const std::string& attribute) {
  std::string out;
  for (const char c : attribute) {
    if (std::string_view("+-&|!(){}[]^\"~*?:\\/ ").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string lucene_of(const Asking& asking, const std::vector<std::string>& more) {
  std::vector<std::string> terms;
  if (asking.narrows("service")) terms.emplace_back("(serviceName:$service OR resource.service.name:$service)");
  terms.insert(terms.end(), more.begin(), more.end());
  for (const auto& [key, value] : asking.ask.where) {
    const std::string text = text_of(value);
    if (key == "kind" && text.find('$') == std::string::npos) {
      std::string upper = text, title = lower(text);
      for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      if (!title.empty()) title[0] = upper[0];
      terms.push_back(fmt::format("kind:(SPAN_KIND_{} OR {})", lucene_field(upper), lucene_field(title)));
    } else if (key == "status" && (text == "error" || text == "ok" || text == "unset")) {
      terms.emplace_back(text == "error" ? "status.code:(2 OR Error)" : text == "ok" ? "status.code:(1 OR Ok)" : "status.code:(0 OR Unset)");
    } else if (key == "body") {
      terms.push_back("body:" + quoted(text, asking));
    } else if (key == "severity") {
      terms.push_back("(severity.text:" + quoted(text, asking) + " OR severityText:" + quoted(text, asking) + ")");
    } else if (key == "name" || key == "operation") {
      terms.push_back("name:" + quoted(text, asking));
    } else {
      std::string flat = key;
      std::replace(flat.begin(), flat.end(), '.', '@');
      const char* const old = asking.row.signal == "logs" ? "log" : "span";
      terms.push_back(fmt::format("(attributes.{0}:{2} OR {3}.attributes.{1}:{2})", lucene_field(key), lucene_field(flat), quoted(text, asking), old));
    }
  }
  return terms.empty() ? "*" : join(terms, " AND ");
}

Json terms(const char* id, const std::string& field, int64_t size, const char* order_by) {
  return {{"id", id}, {"type", "terms"}, {"field", field},
          {"settings", {{"size", std::to_string(size)}, {"order", "desc"}, {"orderBy", order_by}, {"min_doc_count", "1"}}}};
}
Json over_time(const char* field, const std::string& interval) {
  return {{"id", "9"}, {"type", "date_histogram"}, {"field", field}, {"settings", {{"interval", interval}, {"min_doc_count", "0"}, {"trimEdges", "0"}}}};
}
Json metric(const char* id, const char* type, const char* field) { return {{"id", id}, {"type", type}, {"field", field}}; }
const Json counted = {{"id", "1"}, {"type", "count"}};

Json opensearch_target(const char* source, const std::string& query, Json metrics, Json buckets, const std::string& alias = {}) {
  return {{"refId", "A"}, {"datasource", source_json(source)}, {"queryType", "lucene"}, {"luceneQueryType", "Metric"}, {"query", query}, {"alias", alias},
          {"metrics", std::move(metrics)}, {"bucketAggs", std::move(buckets)}, {"timeField", source == std::string_view(spans_source) ? "startTime" : "@timestamp"},
          {"format", "table"}};
}

std::string traces_of(const Asking& asking) {
  std::vector<std::string> ids;
  for (const std::string& id : asking.texts("traces")) ids.push_back(quoted(id, asking));
  if (ids.empty()) return "traceId:*";
  return "traceId:" + (ids.size() == 1 ? ids.front() : "(" + join(ids, " OR ") + ")");
}

PanelOrWhy spans_panel(const Asking& asking) {
  const std::string& kind = asking.row.kind;
  const bool kind_given = find(asking.ask.where, "kind") != nullptr;
  const std::vector<std::string> entry = kind_given ? std::vector<std::string>{} : std::vector<std::string>{server_kinds};
  PanelParts out{.type = "table", .source = spans_source, .unit = "short"};
  const auto add = [&](const std::vector<std::string>& more, Json metrics, Json buckets, const std::string& alias = {}) {
    out.targets.push_back(opensearch_target(spans_source, lucene_of(asking, more), std::move(metrics), std::move(buckets), alias));
  };
  if (kind == "spans.latency") {
    out.type = "timeseries";
    out.unit = "ns";
    Json percentiles = metric("1", "percentiles", "durationInNanos");
    percentiles["settings"] = {{"percents", {"50", "95", "99"}}};
    add(entry, {percentiles}, {terms("3", "serviceName", 20, "_count"), over_time("startTime", asking.interval())}, "{{term serviceName}} {{metric}}");
    out.note = "The twenty services with most entry spans.";
  } else if (kind == "spans.percentiles") {
    out.unit = "ns";
    Json percentiles = metric("1", "percentiles", "durationInNanos");
    percentiles["settings"] = {{"percents", {"50", "95", "99"}}};
    add(entry, {percentiles, metric("4", "max", "durationInNanos"), metric("5", "sum", "durationInNanos")}, {terms("3", "serviceName", 100, "_count"), terms("6", "name", 100, "_count")});
    out.note = "Percentiles of the server are approximate.";
  } else if (kind == "spans.slowest") {
    out.unit = "ns";
    add(entry, {metric("1", "max", "durationInNanos")}, {terms("3", "traceId", asking.limit(100), "1")});
    out.note = "The ids of the traces and their slowest entry span.";
  } else if (kind == "spans.numbers") {
    const std::vector<std::string> names = asking.texts("attributes");
    if (names.empty()) return "which attributes are numbers is known from the spans alone; name them: attributes = { … }";
    out.type = "timeseries";
    for (const std::string& name : names) {
      if (name.find('$') != std::string::npos) return "the attribute is bound by a run";
      Json median = metric("1", "percentiles", ("attributes." + name).c_str());
      median["settings"] = {{"percents", {"50"}}};
      Json target = opensearch_target(spans_source, lucene_of(asking, {}), {median}, {terms("3", "name", 20, "_count"), over_time("startTime", asking.interval())}, "{{term name}} " + name);
      target["refId"] = ref(out.targets.size() % 26);
      out.targets.push_back(target);
    }
    out.note = "Medians; needs a mapping that keeps numbers (otel-v1 standard, not Data Prepper's keyword attributes).";
  } else if (kind == "spans.of_traces") {
    add({traces_of(asking)}, {{{"id", "1"}, {"type", "raw_data"}, {"settings", {{"size", std::to_string(asking.limit(500))}, {"order", "asc"}, {"useTimeRange", true}}}}}, Json::array());
    out.note = "The limit counts spans here.";
  } else if (kind == "spans.calls") {
    add({client_kinds}, {counted, metric("4", "sum", "durationInNanos")}, {terms("3", "serviceName", 50, "_count"), terms("5", "name", 50, "_count")});
    out.note = "Callers and the operations that they call: a span does not name its callee, a run joins it with its children.";
  } else if (kind == "spans.services") {
    add({}, {counted, metric("4", "cardinality", "name"), metric("5", "cardinality", "traceId")}, {terms("3", "serviceName", 500, "_count")});
  } else if (kind == "spans.typical") {
    return "nearest to the median of its operation takes two passes, a search has one";
  } else if (kind == "spans.contrast") {
    return "slow and fast spans of one stretch of time are compared by a run, over all attributes";
  } else {
    return "no query of a dashboard answers `" + kind + "`";
  }
  return out;
}

PanelOrWhy logs_panel(const Asking& asking) {
  const std::string& kind = asking.row.kind;
  PanelParts out{.type = "logs", .source = logs_source, .unit = "short"};
  const auto lines = [&](const std::vector<std::string>& more, const std::string& size) {
    Json target = opensearch_target(logs_source, lucene_of(asking, more), {{{"id", "1"}, {"type", "logs"}, {"settings", {{"limit", size}}}}}, {over_time("@timestamp", "auto")});
    target["isLogsQuery"] = true;
    target["format"] = "logs";
    out.targets.push_back(target);
  };
  if (kind == "logs.of_traces") {
    lines({traces_of(asking)}, std::to_string(asking.limit(500)));
  } else if (kind == "logs.search") {
    std::vector<std::string> more;
    for (const std::string& text : asking.texts("text")) more.push_back("body:" + quoted(text, asking));
    lines(more, std::to_string(asking.limit(200)));
  } else if (kind == "logs.count" || kind == "logs.templates") {
    out.type = "timeseries";
    Json buckets = Json::array({terms("3", "resource.service.name.keyword", 20, "_count")});
    std::string alias = "{{term resource.service.name.keyword}}";
    std::vector<std::string> by = asking.texts("by");
    if (kind == "logs.templates") {
      by = {"severity"};
      out.note = "Kinds of messages are made out by a run; here the records by severity.";
    }
    for (const std::string& one : by) {
      const std::string field = one == "severity" ? "severity.text.keyword" : "attributes." + one + ".keyword";
      buckets.push_back(terms(std::to_string(3 + buckets.size()).c_str(), field, 20, "_count"));
      alias += " {{term " + field + "}}";
    }
    buckets.push_back(over_time("@timestamp", asking.interval()));
    out.targets.push_back(opensearch_target(logs_source, lucene_of(asking, {}), {counted}, buckets, alias));
  } else {
    return "no query of a dashboard answers `" + kind + "`";
  }
  return out;
}

PanelOrWhy ppl_panel(const Asking& asking) {
  std::string query;
  scan(asking.ask.native, [&](std::string_view text) { query += text; }, [&](const std::string& name) { query += "${" + asking.variable(name, "") + ":singlequote}"; });
  const std::vector<std::string> as = asking.texts("as"), unit = asking.texts("unit");
  const bool series = !as.empty() && as.front() == "series";
  PanelParts out{.type = series ? "timeseries" : "table", .source = logs_source, .unit = unit.empty() ? "short" : unit_of(unit.front())};
  out.targets.push_back({{"refId", "A"}, {"datasource", source_json(logs_source)}, {"queryType", "PPL"}, {"query", trim(query)}, {"format", series ? "time_series" : "table"}});
  return out;
}

}  // namespace

std::string variable_name(const std::string& bound) {
  std::string out;
  for (const char c : bound) out += is_name(c) ? c : '_';
  return out;
}

Json source_json(const std::string& source) {
  return {{"type", source == prometheus_source ? "prometheus" : "grafana-opensearch-datasource"}, {"uid", "${" + source + "}"}};
}

const InputSpec* input_of(const Sop& sop, const std::string& name) {
  for (const InputSpec& one : sop.inputs)
    if (one.name == name) return &one;
  return nullptr;
}

PanelOrWhy panel_parts(const AskSpec& ask, const AskRow& row, const Sop& sop, const Catalogue& catalogue, TextBoxes& boxes) {
  const Asking asking{ask, row, sop, boxes};
  if (row.kind == "promql") return promql_panel(asking);
  if (row.kind == "ppl") return ppl_panel(asking);
  if (row.kind == "sql") return "Grafana's OpenSearch data source sends Lucene and PPL, no SQL";
  if (row.kind == "dsl") return "Grafana's OpenSearch data source takes no search body";
  if (row.kind == "jaeger") return "parameters of a trace search; Grafana's Explore takes them, a panel of series does not";
  if (row.native) return "no data source of a dashboard is known for `" + row.kind + "`";
  if (row.signal == "metrics") return metric_panel(asking, catalogue);
  if (row.signal == "spans") return spans_panel(asking);
  if (row.signal == "logs") return logs_panel(asking);
  return "no data source of a dashboard is known for " + row.signal;
}

}  // namespace inquest
