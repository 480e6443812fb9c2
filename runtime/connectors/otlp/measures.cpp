// Which streams answer to a measure: names, kinds, conditions, services, units.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/measures.h"

#include <algorithm>
#include <set>

#include "runtime/base/text.h"

namespace inquest::otlp {

namespace {

bool one_fits(std::string_view pattern, std::string_view value) {
  if (!pattern.empty() && pattern.back() == '*') return value.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
  return pattern == value;
}

const Cell* cell_of(const Metrics& metrics, const Stream& stream, std::string_view key) {
  if (const Cell* cell = find_cell(metrics.texts, stream.attributes, key)) return cell;
  return find_cell(metrics.texts, metrics.resources[stream.resource].attributes, key);
}

bool kind_fits(const Stream& stream, const std::string& kind) {
  switch (stream.kind) {
    case Stream::Kind::gauge: return kind == "gauge";
    case Stream::Kind::sum: return kind == (stream.monotonic ? "sum" : "gauge");
    default: return kind == "histogram";
  }
}

bool attributes_fit(const Metrics& metrics, const Stream& stream, const MeasureName& name) {
  for (const auto& [key, wanted] : name.select) {
    const Cell* cell = cell_of(metrics, stream, key);
    if (!cell || !value_fits(wanted, cell_text(metrics.texts, *cell))) return false;
  }
  for (const auto& [key, accepted] : name.only) {
    const Cell* cell = cell_of(metrics, stream, key);
    if (!cell) return false;
    const std::string value = cell_text(metrics.texts, *cell);
    if (std::none_of(accepted.begin(), accepted.end(), [&](const std::string& one) { return value_fits(one, value); }))
      return false;
  }
  return true;
}

bool names_head(std::string_view key) {
  for (const char* one : {"service.name", "service_name", "service.namespace", "service_namespace", "service.version",
                          "service_version", "service.instance.id"})
    if (key == one) return true;
  return false;
}

// The operation of a call as its span would be called, as far as the attributes say.
std::string operation_of(const Metrics& metrics, const Stream& stream) {
  const auto text = [&](std::initializer_list<const char*> keys) -> std::string {
    for (const char* key : keys)
      if (const Cell* cell = find_cell(metrics.texts, stream.attributes, key)) return cell_text(metrics.texts, *cell);
    return {};
  };
  if (std::string name = text({"span.name", "span_name", "operation"}); !name.empty()) return name;
  if (std::string route = text({"http.route", "http_route", "uri"}); !route.empty()) {
    const std::string method = text({"http.request.method", "http.method", "http_request_method", "http_method", "method"});
    return method.empty() ? route : method + " " + route;
  }
  const std::string method = text({"rpc.method", "rpc_method"}), service = text({"rpc.service", "rpc_service"});
  return service.empty() || method.empty() ? method : service + "/" + method;
}

bool where_fits(const Metrics& metrics, const Stream& stream, const std::vector<std::pair<std::string, Condition>>& where) {
  for (const auto& [key, condition] : where) {
    const Cell* cell = cell_of(metrics, stream, key);
    if (!cell || !condition.holds(metrics.texts, *cell)) return false;
  }
  return true;
}

std::vector<std::pair<std::string, Condition>> where_of(const Ask& ask) {
  std::vector<std::pair<std::string, Condition>> where;
  for (const auto& [key, value] : ask.where)
    if (key != "quantile" || ask.kind != "metric.named") where.emplace_back(key, Condition(value));  // which line of a summary
  return where;
}

double scale_of(const Metrics& metrics, const Stream& stream, const MeasureName& name, const std::string& unit) {
  // A counter of seconds read as a rate is cores.
  const std::string to = unit == "cores" && name.kind == "sum" ? "s" : unit;
  const std::string_view sent = stream.unit == no_text ? std::string_view() : metrics.texts[stream.unit];
  if (const auto factor = unit_factor(sent, to)) return *factor;
  if (const auto factor = unit_factor(name.unit, to); factor && name.scale == 1) return *factor;
  return name.scale;
}

}  // namespace

// The head of a stream: the point's own service name goes before the resource's (span metrics of older Collectors).
Head head_of_stream(const Metrics& metrics, const Stream& stream, const MeasureName* name, const Aliases& aliases,
                    const std::vector<std::string>& identity) {
  Head head = head_of(metrics.texts, metrics.resources[stream.resource], aliases, identity,
                      name ? name->service_from : std::string());
  const auto point = [&](std::string_view key) -> const Cell* { return find_cell(metrics.texts, stream.attributes, key); };
  const auto service = [&](const Cell* cell) {
    if (!cell) return;
    std::string text = cell_text(metrics.texts, *cell);
    if (text.empty()) return;
    const auto at = aliases.find(text);
    head.service = at == aliases.end() ? text : at->second;
  };
  service(point("service.name"));
  if (!head.service) service(point("service_name"));
  if (!head.service && name && !name->service_from.empty()) service(cell_of(metrics, stream, name->service_from));
  for (const char* key : {"service.namespace", "service_namespace"})
    if (const Cell* cell = point(key); cell && !head.namespace_) head.namespace_ = cell_text(metrics.texts, *cell);
  for (const char* key : {"service.version", "service_version"})
    if (const Cell* cell = point(key); cell && !head.version) head.version = cell_text(metrics.texts, *cell);
  for (const std::string& key : identity)
    if (const Cell* cell = point(key); cell && !head.instance) head.instance = cell_text(metrics.texts, *cell);
  return head;
}

bool value_fits(std::string_view pattern, std::string_view value) {
  while (true) {
    const size_t bar = pattern.find('|');
    if (one_fits(pattern.substr(0, bar), value)) return true;
    if (bar == std::string_view::npos) return false;
    pattern.remove_prefix(bar + 1);
  }
}

std::optional<double> unit_factor(std::string_view from, std::string_view to) {
  struct Unit { const char* name; int family; double factor; };
  static const Unit units[] = {{"By", 0, 1},      {"bytes", 0, 1},   {"B", 0, 1},       {"KiBy", 0, 1024}, {"kiBy", 0, 1024},
                               {"MiBy", 0, 1048576}, {"GiBy", 0, 1073741824}, {"kBy", 0, 1e3}, {"KBy", 0, 1e3},
                               {"MBy", 0, 1e6},   {"GBy", 0, 1e9},   {"s", 1, 1},       {"seconds", 1, 1}, {"ms", 1, 1e-3},
                               {"milliseconds", 1, 1e-3}, {"us", 1, 1e-6}, {"ns", 1, 1e-9}, {"min", 1, 60}};
  const Unit *a = nullptr, *b = nullptr;
  for (const Unit& unit : units) {
    if (from == unit.name) a = &unit;
    if (to == unit.name) b = &unit;
  }
  if (!a || !b || a->family != b->family) return std::nullopt;
  return a->factor / b->factor;
}

std::vector<std::string> metric_names(const Metrics& metrics) {
  std::set<std::string> names;
  std::set<TextId> seen;
  for (const Stream& stream : metrics.streams)
    if (seen.insert(stream.metric).second) names.insert(std::string(metrics.texts[stream.metric]));
  return {names.begin(), names.end()};
}

Resolution resolve_in(const Metrics& metrics, const Measure& measure, const Aliases& aliases) {
  Resolution out;
  out.measure = measure.name;
  out.unit = measure.unit;
  out.reduce = measure.reduce;
  out.restarts = measure.restarts;
  out.identity = measure.identity.empty() ? default_identity() : measure.identity;
  std::set<std::string> services, tried;
  for (const MeasureName& name : measure.names) {
    const TextId id = metrics.texts.find(name.metric);
    std::string label = name.metric;
    for (const auto& [key, value] : name.select) label += "{" + key + "=" + value + "}";
    if (tried.insert(label).second) out.tried.push_back(label);
    if (id == no_text) continue;
    bool used = false;
    std::set<std::string> mine;
    for (const Stream& stream : metrics.streams) {
      if (stream.metric != id || !kind_fits(stream, name.kind) || !attributes_fit(metrics, stream, name)) continue;
      const Head head = head_of_stream(metrics, stream, &name, aliases, out.identity);
      if (head.service && !services.count(*head.service)) mine.insert(*head.service), used = true;
    }
    services.insert(mine.begin(), mine.end());
    if (used) out.names.push_back(name);
  }
  out.services.assign(services.begin(), services.end());
  if (!out.names.empty()) {
    out.tried.clear();
    return out;
  }
  const std::vector<std::string> known = metric_names(metrics);
  for (const MeasureName& name : measure.names)
    if (const std::string near = nearest(name.metric, known); !near.empty())
      if (std::find(out.nearest.begin(), out.nearest.end(), near) == out.nearest.end() && out.nearest.size() < 5)
        out.nearest.push_back(near);
  return out;
}

std::vector<Taken> take(const Metrics& metrics, const Resolution& measure, const Ask& ask, const Aliases& aliases) {
  const std::vector<std::string> by = texts_of(ask, "by");
  const auto where = where_of(ask);
  const auto operation = ask.scope.names.find("operation");
  const std::vector<std::string>& identity = measure.identity.empty() ? default_identity() : measure.identity;
  // First whose service is answered by which name, over the whole recording.
  struct Candidate { const Stream* stream; size_t name; Head head; };
  std::vector<Candidate> candidates;
  std::map<std::string, size_t> chosen;
  for (const Stream& stream : metrics.streams) {
    for (size_t n = 0; n < measure.names.size(); ++n) {
      const MeasureName& name = measure.names[n];
      if (metrics.texts[stream.metric] != name.metric || !kind_fits(stream, name.kind) || !attributes_fit(metrics, stream, name))
        continue;
      Head head = head_of_stream(metrics, stream, &name, aliases, identity);
      if (!head.service) continue;
      const auto [at, fresh] = chosen.emplace(*head.service, n);
      if (!fresh) at->second = std::min(at->second, n);
      candidates.push_back({&stream, n, std::move(head)});
    }
  }
  std::vector<Taken> out;
  for (Candidate& candidate : candidates) {
    if (chosen[*candidate.head.service] != candidate.name || !fits(candidate.head, ask.scope)) continue;
    if (!where.empty() && !where_fits(metrics, *candidate.stream, where)) continue;
    Taken taken;
    taken.stream = candidate.stream;
    taken.name = &measure.names[candidate.name];
    taken.head = std::move(candidate.head);
    taken.operation = operation_of(metrics, *candidate.stream);
    if (operation != ask.scope.names.end() && !taken.operation.empty() && taken.operation != operation->second) continue;
    const std::vector<std::string>& sum = taken.name->sum;
    const bool sums_all = std::find(sum.begin(), sum.end(), "*") != sum.end();
    for (const Cell& cell : candidate.stream->attributes) {
      const std::string key(metrics.texts[cell.key]);
      const bool wanted = std::find(by.begin(), by.end(), key) != by.end();
      if (!wanted && (sums_all || taken.name->select.count(key) || std::find(sum.begin(), sum.end(), key) != sum.end())) continue;
      if (names_head(key) || key == taken.name->service_from) continue;
      if (std::find(identity.begin(), identity.end(), key) != identity.end()) continue;
      taken.labels[key] = cell_text(metrics.texts, cell);
    }
    if (std::find(by.begin(), by.end(), "operation") != by.end() && !taken.operation.empty())
      taken.labels["operation"] = taken.operation;
    for (const auto& [key, value] : taken.name->error_when)
      if (const Cell* cell = find_cell(metrics.texts, candidate.stream->attributes, key))
        if (value_fits(value, cell_text(metrics.texts, *cell))) taken.failed = true;
    taken.scale = scale_of(metrics, *taken.stream, *taken.name, measure.unit);
    out.push_back(std::move(taken));
  }
  return out;
}

std::vector<Taken> take_named(const Metrics& metrics, const std::string& name, const Ask& ask, const Aliases& aliases) {
  const bool narrowed = find(ask.args, "by") != nullptr;
  const std::vector<std::string> by = texts_of(ask, "by");
  const auto where = where_of(ask);
  const TextId id = metrics.texts.find(name);
  std::vector<Taken> out;
  for (const Stream& stream : metrics.streams) {
    if (stream.metric != id || id == no_text || !where_fits(metrics, stream, where)) continue;
    Taken taken;
    taken.stream = &stream;
    taken.head = head_of_stream(metrics, stream, nullptr, aliases, default_identity());
    if (!fits(taken.head, ask.scope)) continue;
    for (const Cell& cell : stream.attributes) {
      const std::string key(metrics.texts[cell.key]);
      if (names_head(key) || (narrowed && std::find(by.begin(), by.end(), key) == by.end())) continue;
      taken.labels[key] = cell_text(metrics.texts, cell);
    }
    out.push_back(std::move(taken));
  }
  return out;
}

}  // namespace inquest::otlp
