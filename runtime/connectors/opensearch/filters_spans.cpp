// Kinds, statuses, roots and entry spans as queries, and how each writer spells them.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/leaf.h"

namespace inquest::opensearch {

using namespace leaf;

Json kind_filter(const Layout& layout, const std::vector<std::string>& kinds) {
  std::vector<std::string> spellings;
  bool unspecified = false;
  for (const std::string& kind : kinds) {
    const std::string small = lower(kind);
    const int number = kind_number(small);
    if (number == 0) {
      if (small == "unspecified") unspecified = true;
      else continue;                                     // no kind of that name: nothing has it
    }
    std::string big = small, first = small;
    for (char& c : big) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    first[0] = big[0];
    if (layout.kind.numeric()) spellings.push_back(std::to_string(number));
    else spellings.insert(spellings.end(), {small, first, big, "SPAN_KIND_" + big});
  }
  std::vector<Json> either;
  if (layout.model == Model::jaeger) {
    if (layout.nested_tags) either.push_back(tag_is("tags", "span.kind", spellings));
    if (layout.kind.there()) either.push_back(equals(layout, layout.kind, spellings));
    if (unspecified) {                                   // Jaeger writes no tag for internal either in older versions
      std::vector<Json> told = {tag("tags", "span.kind", std::nullopt)};
      if (layout.kind.there()) told.push_back(exists(layout.kind));
      either.push_back(not_any(std::move(told)));
    }
    return any_of(std::move(either));
  }
  if (!spellings.empty() && layout.kind.there()) either.push_back(equals(layout, layout.kind, spellings));
  if (unspecified) either.push_back(lacks(layout, layout.kind));
  return any_of(std::move(either));
}

Json status_filter(const Layout& layout, const std::vector<std::string>& statuses) {
  std::vector<Json> either;
  for (const std::string& status : statuses) {
    const std::string small = lower(status);
    const uint8_t number = status_number(small);
    if (number == 0 && small != "unset") continue;
    if (layout.model == Model::jaeger) {
      std::vector<Json> error, ok;
      if (layout.nested_tags) {
        error.push_back(tag_is("tags", "error", {"true"})), error.push_back(tag_is("tags", "otel.status_code", {"ERROR"}));
        ok.push_back(tag_is("tags", "otel.status_code", {"OK"}));
      }
      if (const Field* field = layout.field("tag.error")) error.push_back(equals(layout, *field, {"true"}));
      if (const Field* field = layout.field("tag.otel@status_code"))
        error.push_back(equals(layout, *field, {"ERROR"})), ok.push_back(equals(layout, *field, {"OK"}));
      if (number == 2) either.push_back(any_of(error));
      else if (number == 1) either.push_back(any_of(ok));
      else error.insert(error.end(), ok.begin(), ok.end()), either.push_back(not_any(error));
      continue;
    }
    if (!layout.status.there()) {
      either.push_back(number == 0 ? all_of({}) : none_of_it());
      continue;
    }
    static const char* const words[] = {"Unset", "Ok", "Error"};
    static const char* const names[] = {"UNSET", "OK", "ERROR"};
    if (layout.status.numeric()) either.push_back(equals(layout, layout.status, {std::to_string(number)}));
    else
      either.push_back(equals(layout, layout.status, {words[number], names[number], lower(words[number]), std::string("STATUS_CODE_") + names[number], std::to_string(number)}));
    if (number == 0) either.push_back(lacks(layout, layout.status));
  }
  return any_of(std::move(either));
}

Json root_filter(const Layout& layout) {
  if (layout.model == Model::jaeger) {                   // a parent is a CHILD_OF, the rest may be links
    std::vector<Json> parents = {nested("references", term("references.refType", "CHILD_OF"))};
    if (const Field* field = layout.field("parentSpanID")) parents.push_back(all_of({exists(*field), not_any({equals(layout, *field, {""})})}));
    return not_any(std::move(parents));
  }
  if (!layout.parent.there()) return all_of({});
  std::vector<Json> either = {not_any({exists(layout.parent)})};
  either.push_back(equals(layout, layout.parent, {"", "0000000000000000"}));
  return any_of(std::move(either));
}

Json entry_root_filter(const Layout& layout) {
  std::vector<Json> not_these = {kind_filter(layout, {"server", "client", "producer", "consumer"})};
  if (!layout.entry_services.empty() && layout.service.there())
    not_these.push_back(equals(layout, layout.service, {layout.entry_services.begin(), layout.entry_services.end()}));
  return all_of({root_filter(layout), not_any(std::move(not_these))});
}

Json entry_filter(const Layout& layout) { return any_of({kind_filter(layout, {"server", "consumer"}), entry_root_filter(layout)}); }

Json duration_value(const Layout& layout) {
  if (layout.has_duration()) return object("field", layout.duration.doc);
  if (!layout.painless || !layout.start.date() || !layout.end.date()) return nullptr;
  Json script = Json::object();
  script["lang"] = "painless";
  script["source"] =
      "if (doc[params.start].size() == 0 || doc[params.end].size() == 0) return 0L; "
      "return ChronoUnit.NANOS.between(doc[params.start].value, doc[params.end].value);";
  script["params"] = Json{{"start", layout.start.doc}, {"end", layout.end.doc}};
  return object("script", std::move(script));
}

bool only_heads(const Ask& ask) {
  for (const auto& [key, value] : ask.where)
    if (ask.signal == "spans" ? key != "kind" && key != "status" && key != "operation" : key != "severity" && key != "body") return false;
  return true;
}

Json source_fields(const Layout& layout, bool heads) {
  Json out = Json::array();
  const auto add = [&](std::initializer_list<const char*> names) {
    for (const char* name : names) out.push_back(name);
  };
  if (layout.model == Model::jaeger) {
    add({"traceID", "spanID", "parentSpanID", "operationName", "references", "startTime", "duration", "tags", "tag", "logs", "process", "flags"});
    return out;
  }
  if (layout.signal == otlp::Signal::spans)
    add({"traceId", "spanId", "parentSpanId", "name", "kind", "startTime", "endTime", "durationInNanos", "status*", "serviceName", "attributes",
         "span.attributes*", "events.name", "events.attributes.exception*", "links.traceId", "links.spanId"});
  else
    add({"traceId", "spanId", "time", "@timestamp", "observedTimestamp", "observedTime", "severity*", "body", "eventName", "serviceName", "attributes",
         "log.attributes*"});
  if (!heads) add({"resource*"});
  else
    for (const char* name : {"service", "k8s", "container"}) out.push_back(layout.resource + name + "*");
  return out;
}

uint8_t kind_number(std::string_view text) {
  static const char* const kinds[] = {"unspecified", "internal", "server", "client", "producer", "consumer"};
  std::string small = lower(text);
  if (small.compare(0, 10, "span_kind_") == 0) small.erase(0, 10);
  for (uint8_t i = 0; i < 6; ++i)
    if (small == kinds[i] || (small.size() == 1 && small[0] == '0' + i)) return i;
  return 0;
}

uint8_t status_number(std::string_view text) {
  static const char* const codes[] = {"unset", "ok", "error"};
  std::string small = lower(text);
  if (small.compare(0, 12, "status_code_") == 0) small.erase(0, 12);
  for (uint8_t i = 0; i < 3; ++i)
    if (small == codes[i] || (small.size() == 1 && small[0] == '0' + i)) return i;
  return 0;
}

}  // namespace inquest::opensearch
