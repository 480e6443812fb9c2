// Layout: how spans or log records lie in the indices of one OpenSearch, and the queries that follow from it.
// SPDX-License-Identifier: Apache-2.0
//
// A layout is found by probing (`_resolve/index`, `_field_caps`, one search without hits) or told by the options of the
// source. What an ask means is turned into a JSON tree of bool, term, terms, range, exists, match and nested only: values
// are leaves of that tree and never part of a text that the server parses as code.
//
//   model             service              attributes                 kind              status   duration
//   otel_v1           serviceName          attributes.a.b             SPAN_KIND_SERVER  2        durationInNanos
//                                                                     or Server
//   data_prepper      serviceName          span.attributes.a@b        SPAN_KIND_SERVER  2        durationInNanos
//                                          (all keyword)
//   ss4o              resource.service.name attributes.a.b            Server            "Error"  none: endTime - startTime
//   jaeger            process.serviceName  nested tags[] or tag.a@b   tag span.kind     tags     duration (µs)
//   logs_otel         resource.service.name attributes.a.b            the demo's `otel`, `otel-logs-*` and ss4o_logs-*
//   logs_otel_v1      resource.attributes.* attributes.a.b            otel-v1-logs-*, logs-otel-v1-* of newer writers
//   logs_data_prepper serviceName          log.attributes.a@b         logs-otel-v1-* of older ones
//
// Exactness: a filter lets through every row that the ask means. Where it lets through more, `Filter::loose` says why;
// rows are then looked at again by the functions of otlp/answer.h, and an aggregation must not be told as exact.
// Thread rule: immutable once probed; everything is pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/json.h"
#include "runtime/connectors/otlp/asking.h"

namespace inquest::opensearch {

enum class Model : uint8_t { otel_v1, data_prepper, ss4o, jaeger, logs_otel, logs_otel_v1, logs_data_prepper };
const char* model_name(Model model);                     // "otel-v1", "data-prepper", "ss4o", "jaeger", "logs-otel", …
std::optional<Model> model_of(std::string_view name);

// A field of the mapping, over all indices of the pattern.
struct Field {
  std::string path = {};                 // as it is addressed: attributes.http.method, span.attributes.http@method
  std::string type = {};                 // keyword, long, date_nanos, text, …; "conflict" of several; empty: not mapped
  std::string doc = {};                  // for terms, sort and numeric aggregations: path or path.keyword; empty: none
  std::string why = {};                  // when doc is empty: why ("text without keyword", "long, keyword in different indices")
  bool mixed = false;                    // date in some indices, date_nanos in others: sort with numeric_type
  bool cut = false;                      // mapped as whole numbers while fractions are sent: numbers there are wrong
  bool there() const { return !type.empty(); }
  bool text() const { return type == "text" || type == "match_only_text"; }
  bool numeric() const;                  // long … double: ranges and numeric aggregations mean what they say
  bool whole() const;                    // long, integer, short, byte: fractions of what was sent are cut
  bool date() const { return type == "date" || type == "date_nanos"; }
};

struct Layout {
  otlp::Signal signal = otlp::Signal::spans;
  Model model = Model::otel_v1;
  std::string index = {};                // pattern, comma-separated: otel-v1-apm-span-*
  std::string version = {};              // of the server: 2.19.1
  std::map<std::string, Field> fields = {};  // every mapped field by path

  // Logical fields; `there()` tells whether the mapping has them.
  Field trace, span, parent, service, namespace_, instance, version_field, name, kind, status;
  Field start, end, duration;            // spans. start also is what windows are told by
  Field clock;                           // date or date_nanos of the same time, for date_histogram (Jaeger: startTimeMillis)
  Field time, observed;                  // logs: the record's own time, and the collector's where it has none
  Field severity, severity_number, body; // logs
  std::string attributes = {}, resource = {};  // prefixes, with the dot: "attributes.", "resource.attributes."
  bool at_signs = false;                 // dots in attribute names are written @
  bool nested_tags = false;              // Jaeger: tags are nested documents {key, type, value}
  int64_t duration_unit = 1;             // ns in one unit of `duration`: 1, Jaeger 1000
  int64_t time_unit = 0;                 // of `start` where it is a number: ns in one unit (Jaeger 1000); 0: a date
  bool painless = false;                 // scripts (constant ones of ours) may be used

  // Services that send server or consumer spans, as they are written there: the others are known by their roots.
  std::set<std::string> entry_services = {};
  bool entry_services_whole = true;      // false: there were more than were counted
  bool timeless = true;                  // logs: records without a time of their own exist (or may): they count when observed
  bool serviceless = false;              // documents without a service exist: the workload's name may stand for it
  std::optional<Window> extent = {};     // first and last time, where known
  int64_t rows = 0;                      // documents, at probing

