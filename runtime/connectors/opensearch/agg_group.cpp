// Heads from composite keys, windows and kinds as queries, pages.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/agg_group.h"

#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/agg_script.h"
#include "runtime/connectors/opensearch/leaf.h"

namespace inquest::opensearch {

namespace {

constexpr char parted = '\x01';
// What head_of reads of a resource; the first two lines tell service and namespace.
const std::vector<std::string> names_of_service = {"service.namespace", "k8s.namespace.name"};
const std::vector<std::string> workloads = {"k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name", "k8s.cronjob.name",
                                            "k8s.job.name", "k8s.container.name"};
const std::vector<std::string> names_of_instance = {"service.version", "service.instance.id", "k8s.pod.name", "k8s.pod.uid",
                                                    "container.id", "container.image.tag"};

// Values of process.tags in the order of params.names, each ended by \1.
constexpr const char* packed_source =
    "def p = params._source.process; if (p == null || p.tags == null) return ''; String r = ''; "
    "for (String n : params.names) { for (def t : p.tags) { if (n.equals(t.key)) { r += t.value; break; } } r += '\x01'; } return r;";

}  // namespace

Json composite_source(const char* name, const Field& field) {
  return {{name, {{"terms", {{"field", field.doc}, {"missing_bucket", true}}}}}};
}

Json key_text(const Json& key, const char* name) {
  const Json* value = member(key, name);
  if (!value || value->is_null()) return nullptr;
  return value->is_string() ? *value : Json(value->dump());
}

Heads::Heads(const Layout& layout, Of of, int64_t spans) {
  std::vector<std::string> names = names_of_service;
  names.insert(names.end(), workloads.begin(), workloads.end());
  if (of == Of::service) names.push_back("k8s.pod.name");
  else names.insert(names.end(), names_of_instance.begin(), names_of_instance.end());
  if (!layout.service.doc.empty()) {
    sources_.push_back(composite_source("s", layout.service));
    parts_.push_back({"s", "service.name", layout.service});
  }
  bool lost = false;
  for (const std::string& name : names) {
    const Field field = name == "service.namespace" ? layout.namespace_ : name == "service.version" ? layout.version_field
                                                                                                   : resource_field(layout, name);
    if (!field.doc.empty()) {
      const std::string source = "h" + std::to_string(parts_.size());
      sources_.push_back(composite_source(source.c_str(), field));
      parts_.push_back({source, name, field});
    } else if (layout.nested_tags && layout.painless && spans <= most_from_source) {
      packed_.push_back(name);
    } else if (layout.nested_tags) {
      lost = true;
    } else if (field.there()) {
      notes_.push_back(name + " is not told: " + field.why);
    }
  }
  if (lost) notes_.push_back("namespace, instance and version are not told: they lie in nested tags of too many spans");
  if (!packed_.empty())
    sources_.push_back({{"p", {{"terms", {{"script", {{"source", packed_source}, {"lang", "painless"}, {"params", {{"names", packed_}}}}}}}}}});
}

std::vector<std::string> Heads::fields() const {
  std::vector<std::string> out;
  for (const Part& part : parts_) out.push_back(part.field.doc);
  return out;
}

Json Heads::key(const std::vector<std::string_view>& texts, std::string_view packed) const {
  Json out = Json::object();
  for (size_t i = 0; i < parts_.size() && i < texts.size(); ++i)
    if (!texts[i].empty()) out[parts_[i].source] = std::string(texts[i]);
  if (!packed_.empty()) out["p"] = std::string(packed);
  return out;
}

Json key_filter(const Json& key, const std::string& source, const Field& field) {
  const Json text = key_text(key, source.c_str());
  return text.is_string() ? leaf::term(field.doc, text) : not_any({exists(field)});
}

Json Heads::filter(const Json& key) const {
  std::vector<Json> all;
  for (const Part& part : parts_) all.push_back(key_filter(key, part.source, part.field));
  return all_of(std::move(all));
}

otlp::Head Heads::head(const Json& key, const otlp::Aliases& aliases) const {
  otlp::Texts texts;
  otlp::Resource resource;
  const auto put = [&](const std::string& attribute, const std::string& value) {
    if (value.empty()) return;
    const otlp::TextId id = texts.intern(value);
    if (attribute == "service.name") resource.service = id;
    if (attribute == "service.namespace") resource.namespace_ = id;
    if (attribute == "service.version") resource.version = id;
    if (attribute == "service.instance.id") resource.instance = id;
    otlp::Cell cell;
    cell.key = texts.intern(attribute);
    cell.text = id;
    resource.attributes.push_back(cell);
  };
  for (const Part& part : parts_)
    if (const Json text = key_text(key, part.source.c_str()); text.is_string()) put(part.attribute, text.get<std::string>());
  if (!packed_.empty()) {
    const std::string all = member_text(key, "p");
    size_t from = 0;
    for (const std::string& name : packed_) {
      const size_t to = all.find(parted, from);
      if (to == std::string::npos) break;
      put(name, all.substr(from, to - from));
      from = to + 1;
    }
  }
  return otlp::head_of(texts, resource, aliases);
}

std::vector<Part> parts_of(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  std::vector<Part> parts;
  const std::vector<otlp::Stretch> windows = otlp::stretches(ask);
  for (size_t i = 0; i < windows.size(); ++i) {
    Part part{i, windows[i].window, scope_filter(layout, ask, windows[i].window, aliases)};
    // Where the index keeps milliseconds, scripts look at the ends again, or put what is less than one beyond on them.
    if (!window_exact(layout, windows[i].window)) std::erase(part.filter.loose, "the window's ends");
    if (i + 1 < windows.size() && !cut(windows[i].window, windows.back().window).empty())
      part.filter.query = all_of({part.filter.query, not_any({window_filter(layout, windows.back().window)})});
    parts.push_back(std::move(part));
  }
  return parts;
}

bool loose(const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(), [](const Part& part) { return !part.filter.exact(); });
}

