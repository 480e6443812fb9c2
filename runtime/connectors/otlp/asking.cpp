// Heads of resources, attributes as text and JSON, windows, buckets and `where` conditions.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/asking.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>

#include "runtime/base/json.h"
#include "runtime/base/text.h"
#include "runtime/frame/kernels/templates.h"

namespace inquest::otlp {

const std::vector<std::string>& default_identity() {
  static const std::vector<std::string> names = {"service.instance.id", "k8s.pod.name", "k8s.pod.uid", "container.id"};
  return names;
}

const Cell* find_cell(const Texts& texts, const Cell* from, const Cell* to, std::string_view key) {
  const TextId id = texts.find(key);
  if (id == no_text) return nullptr;
  for (; from != to; ++from)
    if (from->key == id) return from;
  return nullptr;
}

std::string cell_text(const Texts& texts, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::text:
    case Cell::Kind::json: return std::string(texts[cell.text]);
    case Cell::Kind::boolean: return cell.integer ? "true" : "false";
    case Cell::Kind::int64: return std::to_string(cell.integer);
    case Cell::Kind::float64: return shortest(cell.number);
  }
  return {};
}

std::optional<double> cell_number(const Cell& cell) {
  if (cell.kind == Cell::Kind::int64) return static_cast<double>(cell.integer);
  if (cell.kind == Cell::Kind::float64) return cell.number;
  return std::nullopt;
}

void append_json_text(std::string& out, std::string_view text) {
  const auto plain = [](char c) { return static_cast<unsigned char>(c) - 0x20u < 0x5fu && c != '"' && c != '\\'; };  // 0x20 … 0x7e
  if (!std::all_of(text.begin(), text.end(), plain)) {
    out += canonical(Json(std::string(text)));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

std::string attributes_json(const Texts& texts, const Cell* from, const Cell* to) {
  std::vector<const Cell*> cells;
  for (; from != to; ++from) cells.push_back(from);
  std::stable_sort(cells.begin(), cells.end(), [&](const Cell* a, const Cell* b) { return texts[a->key] < texts[b->key]; });
  std::string out = "{";
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i + 1 < cells.size() && cells[i + 1]->key == cells[i]->key) continue;
    const Cell& cell = *cells[i];
    if (out.size() > 1) out += ',';
    append_json_text(out, texts[cell.key]);
    out += ':';
    switch (cell.kind) {
      case Cell::Kind::text: append_json_text(out, texts[cell.text]); break;
      case Cell::Kind::boolean: out += cell.integer ? "true" : "false"; break;
      case Cell::Kind::int64: out += canonical(int64_json(cell.integer)); break;
      case Cell::Kind::float64: out += canonical(number_json(cell.number)); break;
      case Cell::Kind::json: out += texts[cell.text]; break;
    }
  }
  return out += '}';
}

namespace {

std::optional<std::string> text_or_none(const Texts& texts, TextId id) {
  if (id == no_text || texts[id].empty()) return std::nullopt;
  return std::string(texts[id]);
}

// `shop-7d9f8c6b5-x2k4p` is a pod of `shop`: the hash of the template and the suffix have no vowels (k8s rand.SafeEncode).
std::optional<std::string> workload_of_pod(std::string_view pod) {
  constexpr std::string_view safe = "bcdfghjklmnpqrstvwxz2456789";
  const size_t last = pod.rfind('-'), hash = last == pod.npos || last == 0 ? pod.npos : pod.rfind('-', last - 1);
  if (hash == pod.npos || hash == 0) return std::nullopt;
  const std::string_view suffix = pod.substr(last + 1), middle = pod.substr(hash + 1, last - hash - 1);
  if (suffix.size() != 5 || middle.size() < 8 || middle.size() > 10) return std::nullopt;
  if (suffix.find_first_not_of(safe) != pod.npos || middle.find_first_not_of(safe) != pod.npos) return std::nullopt;
  return std::string(pod.substr(0, hash));
}

}  // namespace