  bool has_duration() const { return !duration.doc.empty(); }
  const Field* field(std::string_view path) const;       // null when not mapped
  std::string describe() const;          // "spans: ss4o in ss4o_traces-*; durations by script"
};

// Finds the logical fields in `fields` (from _field_caps, see read_field_caps); `model` is settled by them if not told.
// Error: not_found when the fields are of no known layout.
Result<Layout> make_layout(otlp::Signal signal, std::string index, std::map<std::string, Field> fields,
                           std::optional<Model> told = {});
// The `fields` of a _field_caps answer.
std::map<std::string, Field> read_field_caps(const Json& answer);

// The field of an attribute: of the span or record, else of its resource (`resource` alone: only that). `doc` is empty
// with `why` when it cannot be aggregated (nested tags, text, conflicts, not mapped).
Field attribute_field(const Layout& layout, std::string_view name);
Field resource_field(const Layout& layout, std::string_view name);
// The fields that may name an instance, strongest first (otlp::default_identity), those that are mapped.
std::vector<Field> instance_fields(const Layout& layout);

// Leaves and small trees.
Json none_of_it();                                       // matches nothing
Json all_of(std::vector<Json> filters);                  // bool.filter; of one: itself
Json any_of(std::vector<Json> filters);                  // bool.should, at least one
Json not_any(std::vector<Json> filters);                 // bool.must_not
Json exists(const Field& field);
// The field equals one of the values: numbers and booleans told as text too. `loose` becomes true where more may match.
Json equals(const Layout& layout, const Field& field, const std::vector<std::string>& values, bool* loose = nullptr);
// Above and below, null where the field cannot tell (loose becomes true: whoever has the field).
Json between(const Layout& layout, const Field& field, std::optional<double> above, std::optional<double> below, bool* loose = nullptr);
// Words of `text` that a document which holds it must have, as a filter on a text field; null when there are none.
// `masked`: text is a template, its runs of digits are gone.
Json words_filter(const Field& field, std::string_view text, bool masked);

Json window_filter(const Layout& layout, const Window& window);
// The two halves of it for log records: those with a time of their own, and those that count when they were observed
// (null where there are none). Each half is sorted and counted by another field.
Json timed_filter(const Layout& layout, const Window& window);
Json untimed_filter(const Layout& layout, const Window& window);
// Whether the window's ends fall between what the field can tell apart (a `date` holds milliseconds).
bool window_exact(const Layout& layout, const Window& window);
Json trace_filter(const Layout& layout, const std::vector<std::string>& trace_ids);  // in every spelling
Json kind_filter(const Layout& layout, const std::vector<std::string>& kinds);       // server client … unspecified
Json status_filter(const Layout& layout, const std::vector<std::string>& statuses);  // unset ok error
Json root_filter(const Layout& layout);                  // no parent
// Entry spans: server, consumer; roots (internal, unspecified) of services that send neither.
Json entry_filter(const Layout& layout);
// Roots that count as entry spans, whose kind is told as "root".
Json entry_root_filter(const Layout& layout);

struct Filter {
  Json query = {};                       // of `query`
  std::vector<std::string> loose = {};   // conditions that the server cannot decide: it lets through more
  std::vector<std::string> notes = {};   // "no attribute `x` is mapped in ss4o_traces-*"
  bool exact() const { return loose.empty(); }
};
// Scope (service with its aliases, namespace, instance, version, operation), `where` and the window; a window [0, 0)
// limits nothing (add window_filter()s of your own then).
Filter scope_filter(const Layout& layout, const Ask& ask, const Window& window, const otlp::Aliases& aliases);
// Names as they are written there that the ask calls `service`.
std::vector<std::string> written_services(std::string_view service, const otlp::Aliases& aliases);

// What to merge into an aggregation that needs the duration: {"field": …} or {"script": …} (times duration_unit is ns);
// null when neither is to be had.
Json duration_value(const Layout& layout);
// The fields of _source that make a span or record. `heads`: of its resource only what names service, instance and their
// like, for asks whose conditions name no attribute.
Json source_fields(const Layout& layout, bool heads = false);
bool only_heads(const Ask& ask);

// Spellings.
uint8_t kind_number(std::string_view text);              // SPAN_KIND_SERVER, Server, server, 2 → 2; else 0
uint8_t status_number(std::string_view text);            // 2, Error, STATUS_CODE_ERROR → 2; else 0

// Documents as OTLP-JSON, for otlp::decode_text: rows in the order given, neighbours of one resource in one line. Numbers
// of fields mapped as double stay doubles. What writers change on their way is not undone: SS4O makes every resource
// attribute a text, and both formats of the Collector rename an attribute `a` beside `a.b` to `a.value`.
class Rows final {
 public:
  explicit Rows(const Layout& layout);
  ~Rows();
  void add(const Json& hit);             // {"_source": …}
  void add_all(const Json& hits);        // a list of them
  size_t size() const { return size_; }
  size_t bad() const { return bad_; }    // documents that are no span or record; the decoder does not see them
  std::vector<std::string> notes() const;// of Jaeger's documents
  std::string finish();                  // lines

 private:
  struct Inside;
  const std::unique_ptr<Inside> inside_;
  size_t size_ = 0, bad_ = 0;
};

}  // namespace inquest::opensearch
