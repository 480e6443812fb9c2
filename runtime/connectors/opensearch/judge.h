// Judging: what an answer of OpenSearch means — by the type of its exception, never by its status alone.
// SPDX-License-Identifier: Apache-2.0
//
// A 200 may hold nothing (no shard), a part (shards missing or failed, timed_out, terminated_early), and a 503 may be a
// mistake of ours that no retry mends (too_many_buckets_exception). Pure.
#pragma once

#include <optional>
#include <string>

#include "runtime/connectors/http/http.h"
#include "runtime/connectors/opensearch/work.h"

namespace inquest::opensearch {

struct Fault {
  bool again = false;                    // worth another try: overload, no shard for the moment
  bool expired = false;                  // a point in time or scroll that is gone
  bool no_plugin = false;                // no handler for the path: SQL and PPL are a plugin
  Failure failure = {};
};
// The `error` of a body, if it has one. `status`: of the answer or of the item of an _msearch.
std::optional<Fault> fault_of(int status, const Json& body);

// For the door: whether it should try again.
http::Judge judge();

// The body of a _search as a Reply: what is partial is told in it. Fails when it is no search answer, or when no index
// was searched.
Outcome<Reply> reply_of(Json body, const std::string& index);

// Hits that matched; nullopt when they were not counted, `at_least` becomes true when only so far.
std::optional<int64_t> total_of(const Json& body, bool* at_least = nullptr);

}  // namespace inquest::opensearch
