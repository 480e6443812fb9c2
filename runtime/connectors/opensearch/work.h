// Work: one ask under way at OpenSearch, in rounds of searches. The asks of a state go round by round together, so that
// a round of all of them is one `_msearch`.
// SPDX-License-Identifier: Apache-2.0
//
// A Work is a small machine without I/O: it says what to search, is handed the replies, and goes on until it has an
// answer. Its first round depends on the ask, the layout and the measures only, so that `plan` and `ask_sent` print what
// is really sent. The client judges replies (shards, timed_out, errors, expired PITs) before a Work sees them; what was
// partial it says in `partial`, which ends on the frame's marks.
// Thread rule: one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/json.h"
#include "runtime/connectors/otlp/asking.h"

namespace inquest::opensearch {

struct Search {
  std::string index;                     // pattern: otel-v1-apm-span-*
  Json body;                             // of one _search
  size_t rows = 0;                       // above 0: all hits up to so many, by PIT and search_after (body has the sort)
  std::string why = {};                  // "slowest traces", for the native text of later rounds
  // Of rows: takes hits page by page as they come, so that they need not all be held; the reply's hits.hits is empty then.
  std::function<void(const Json& hits)> each = {};
};

struct Reply {
  Json body;                             // of rows > 0: all pages' hits in one hits.hits
  std::vector<std::string> notes = {};
  std::string partial = {};              // "2 of 5 shards failed: …"; empty: whole
  bool cut = false;                      // rows: there were more
};

class Work {
 public:
  virtual ~Work() = default;
  virtual std::vector<Search> round() = 0;                          // empty: nothing more to search, ask answer()
  virtual std::optional<Failure> take(std::vector<Reply> replies) = 0;  // of round(), in its order
  virtual otlp::Answer answer(const otlp::Asking& asking) = 0;      // marks of its own included
};

}  // namespace inquest::opensearch
