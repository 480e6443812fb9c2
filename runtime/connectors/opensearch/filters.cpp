// What an ask means as a JSON tree of queries. Values are leaves; nothing here is ever put into a text.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/leaf.h"

namespace inquest::opensearch {

using namespace leaf;

namespace {

constexpr size_t terms_at_once = 10'000;                 // the server's own limit is 65 536
constexpr size_t surely_indexed = 250;                   // bytes: longer texts may be beyond ignore_above

template <class T>
std::optional<T> number_of(const std::string& text) {
  T value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

void relax(bool* loose) {
  if (loose) *loose = true;
}

// Matches the text as a term, a phrase or a number, whatever the field is in an index.
Json whatever(const std::string& path, const std::string& value) {
  Json match = Json::object();
  match["query"] = value;
  match["operator"] = "and";
  match["lenient"] = true;
  return object("match", object(path, std::move(match)));
}

Json phrase(const std::string& path, const std::string& value) { return object("match_phrase", object(path, value)); }

// One condition of `where`, taken apart as otlp::Condition reads it.
struct Wanted {
  std::vector<std::string> any, like;
  std::optional<double> above, below;
};

Wanted wanted_of(const Value& value) {
  Wanted out;
  const auto take = [&](const Value& one) {
    const Term* word = one.get<Term>();
    if (!word) {
      out.any.push_back(print_value(one));
      return;
    }
    for (const Value& arg : word->args) {
      if (word->word == "above") out.above = arg.number();
      if (word->word == "below") out.below = arg.number();
      if (word->word == "like") out.like.push_back(arg.text());
    }
  };
  if (const List* list = value.get<List>())
    for (const Value& one : *list) take(one);
  else
    take(value);
  return out;
}

// A wanted value of a field that is mapped.
Json holds(const Layout& layout, const Field& field, const Wanted& wanted, bool* loose) {
  std::vector<Json> either;
  if (!wanted.any.empty()) either.push_back(equals(layout, field, wanted.any, loose));
  for (const std::string& one : wanted.like) {
    const Json words = words_filter(field, one, true);
    either.push_back(words.is_null() ? exists(field) : words);
    relax(loose);
  }
  if (wanted.above || wanted.below) either.push_back(between(layout, field, wanted.above, wanted.below, loose));
  return any_of(std::move(either));
}

// Where neither is mapped nothing can have the attribute.
Json attribute_holds(const Layout& layout, const std::string& name, const Wanted& wanted, Filter& filter) {
  bool loose = false;
  std::vector<Json> either;
  const Field own = attribute_field(layout, name), of_resource = resource_field(layout, name);
  const bool has_own = own.there() && own.path != of_resource.path;
  if (layout.nested_tags) {
    for (const char* where : {"tags", "process.tags"}) {
      if (!wanted.any.empty()) either.push_back(tag_is(where, name, wanted.any));
      else either.push_back(tag(where, name, std::nullopt)), loose = true;
    }
  }
  if (has_own && own.type != "nested") {
    either.push_back(holds(layout, own, wanted, &loose));
    if (own.why.compare(0, 7, "written") == 0) {         // two writers, two fields
      const Field* other = layout.field("attributes." + name);
      if (other) either.push_back(holds(layout, *other, wanted, &loose));
    }
  }
  if (of_resource.there()) {
    Json there = holds(layout, of_resource, wanted, &loose);
    either.push_back(has_own && own.type != "nested" ? all_of({std::move(there), not_any({exists(own)})}) : std::move(there));
  }
  if (either.empty()) {
    filter.notes.push_back("no attribute `" + printable(name, 60) + "` is mapped in " + printable(layout.index, 80));
    return none_of_it();
  }
  if (loose) filter.loose.push_back(name);
  return any_of(std::move(either));
}

// `first` tells; where it does not, the next one.
Json chain(const Layout& layout, const std::vector<Field>& fields, const std::string& value, bool* loose) {
  std::vector<Json> either, before;
  for (const Field& field : fields) {
    std::vector<Json> all = before;
    all.push_back(equals(layout, field, {value}, loose));
    either.push_back(all_of(std::move(all)));
    before.push_back(lacks(layout, field));
  }
  return any_of(std::move(either));
}

std::vector<Field> mapped(const Layout& layout, std::initializer_list<const char*> names) {
  std::vector<Field> out;
  for (const char* name : names)
    if (Field field = resource_field(layout, name); field.there()) out.push_back(std::move(field));
  return out;
}

Json service_filter(const Layout& layout, const std::string& service, const otlp::Aliases& aliases, bool* loose) {
  const std::vector<std::string> names = written_services(service, aliases);
  std::vector<Json> either;
  if (layout.service.there()) either.push_back(equals(layout, layout.service, names, loose));
  if (!layout.serviceless) return any_of(std::move(either));
  // The first of these that a resource without service.name has; pods by the name of their workload.
  std::vector<Json> workload;
  for (const Field& field : mapped(layout, {"k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name", "k8s.cronjob.name", "k8s.job.name", "k8s.container.name"})) {
    workload.push_back(equals(layout, field, names, loose));
    relax(loose);
  }
  for (const Field& field : mapped(layout, {"k8s.pod.name"}))
    for (const std::string& name : names)
      if (!field.doc.empty()) workload.push_back(object("prefix", object(field.doc, name + "-"))), relax(loose);
  if (!workload.empty()) {
    Json those = any_of(std::move(workload));
    either.push_back(layout.service.there() ? all_of({lacks(layout, layout.service), std::move(those)}) : std::move(those));
  }
  return any_of(std::move(either));
}

Json kind_wanted(const Layout& layout, const Wanted& wanted, Filter& filter) {
  if (!wanted.like.empty() || wanted.above || wanted.below) {
    filter.loose.push_back("kind");
    return everything();
  }
  std::vector<Json> either;
  std::vector<std::string> plain;
  for (const std::string& kind : wanted.any) {
    if (kind == "root") either.push_back(entry_root_filter(layout));
    else if (kind == "internal" || kind == "unspecified")
      either.push_back(all_of({kind_filter(layout, {kind}), not_any({entry_root_filter(layout)})}));
    else plain.push_back(kind);
  }
  if (!plain.empty()) either.push_back(kind_filter(layout, plain));
  return any_of(std::move(either));
}

const char* const severities[] = {"trace", "debug", "info", "warn", "error", "fatal"};

Json severity_wanted(const Layout& layout, const Wanted& wanted, Filter& filter) {
  if (!wanted.like.empty() || wanted.above || wanted.below) {
    filter.loose.push_back("severity");
    return everything();
  }
  std::vector<Json> either;
  for (const std::string& raw : wanted.any) {
    const std::string severity = lower(raw);
    if (!layout.severity.doc.empty()) {
      Json same = Json::object();
      same["value"] = severity;
      same["case_insensitive"] = true;
      either.push_back(term(layout.severity.doc, std::move(same)));
    } else if (layout.severity.there()) {
      either.push_back(whatever(layout.severity.path, severity));
      filter.loose.push_back("severity");
    }
    for (int i = 0; i < 6; ++i) {
      if (severity != severities[i] || !layout.severity_number.there()) continue;
      Json range = Json::object();
      range["gte"] = 4 * i + 1;
      range["lte"] = 4 * i + 4;
      if (layout.severity_number.numeric()) either.push_back(object("range", object(layout.severity_number.path, std::move(range))));
      else
        for (int n = 4 * i + 1; n <= 4 * i + 4; ++n) either.push_back(whatever(layout.severity_number.path, std::to_string(n)));
    }
  }
  return any_of(std::move(either));
}

}  // namespace

Json none_of_it() { return leaf::object("match_none", Json::object()); }

Json all_of(std::vector<Json> filters) {
  if (filters.size() == 1) return std::move(filters[0]);
  if (filters.empty()) return everything();
  return object("bool", object("filter", Json(std::move(filters))));
}

Json any_of(std::vector<Json> filters) {
  if (filters.size() == 1) return std::move(filters[0]);
  if (filters.empty()) return none_of_it();
  Json inside = object("should", Json(std::move(filters)));
  inside["minimum_should_match"] = 1;
  return object("bool", std::move(inside));
}

Json not_any(std::vector<Json> filters) { return object("bool", object("must_not", Json(std::move(filters)))); }

Json exists(const Field& field) { return object("exists", object("field", field.path)); }

Json equals(const Layout&, const Field& field, const std::vector<std::string>& values, bool* loose) {
  if (!field.there() || values.empty()) return none_of_it();
  std::vector<Json> each, more;
  if (field.numeric()) {
    for (const std::string& text : values) {
      const auto whole = number_of<int64_t>(text);
      const auto real = number_of<double>(text);
      if (whole) each.push_back(*whole);
      else if (real && std::isfinite(*real) && !field.whole()) each.push_back(*real);
      else if (real && std::fabs(*real) < 9e15) each.push_back(static_cast<int64_t>(*real)), relax(loose);  // cut when it was indexed
    }
    if (field.cut) relax(loose);
  } else if (field.type == "boolean") {
    for (const std::string& text : values)
      if (text == "true" || text == "false") each.push_back(text == "true");
  } else if (!field.doc.empty() && (field.text() || field.type == "keyword" || field.type == "wildcard" || field.type == "constant_keyword")) {
    for (const std::string& text : values) {
      if (field.text() && text.size() > surely_indexed) more.push_back(phrase(field.path, text)), relax(loose);
      else each.push_back(text);
    }
  } else if (field.text()) {
    for (const std::string& text : values) more.push_back(phrase(field.path, text));
    relax(loose);
  } else {
    for (const std::string& text : values) more.push_back(whatever(field.path, text));
    relax(loose);
  }
  for (size_t at = 0; at < each.size(); at += terms_at_once) {
    const auto end = each.begin() + static_cast<std::ptrdiff_t>(std::min(each.size(), at + terms_at_once));
    more.push_back(terms(field.doc.empty() ? field.path : field.doc, {each.begin() + static_cast<std::ptrdiff_t>(at), end}));
  }
  return any_of(std::move(more));
}

Json between(const Layout&, const Field& field, std::optional<double> above, std::optional<double> below, bool* loose) {
  if (!field.there()) return none_of_it();
  if (!field.numeric() || field.cut || (above && !std::isfinite(*above)) || (below && !std::isfinite(*below))) {
    relax(loose);
    return exists(field);                                // numbers in texts compare letter by letter there
  }
  Json range = Json::object();
  if (above) range["gt"] = *above;
  if (below) range["lt"] = *below;
  return object("range", object(field.path, std::move(range)));
}

Json words_filter(const Field& field, std::string_view text, bool masked) {
  if (!field.text()) return nullptr;
  // Words between blanks are words of the document too, those at the ends may be parts of longer ones.
  std::string words;
  std::string_view longest;
  const std::vector<std::string> parts = split(text, ' ');
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string& part = parts[i];
    const bool letters = !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
    const bool hex = part.size() >= 8 && part.find_first_not_of("abcdefABCDEF") == std::string::npos;
    if (!letters || part.size() > 40 || (masked && hex)) continue;
    if (i > 0 && i + 1 < parts.size()) words += (words.empty() ? "" : " ") + part;
    else if (part.size() > longest.size()) longest = part;
  }
  if (!words.empty()) return whatever(field.path, words);
  if (longest.size() < 3) return nullptr;
  Json wildcard = Json::object();
  wildcard["value"] = "*" + std::string(longest) + "*"; // letters only, see above
  wildcard["case_insensitive"] = true;
  return object("wildcard", object(field.path, std::move(wildcard)));
}

Json trace_filter(const Layout& layout, const std::vector<std::string>& trace_ids) {
  std::vector<std::string> spellings;
  for (const std::string& text : trace_ids) {
    const auto id = otlp::trace_id(text);
    if (!id) continue;
    const std::string hex = otlp::hex(*id);
    spellings.push_back(hex);
    if (id->high == 0) spellings.push_back(hex.substr(16));  // ids of 64 bits
    if (text != hex && text != hex.substr(16)) spellings.push_back(text);
  }
  std::sort(spellings.begin(), spellings.end());
  spellings.erase(std::unique(spellings.begin(), spellings.end()), spellings.end());
  return equals(layout, layout.trace, spellings);
}

std::vector<std::string> written_services(std::string_view service, const otlp::Aliases& aliases) {
  std::vector<std::string> names;
  if (!aliases.count(std::string(service))) names.emplace_back(service);
  for (const auto& [written, canonical] : aliases)
    if (canonical == service) names.push_back(written);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Filter scope_filter(const Layout& layout, const Ask& ask, const Window& window, const otlp::Aliases& aliases) {
  Filter filter;
  std::vector<Json> all;
  if (window.from.ns != 0 || window.to.ns != 0) {
    all.push_back(window_filter(layout, window));
    if (!window_exact(layout, window)) filter.loose.push_back("the window's ends");
  }
  const auto add = [&](const std::string& what, auto make) {
    bool loose = false;
    all.push_back(make(&loose));
    if (loose) filter.loose.push_back(what);
  };
  for (const auto& [name, value] : ask.scope.names) {
    if (name == "service") add(name, [&](bool* loose) { return service_filter(layout, value, aliases, loose); });
    else if (name == "namespace") add(name, [&](bool* loose) { return chain(layout, mapped(layout, {"service.namespace", "k8s.namespace.name"}), value, loose); });
    else if (name == "version") add(name, [&](bool* loose) { return chain(layout, mapped(layout, {"service.version", "container.image.tag"}), value, loose); });
    else if (name == "instance") add(name, [&](bool* loose) { return chain(layout, instance_fields(layout), value, loose); });
    else if (name == "operation" && layout.signal == otlp::Signal::spans)
      add(name, [&](bool* loose) { return equals(layout, layout.name, {value}, loose); });
  }
  const bool spans = layout.signal == otlp::Signal::spans;
  for (const auto& [key, value] : ask.where) {
    const Wanted wanted = wanted_of(value);
    if (spans && key == "kind") {
      all.push_back(kind_wanted(layout, wanted, filter));
    } else if (spans && key == "status") {
      if (wanted.any.empty()) filter.loose.push_back(key);
      else all.push_back(status_filter(layout, wanted.any));
    } else if (spans && key == "operation") {
      add(key, [&](bool* loose) { return holds(layout, layout.name, wanted, loose); });
    } else if (!spans && key == "severity") {
      all.push_back(severity_wanted(layout, wanted, filter));
    } else if (!spans && key == "body") {
      if (layout.body.there()) add(key, [&](bool* loose) { return holds(layout, layout.body, wanted, loose); });
      else filter.loose.push_back(key);                  // structured bodies
    } else {
      all.push_back(attribute_holds(layout, key, wanted, filter));
    }
  }
  filter.query = all_of(std::move(all));
  return filter;
}

}  // namespace inquest::opensearch