Head head_of(const Texts& texts, const Resource& resource, const Aliases& aliases, const std::vector<std::string>& identity,
             const std::string& service_from) {
  Head head;
  head.service = text_or_none(texts, resource.service);
  const auto said = [&](std::string_view key) -> std::optional<std::string> {
    const Cell* cell = find_cell(texts, resource.attributes, key);
    if (!cell || cell->kind != Cell::Kind::text || texts[cell->text].empty()) return std::nullopt;
    return std::string(texts[cell->text]);
  };
  if (!head.service) {
    if (!service_from.empty()) head.service = said(service_from);
    for (const char* key : {"k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name", "k8s.cronjob.name", "k8s.job.name",
                            "k8s.container.name"})
      if (!head.service) head.service = said(key);
    if (const auto pod = said("k8s.pod.name"); pod && !head.service) head.service = workload_of_pod(*pod);
  }
  if (head.service)
    if (const auto at = aliases.find(*head.service); at != aliases.end()) head.service = at->second;
  head.namespace_ = text_or_none(texts, resource.namespace_);
  if (!head.namespace_ && head.service) head.namespace_ = said("k8s.namespace.name");
  head.version = text_or_none(texts, resource.version);
  if (!head.version && head.service) head.version = said("container.image.tag");
  for (const std::string& name : identity) {
    if (name == "service.instance.id" && resource.instance != no_text) head.instance = text_or_none(texts, resource.instance);
    if (!head.instance)
      if (const Cell* cell = find_cell(texts, resource.attributes, name)) head.instance = cell_text(texts, *cell);
    if (head.instance && !head.instance->empty()) break;
    head.instance.reset();
  }
  return head;
}

std::vector<Head> heads_of(const Texts& texts, const std::vector<Resource>& resources, const Aliases& aliases) {
  std::vector<Head> heads;
  heads.reserve(resources.size());
  for (const Resource& resource : resources) heads.push_back(head_of(texts, resource, aliases));
  return heads;
}

bool fits(const Head& head, const Scope& scope) {
  for (const auto& [name, wanted] : scope.names) {
    const std::optional<std::string>* have = name == "service"     ? &head.service
                                             : name == "namespace" ? &head.namespace_
                                             : name == "instance"  ? &head.instance
                                             : name == "version"   ? &head.version
                                                                   : nullptr;
    if (have && *have != wanted) return false;
  }
  return true;
}

void put_head(FrameBuilder& frame, const Head& head) {
  if (head.service) frame.text(0, *head.service);
  if (head.namespace_) frame.text(1, *head.namespace_);
  if (head.instance) frame.text(2, *head.instance);
  if (head.version) frame.text(3, *head.version);
}

std::string hex(uint64_t value) {
  static const char digits[] = "0123456789abcdef";
  std::string out(16, '0');
  for (int i = 15; i >= 0; --i, value >>= 4) out[static_cast<size_t>(i)] = digits[value & 15];
  return out;
}

std::string hex(const Spans::Id& id) { return hex(id.high) + hex(id.low); }

std::optional<Spans::Id> trace_id(std::string_view text) {
  if (text.empty() || text.size() > 32) return std::nullopt;
  Spans::Id id{0, 0};
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return std::nullopt;
    id.high = (id.high << 4) | (id.low >> 60);
    id.low = (id.low << 4) | static_cast<uint64_t>(digit);
  }
  return id;
}

const char* kind_name(uint8_t kind) {
  static const char* const names[] = {"unspecified", "internal", "server", "client", "producer", "consumer"};
  return kind < 6 ? names[kind] : names[0];
}

const char* status_name(uint8_t status) {
  static const char* const names[] = {"unset", "ok", "error"};
  return status < 3 ? names[status] : names[0];
}

std::vector<Stretch> stretches(const Ask& ask) {
  if (!ask.then) return {{ask.scope.window, nullptr}};
  return {{*ask.then, "then"}, {ask.scope.window, "now"}};
}

int stretch_of(const std::vector<Stretch>& all, int64_t ns) {
  for (size_t i = all.size(); i-- > 0;)                  // a time that both hold is "now"
    if (all[i].window.contains(Time{ns})) return static_cast<int>(i);
  return -1;
}

