// Native asks: `dsl`, `ppl` and `sql` as they are sent, with every `$name` bound as a value, and the window around them.
// SPDX-License-Identifier: Apache-2.0
//
//   dsl  an OpenSearch search body as JSON; `"index"` at its top names other indices than those of the logs. `"$name"` as
//        a whole text, or a bare $name where a value stands, becomes that value as JSON; a name inside a longer text is
//        refused, for some queries are a language of their own. The window is a filter around the query. script*,
//        runtime_mappings and derived fields are refused unless the source allows `scripts`.
//   ppl  begins with source= or search source=; the window is a `where` behind the first command.
//   sql  begins with SELECT, SHOW or DESCRIBE; one statement, no comments; the window is a condition of its WHERE.
// In ppl and sql `$name` becomes a literal: texts in single quotes (' and \ doubled, as its lexer reads them), numbers,
// true and false; lists in brackets, for `in`. Inside quotes it is refused. SQL and PPL are a plugin: without it the
// answer is `unsupported` with the server's own words.
// Answers are tables, one column a field or aggregation; `as = "series"` makes the first time column `time`, the first
// other number `value`, service.name and its like the head, and what else there is labels. Under `against` both windows
// are asked and told apart by `window`. Pure but for Work.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/connectors/http/http.h"
#include "runtime/connectors/opensearch/client.h"
#include "runtime/connectors/opensearch/layout.h"
#include "runtime/connectors/opensearch/work.h"

namespace inquest::opensearch {

bool native_kind(std::string_view kind);                 // dsl, ppl, sql

// The text with its names bound. Names that `names` lacks stay and are told in `unbound`.
Result<std::string> bind_dsl(std::string_view text, const Map& names, std::vector<std::string>* unbound = nullptr);
Result<std::string> bind_query(std::string_view text, const Map& names, std::vector<std::string>* unbound = nullptr);
std::string literal(std::string_view text);              // 'it''s'

// What PPL and SQL may be, and the window in it. `field`: of time.
Result<std::string> ppl_within(std::string_view text, const Window& window, const std::string& field);
Result<std::string> sql_within(std::string_view text, const Window& window, const std::string& field);
// Refuses what is more than a search.
Status read_only_dsl(const Json& body, bool scripts);

// Field of time of an index: of the layout whose pattern it is, else @timestamp.
std::string time_field(const std::string& index, const Layout* spans, const Layout* logs);
const Layout* layout_of_index(const std::string& index, const Layout* spans, const Layout* logs);

// Rows of any of the three as a frame.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Json>> rows;
  std::vector<const char*> windows;                      // per row, under `against`
  Marks marks;
};
FramePtr table_frame(const Ask& ask, const Table& table, const otlp::Aliases& aliases);
Table table_of_search(const Json& body);                 // aggregations flattened, else hits
Result<Table> table_of_query(const Json& body);          // {schema, datarows}

// What is sent: one search a window for dsl; one request a window for ppl and sql.
Outcome<std::vector<Search>> dsl_searches(const Ask& ask, const Layout* spans, const Layout* logs, bool scripts);
Outcome<std::vector<http::Request>> query_requests(const Ask& ask, const Layout* spans, const Layout* logs);

std::unique_ptr<Work> make_dsl(const Ask& ask, std::vector<Search> searches, const otlp::Aliases& aliases);
otlp::Answer ask_query(const Ask& ask, const std::vector<http::Request>& requests, const Client& client, const otlp::Aliases& aliases,
                       const Deadline& deadline, const Stop& stop);

}  // namespace inquest::opensearch
