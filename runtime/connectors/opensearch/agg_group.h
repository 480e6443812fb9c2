// Groups: composite aggregations by resource, operation and kind, paged to their end, and the heads that they name.
// SPDX-License-Identifier: Apache-2.0
//
// Pure helpers of agg_*.cpp; each object belongs to one Work.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/connectors/opensearch/layout.h"
#include "runtime/connectors/opensearch/work.h"
#include "runtime/frame/frame.h"

namespace inquest::opensearch {

// Which resource attributes a group is told apart by: those that otlp::head_of reads, as far as they can be aggregated.
class Heads final {
 public:
  enum class Of { whole, service };      // service: service and namespace only
  // `spans`: how many are to be grouped; what only documents tell (nested tags) is read of few only.
  Heads(const Layout& layout, Of of, int64_t spans);
  const Json& sources() const { return sources_; }     // of a composite aggregation
  std::vector<std::string> fields() const;             // of the sources that are fields, in their order
  // The key of a composite aggregation from the texts of fields(), and the packed one.
  Json key(const std::vector<std::string_view>& texts, std::string_view packed) const;
  const std::vector<std::string>& packed() const { return packed_; }  // attributes of the packed source
  otlp::Head head(const Json& key, const otlp::Aliases& aliases) const;
  Json filter(const Json& key) const;                  // the spans of a key; packed sources do not count
  const std::vector<std::string>& notes() const { return notes_; }  // what could not be told apart, and why

 private:
  struct Part { std::string source, attribute; Field field; };
  std::vector<Part> parts_;
  std::vector<std::string> packed_;      // attributes in the one packed source (nested tags)
  Json sources_ = Json::array();
  std::vector<std::string> notes_;
};

// One of the windows of an ask, with the query of its spans.
struct Part {
  size_t stretch = 0;
  Window window;
  Filter filter;                         // of scope, `where` and window; a span that both windows hold is of now only
};
std::vector<Part> parts_of(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
bool loose(const std::vector<Part>& parts);

// Spans by kind: the roots that count as entry spans, and all others, whose kind is read from a field; where it is none,
// one part a kind.
struct KindPart {
  Json filter;                           // null: all
  std::string kind = {};                 // empty: source "k" of the key tells it
};
std::vector<KindPart> kind_parts(const Layout& layout);
Json kind_source(const Layout& layout);  // {"k": …}; null without a field
std::string kind_of(const KindPart& part, const Json& key);

Json composite_source(const char* name, const Field& field);   // with missing_bucket
Json key_filter(const Json& key, const std::string& source, const Field& field);
Json key_text(const Json& key, const char* name);              // the text of a key, or null

// One composite aggregation "c", page by page.
class Pager final {
 public:
  Pager(const Layout& layout, Json query, Json sources, Json sub, size_t page, std::string why);
  bool done() const { return done_; }
  Search next() const;
  void sibling(std::string name, Json aggregation) { siblings_[std::move(name)] = std::move(aggregation); }  // first page only
  void start_at(Json after) { after_ = std::move(after); }
  void only_page() { only_ = true; }                   // done after the first
  // The buckets of the page; null when the reply has none of our aggregations.
  const Json* take(const Json& body);

 private:
  std::string index_, why_;
  Json query_, sources_, sub_, siblings_ = Json::object(), after_ = nullptr;
  size_t page_;
  bool done_ = false, first_ = true, only_ = false;
};

Json body_of(const Json& query, Json aggregations);    // size 0, no total
Failure no_buckets(const Ask& ask);
int64_t sum_of(const Json& bucket, const char* name);  // whole value of a metric; 0 when null
int64_t docs_of(const Json& bucket, const char* name); // doc_count of a filter
inline int64_t docs(const Json& bucket) { return bucket.value("doc_count", int64_t{0}); }

// What the replies of a Work said that belongs on the marks of its frame.
class Remarks final {
 public:
  void take(const Reply& reply);
  void note(const std::string& text);
  void approximate(const std::string& text);
  void put(Marks& marks) const;

 private:
  std::string partial_, approximate_;
  std::vector<std::string> notes_;
};

}  // namespace inquest::opensearch