int64_t bucket_width(const Ask& ask, size_t most) {
  if (const auto every = duration_of(ask, "every"); every && every->ns > 0) return every->ns;
  static const int64_t round[] = {1,   2,    5,    10,   15,   20,    30,    60,    120,   300,
                                  600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400};
  int64_t length = 0;
  for (const Stretch& one : stretches(ask)) length += std::max<int64_t>(0, one.window.length().ns / 2);
  for (const int64_t width : round)
    if (length / (width * ns_per_s) < static_cast<int64_t>(most) / 2) return width * ns_per_s;
  return 86400 * ns_per_s;
}

Condition::Condition(const Value& value) {
  const auto take = [&](const Value& one) {
    const Term* term = one.get<Term>();
    if (!term) {
      any_.push_back(print_value(one));
      return;
    }
    for (const Value& arg : term->args) {
      if (term->word == "above") above_ = arg.number();
      if (term->word == "below") below_ = arg.number();
      if (term->word == "like") like_.push_back(mask_line(arg.text()));
    }
  };
  if (const List* list = value.get<List>())
    for (const Value& one : *list) take(one);
  else
    take(value);
}

bool Condition::holds(std::string_view text) const {
  for (const std::string& one : any_)
    if (one == text) return true;
  if (!like_.empty()) {
    const std::string masked = mask_line(text);
    for (const std::string& one : like_)
      if (masked.find(one) != std::string::npos) return true;
  }
  if (above_ || below_) {
    const std::string copy(text);
    char* end = nullptr;
    const double number = std::strtod(copy.c_str(), &end);
    return end != copy.c_str() && *end == 0 && holds_number(number);
  }
  return false;
}

bool Condition::holds_number(double number) const {
  if (above_ && !(number > *above_)) return false;
  if (below_ && !(number < *below_)) return false;
  return above_ || below_;
}

bool Condition::holds(const Texts& texts, const Cell& cell) const {
  if (above_ || below_) {
    const std::optional<double> number = cell_number(cell);
    if (number) return holds_number(*number);
  }
  if (cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::json) return holds(texts[cell.text]);
  return holds(cell_text(texts, cell));
}

std::optional<Duration> duration_of(const Ask& ask, std::string_view option) {
  const Value* value = find(ask.args, option);
  if (!value || value->null()) return std::nullopt;
  if (const Duration* length = value->get<Duration>()) return *length;
  if (const auto* text = value->get<std::string>()) {
    const Result<Duration> length = parse_duration(*text);
    return length ? std::optional(*length) : std::nullopt;
  }
  const double seconds = value->number(-1);
  if (!(std::fabs(seconds) < 9e9) || seconds < 0) return std::nullopt;
  return Duration{static_cast<int64_t>(std::llround(seconds * ns_per_s))};
}

size_t limit_of(const Ask& ask, size_t otherwise) {
  const Value* limit = find(ask.args, "limit");
  const double n = limit ? limit->number(static_cast<double>(otherwise)) : static_cast<double>(otherwise);
  return n < 0 ? 0 : n > 1e9 ? size_t{1000000000} : static_cast<size_t>(n);
}

std::vector<std::string> texts_of(const Ask& ask, std::string_view option) {
  std::vector<std::string> out;
  const Value* value = find(ask.args, option);
  if (!value) return out;
  if (const List* list = value->get<List>())
    for (const Value& one : *list) out.push_back(print_value(one));
  else if (!value->null())
    out.push_back(print_value(*value));
  return out;
}

const std::string& option_text(const Ask& ask, std::string_view option) {
  static const std::string none;
  const Value* value = find(ask.args, option);
  return value ? value->text() : none;
}

std::optional<Failure> Asking::stopped() const {
  if (stop.load(std::memory_order_relaxed)) return Failure{Failure::Class::cancelled, "stopped while reading " + ask.frame()};
  if (deadline.monotonic_ns != 0) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (int64_t{now.tv_sec} * ns_per_s + now.tv_nsec > deadline.monotonic_ns)
      return Failure{Failure::Class::timeout, "time ran out while answering " + ask.frame(), "give more time or a shorter window"};
  }
  return std::nullopt;
}

}  // namespace inquest::otlp
