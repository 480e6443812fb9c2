// Painless that reads a span.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/agg_span_script.h"

namespace inquest::opensearch {

namespace {

constexpr const char* text_function =
    "String text(def doc, String f) { return f.isEmpty() || !doc.containsKey(f) || doc[f].size() == 0 ? null : "
    "doc[f].value.toString().replace('\x01', ' ').replace('\x02', ' '); } "
    "String tag(def s, String n) { if (s == null || s.tags == null) return null; "
    "for (def t : s.tags) { if (n.equals(t.key)) return t.value == null ? null : t.value.toString().replace('\x01', ' ').replace('\x02', ' '); } "
    "return null; } ";
constexpr const char* times =
    "long d = took(doc, s, params); long t = start(doc, s, params); if (d == Long.MIN_VALUE || t == Long.MIN_VALUE) return; "
    "String service = text(doc, params.service); ";
constexpr const char* fields =
    "String above = text(doc, params.parent); String kind = text(doc, params.kind); String status = text(doc, params.status); "
    "boolean failed = status != null && params.failed.contains(status); ";
constexpr const char* nested_tags =
    "String above = s.parentSpanID; if (s.references != null) { for (def r : s.references) { "
    "if ('CHILD_OF'.equals(r.refType)) { above = r.spanID; break; } } } "
    "String kind = tag(s, 'span.kind'); if (kind == null) kind = text(doc, params.kind); "
    "String status = tag(s, 'otel.status_code'); String error = tag(s, 'error'); if (error == null) error = text(doc, params.status); "
    "boolean failed = 'ERROR'.equals(status) || 'true'.equals(error); ";
constexpr const char* no_parent = "if (above != null && (above.isEmpty() || above.equals('0000000000000000'))) above = null; ";

}  // namespace

Json painless(std::string source) { return {{"source", std::move(source)}, {"lang", "painless"}}; }

Json spellings(const std::vector<std::string>& kinds) {
  Json out = Json::array();
  for (const std::string& kind : kinds) {
    std::string first = kind, upper = kind;
    for (char& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    first[0] = upper[0];
    for (const std::string& text : {kind, first, upper, "SPAN_KIND_" + upper, std::to_string(kind_number(kind))}) out.push_back(text);
  }
  return out;
}

std::string span_script(const Layout& layout, const Scripts& scripts, const std::string& before, const std::string& body) {
  const bool jaeger = layout.model == Model::jaeger;
  return scripts.functions() + text_function + (jaeger || scripts.from_source() ? "def s = params._source; " : "def s = null; ") + before + times +
         (jaeger ? nested_tags : fields) + no_parent + body;
}

Json span_params(const Layout& layout, const Scripts& scripts) {
  Json params = scripts.params();
  params["service"] = layout.service.doc;                // no null: the server copies these deeply and fails on one
  params["parent"] = layout.parent.doc;
  params["kind"] = layout.kind.doc;
  params["status"] = layout.status.doc;
  params["failed"] = {"2", "error", "Error", "ERROR", "STATUS_CODE_ERROR", "true"};
  return params;
}

}  // namespace inquest::opensearch
