// Which layout a mapping is, and where in it each logical field lies.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/layout.h"

#include <algorithm>
#include <iterator>

#include "runtime/base/text.h"

namespace inquest::opensearch {

namespace {

constexpr const char* model_names[] = {"otel-v1", "data-prepper", "ss4o", "jaeger", "logs-otel", "logs-otel-v1", "logs-data-prepper"};

bool one_of(std::string_view one, std::initializer_list<std::string_view> all) { return std::find(all.begin(), all.end(), one) != all.end(); }

bool any_below(const std::map<std::string, Field>& fields, std::string_view prefix) {
  const auto at = fields.lower_bound(std::string(prefix));
  return at != fields.end() && at->first.compare(0, prefix.size(), prefix) == 0;
}

std::string with_signs(std::string_view name, bool at_signs) {
  std::string out(name);
  if (at_signs) std::replace(out.begin(), out.end(), '.', '@');
  return out;
}

// The kinds of one name: of several, what all of them can do.
Field merged(const std::string& path, const Json& kinds) {
  Field field;
  field.path = path;
  std::vector<std::string> types;
  bool aggregatable = true;
  for (const auto& [type, caps] : kinds.items()) {
    if (type == "unmapped") continue;
    types.push_back(type);
    const Json* can = member(caps, "aggregatable");
    aggregatable &= can && can->is_boolean() && can->get<bool>();
  }
  std::sort(types.begin(), types.end());
  if (types.empty()) return field;
  field.type = types.front();
  const auto all = [&](auto fits) {
    return std::all_of(types.begin(), types.end(), [&](const std::string& type) { Field one; one.type = type; return fits(one); });
  };
  if (types.size() > 1) {
    if (all([](const Field& one) { return one.whole(); })) field.type = "long";
    else if (all([](const Field& one) { return one.numeric(); })) field.type = "double";
    else if (all([](const Field& one) { return one.date(); })) field.type = "date", field.mixed = true;
    else field.type = "conflict";
  }
  if (field.type == "conflict") field.why = "mapped as " + join(types, " and as ") + " in different indices";
  else if (aggregatable) field.doc = path;
  else field.why = field.text() ? "text without keyword" : "mapped as " + field.type;
  return field;
}

// The first of the paths that is mapped as a value; text has a keyword beside it, or not.
Field first_of(const std::map<std::string, Field>& fields, std::initializer_list<std::string> paths) {
  for (const std::string& path : paths)
    if (const auto at = fields.find(path); at != fields.end() && at->second.type != "object" && at->second.type != "nested") return at->second;
  Field none;
  none.path = paths.size() == 0 ? std::string() : *paths.begin();
  none.why = "not mapped";
  return none;
}

std::optional<Model> guess(otlp::Signal signal, const std::map<std::string, Field>& fields) {
  const auto has = [&](const char* path) { return fields.count(path) != 0; };
  if (signal == otlp::Signal::spans) {
    if (has("operationName") && has("process.serviceName")) return Model::jaeger;
    if (!has("traceId") || !has("startTime")) return std::nullopt;
    if (any_below(fields, "span.attributes.")) return Model::data_prepper;
    if (has("serviceName") || any_below(fields, "resource.attributes.")) return Model::otel_v1;
    return Model::ss4o;
  }
  if (!has("body") && !has("body.keyword") && !any_below(fields, "body.") && !any_below(fields, "severity.")) return std::nullopt;
  if (any_below(fields, "log.attributes.") || (has("serviceName") && any_below(fields, "resource.attributes.service@"))) return Model::logs_data_prepper;
  if (has("serviceName") || any_below(fields, "resource.attributes.")) return Model::logs_otel_v1;
  if (has("@timestamp") || has("time") || has("observedTimestamp")) return Model::logs_otel;
  return std::nullopt;
}

void name_spans(Layout& layout) {
  const auto& fields = layout.fields;
  const auto pick = [&](std::initializer_list<std::string> paths) { return first_of(fields, paths); };
  if (layout.model == Model::jaeger) {
    layout.attributes = "tag.", layout.resource = "process.tag.", layout.at_signs = true;
    const auto tags = fields.find("tags");
    layout.nested_tags = tags != fields.end() && tags->second.type == "nested";
    layout.trace = pick({"traceID"}), layout.span = pick({"spanID"}), layout.parent = pick({"references.spanID"});
    layout.service = pick({"process.serviceName"}), layout.name = pick({"operationName"});
    layout.kind = pick({"tag.span@kind"}), layout.status = pick({"tag.error"});
    layout.start = pick({"startTime"}), layout.duration = pick({"duration"}), layout.clock = pick({"startTimeMillis", "startTime"});
    layout.duration_unit = layout.time_unit = 1000;
    return;
  }
  layout.trace = pick({"traceId"}), layout.span = pick({"spanId"}), layout.parent = pick({"parentSpanId"});
  layout.name = pick({"name"}), layout.kind = pick({"kind"}), layout.status = pick({"status.code", "statusCode"});
  layout.start = pick({"startTime"}), layout.end = pick({"endTime"}), layout.duration = pick({"durationInNanos"});
  layout.clock = layout.start;
  if (layout.model == Model::ss4o) {
    layout.attributes = "attributes.", layout.resource = "resource.";
    layout.service = pick({"resource.service.name"});
    layout.duration = {};                                // another writer's field of that name is not this layout's
    return;
  }
  layout.at_signs = layout.model == Model::data_prepper;
  layout.attributes = layout.at_signs ? "span.attributes." : "attributes.";
  layout.resource = "resource.attributes.";
  layout.service = pick({"serviceName", layout.at_signs ? "resource.attributes.service@name" : "resource.attributes.service.name"});
}

void name_logs(Layout& layout) {
  const auto pick = [&](std::initializer_list<std::string> paths) { return first_of(layout.fields, paths); };
  layout.at_signs = layout.model == Model::logs_data_prepper;
  layout.attributes = layout.at_signs ? "log.attributes." : "attributes.";
  layout.resource = layout.model == Model::logs_otel ? "resource." : "resource.attributes.";
  const std::string named = layout.resource + (layout.at_signs ? "service@name" : "service.name");
  layout.service = layout.model == Model::logs_otel ? pick({named}) : pick({"serviceName", named});
  layout.trace = pick({"traceId"}), layout.span = pick({"spanId"});
  layout.time = layout.model == Model::logs_otel ? pick({"@timestamp", "time"}) : pick({"time", "@timestamp"});
  layout.observed = pick({"observedTimestamp", "observedTime"});
  if (!layout.time.there()) std::swap(layout.time, layout.observed);
  layout.severity = pick({"severity.text", "severityText"}), layout.severity_number = pick({"severity.number", "severityNumber"});
  layout.body = pick({"body"});
  layout.start = layout.clock = layout.time;
}

}  // namespace

const char* model_name(Model model) { return model_names[static_cast<size_t>(model)]; }

std::optional<Model> model_of(std::string_view name) {
  for (size_t i = 0; i < std::size(model_names); ++i)
    if (name == model_names[i]) return static_cast<Model>(i);
  return std::nullopt;
}

bool Field::whole() const { return one_of(type, {"long", "integer", "short", "byte", "unsigned_long"}); }
bool Field::numeric() const { return whole() || one_of(type, {"double", "float", "half_float", "scaled_float"}); }

const Field* Layout::field(std::string_view path) const {
  const auto at = fields.find(std::string(path));
  return at == fields.end() ? nullptr : &at->second;
}

std::string Layout::describe() const {
  std::string out = std::string(otlp::signal_name(signal)) + ": " + model_name(model) + " in " + index;
  if (signal == otlp::Signal::spans && !has_duration())
    out += painless ? ", durations by a script" : ", no durations but those of the rows";
  if (nested_tags) out += ", tags nested";
  return out;
}

std::map<std::string, Field> read_field_caps(const Json& answer) {
  std::map<std::string, Field> fields;
  const Json* all = member(answer, "fields");
  if (!all || !all->is_object()) return fields;
  for (const auto& [path, kinds] : all->items()) {
    if (path.empty() || path[0] == '_' || !kinds.is_object()) continue;
    if (Field field = merged(path, kinds); field.there()) fields.emplace(path, std::move(field));
  }
  for (auto& [path, field] : fields) {
    if (!field.doc.empty() || field.type == "conflict") continue;
    if (const auto beside = fields.find(path + ".keyword"); beside != fields.end() && !beside->second.doc.empty() && field.text())
      field.doc = beside->second.doc, field.why.clear();
  }
  return fields;
}

Result<Layout> make_layout(otlp::Signal signal, std::string index, std::map<std::string, Field> fields, std::optional<Model> told) {
  Layout layout;
  layout.signal = signal;
  layout.index = std::move(index);
  layout.fields = std::move(fields);
  const std::optional<Model> model = told ? told : guess(signal, layout.fields);
  if (!model)
    return Error{Code::not_found, std::string("the fields of ") + printable(layout.index, 120) + " are of no known layout of " + otlp::signal_name(signal), "",
                 std::string("say which with `layout`: ") + join({model_names, model_names + std::size(model_names)}, ", ")};
  layout.model = *model;
  if (signal == otlp::Signal::spans) name_spans(layout);
  else name_logs(layout);
  layout.namespace_ = resource_field(layout, "service.namespace");
  layout.instance = resource_field(layout, "service.instance.id");
  layout.version_field = resource_field(layout, "service.version");
  const Field& must = signal == otlp::Signal::spans ? layout.trace : layout.time;
  if (!must.there() || !layout.start.there())
    return Error{Code::not_found, printable(layout.index, 120) + " has no field `" + (must.there() ? layout.start.path : must.path) + "`, which " + model_name(*model) + " has", "",
                 "name another layout, or other indices"};
  return layout;
}

Field resource_field(const Layout& layout, std::string_view name) {
  return first_of(layout.fields, {layout.resource + with_signs(name, layout.at_signs)});
}

Field attribute_field(const Layout& layout, std::string_view name) {
  const std::string path = layout.attributes + with_signs(name, layout.at_signs);
  Field own = first_of(layout.fields, {path});
  if (const Field* outer = layout.field(path); !own.there() && outer && outer->type == "object")
    own = first_of(layout.fields, {path + ".value"});    // `a` beside `a.b`, as the Collector's writers rename it
  if (layout.model == Model::data_prepper || layout.model == Model::logs_data_prepper) {  // a newer writer beside it
    const Field other = first_of(layout.fields, {"attributes." + std::string(name)});
    if (own.there() && other.there()) own.doc.clear(), own.why = "written as " + own.path + " and as " + other.path;
    else if (other.there()) own = other;
  }
  if (!own.there() && layout.nested_tags) {
    own.type = "nested", own.why = "tags are nested documents here";
    return own;
  }
  if (own.cut) own.doc.clear(), own.why = "mapped as whole numbers while fractions are sent";
  if (own.there()) return own;
  Field resource = resource_field(layout, name);
  return resource.there() ? resource : own;
}

std::vector<Field> instance_fields(const Layout& layout) {
  std::vector<Field> out;
  for (const std::string& name : otlp::default_identity())
    if (Field field = resource_field(layout, name); field.there()) out.push_back(std::move(field));
  return out;
}

}  // namespace inquest::opensearch
