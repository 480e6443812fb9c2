// Attributes from the fields under the layout's prefix.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/agg_attributes.h"

#include <algorithm>

namespace inquest::opensearch {

bool may_be_parsed(const Layout& layout, const Attribute& attribute) {
  return layout.model == Model::data_prepper && attribute.field.type == "keyword";
}

Json examples(const Attribute& attribute) { return {{"top_hits", {{"size", 2}, {"_source", {attribute.field.path}}}}}; }

bool are_numbers(const Json* examples) {
  const Json* hits = examples ? member(*examples, "hits") : nullptr;
  const Json* list = hits ? member(*hits, "hits") : nullptr;
  if (!list || !list->is_array() || list->empty()) return false;
  for (const Json& hit : *list) {
    const Json* value = member(hit, "_source");
    while (value && value->is_object() && value->size() == 1) value = &value->begin().value();
    if (!value || !value->is_number()) return false;
  }
  return true;
}

std::vector<Attribute> attributes_of(const Layout& layout, const std::vector<std::string>& named, bool numeric,
                                     std::vector<std::string>* left) {
  std::vector<Attribute> out;
  for (const auto& [path, field] : layout.fields) {
    if (layout.attributes.empty() || path.compare(0, layout.attributes.size(), layout.attributes) != 0) continue;
    if (field.type == "object" || field.type == "nested" || !field.there()) continue;
    const size_t parent = path.rfind('.');                // the keyword beside a text is no attribute of its own
    if (parent != std::string::npos && path.substr(parent) == ".keyword" && layout.field(path.substr(0, parent)) &&
        layout.field(path.substr(0, parent))->text())
      continue;
    std::string name = path.substr(layout.attributes.size());
    if (layout.at_signs) std::replace(name.begin(), name.end(), '@', '.');
    // What exporters to OpenSearch add of their own.
    if (named.empty() && layout.model == Model::ss4o && name.compare(0, 12, "data_stream.") == 0) continue;
    if (!named.empty() && std::find(named.begin(), named.end(), name) == named.end()) continue;
    if (numeric && !field.numeric() && !may_be_parsed(layout, {name, field})) continue;
    if (field.doc.empty()) {
      if (left) left->push_back(name + (field.why.empty() ? "" : " (" + field.why + ")"));
      continue;
    }
    out.push_back({std::move(name), field, false});
  }
  // Exceptions are told of their spans; where events are nested documents they cannot be counted beside the spans.
  const Field* events = layout.field("events");
  for (const char* name : {"exception.type", "exception.message"}) {
    const Field* field = layout.field("events.attributes." + std::string(name));
    if (!field || numeric || (!named.empty() && std::find(named.begin(), named.end(), name) == named.end())) continue;
    if (!field->doc.empty() && !(events && events->type == "nested")) out.push_back({name, *field, false});
    else if (left) left->push_back(std::string(name) + " (in nested events)");
  }
  std::sort(out.begin(), out.end(), [](const Attribute& a, const Attribute& b) { return a.name < b.name; });
  return out;
}

}  // namespace inquest::opensearch