Json kind_source(const Layout& layout) { return layout.kind.doc.empty() || layout.nested_tags ? Json(nullptr) : composite_source("k", layout.kind); }

std::vector<KindPart> kind_parts(const Layout& layout) {
  const Json roots = entry_root_filter(layout);
  std::vector<KindPart> parts = {{roots, "root"}};
  if (!kind_source(layout).is_null()) {
    parts.push_back({not_any({roots}), {}});
    return parts;
  }
  for (const char* kind : {"server", "client", "producer", "consumer"}) parts.push_back({kind_filter(layout, {kind}), kind});
  for (const char* kind : {"internal", "unspecified"})
    parts.push_back({all_of({kind_filter(layout, {kind}), not_any({roots})}), kind});
  return parts;
}

std::string kind_of(const KindPart& part, const Json& key) {
  if (!part.kind.empty()) return part.kind;
  const Json text = key_text(key, "k");
  return otlp::kind_name(text.is_string() ? kind_number(text.get<std::string>()) : 0);
}

Json body_of(const Json& query, Json aggregations) {
  return {{"size", 0}, {"track_total_hits", false}, {"query", query}, {"aggs", std::move(aggregations)}};
}

Pager::Pager(const Layout& layout, Json query, Json sources, Json sub, size_t page, std::string why)
    : index_(layout.index), why_(std::move(why)), query_(std::move(query)), sources_(std::move(sources)), sub_(std::move(sub)),
      page_(page) {}

Search Pager::next() const {
  Json composite = {{"size", page_}, {"sources", sources_}};
  if (!after_.is_null()) composite["after"] = after_;
  Json groups = {{"composite", std::move(composite)}};
  if (!sub_.empty()) groups["aggs"] = sub_;
  Json all = {{"c", std::move(groups)}};
  if (first_)
    for (const auto& [name, aggregation] : siblings_.items()) all[name] = aggregation;
  return {index_, body_of(query_, std::move(all)), 0, why_};
}

const Json* Pager::take(const Json& body) {
  const Json* all = member(body, "aggregations");
  const Json* groups = all ? member(*all, "c") : nullptr;
  const Json* buckets = groups ? member(*groups, "buckets") : nullptr;
  first_ = false;
  if (!buckets || !buckets->is_array()) {
    done_ = true;
    return nullptr;
  }
  const Json* after = member(*groups, "after_key");
  if (only_ || !after || buckets->size() < page_) done_ = true;
  else after_ = *after;
  return buckets;
}

Failure no_buckets(const Ask& ask) {
  return {Failure::Class::malformed, "the server's answer to " + ask.frame() + " has no aggregations",
          "is the address that of an OpenSearch, and not of a proxy that rewrites answers?"};
}

int64_t sum_of(const Json& bucket, const char* name) {
  const Json* metric = member(bucket, name);
  const Json* value = metric ? member(*metric, "value") : nullptr;
  if (!value || !value->is_number()) return 0;
  const double number = value->get<double>();
  return std::isfinite(number) ? std::llround(number) : 0;
}

int64_t docs_of(const Json& bucket, const char* name) {
  const Json* filter = member(bucket, name);
  return filter ? docs(*filter) : 0;
}

void Remarks::take(const Reply& reply) {
  if (partial_.empty()) partial_ = reply.partial;
  for (const std::string& one : reply.notes) note(one);
}

void Remarks::note(const std::string& text) {
  if (std::find(notes_.begin(), notes_.end(), text) == notes_.end()) notes_.push_back(text);
}

void Remarks::approximate(const std::string& text) {
  if (approximate_.find(text) == std::string::npos) approximate_ += (approximate_.empty() ? "" : "; ") + text;
}

void Remarks::put(Marks& marks) const {
  if (!approximate_.empty()) marks.approximate += (marks.approximate.empty() ? "" : "; ") + approximate_;
  if (marks.partial.empty()) marks.partial = partial_;
  marks.notes.insert(marks.notes.end(), notes_.begin(), notes_.end());
}

}  // namespace inquest::opensearch
