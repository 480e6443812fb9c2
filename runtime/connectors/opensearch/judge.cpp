// Exceptions by their types, shards by their counts.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/judge.h"

#include <algorithm>
#include <vector>

#include "runtime/base/text.h"

namespace inquest::opensearch {

namespace {

using Class = Failure::Class;

struct Known {
  const char* type;
  Class cls;
  bool again;
  const char* cure;
};
// The first row that any exception of the answer fits decides.
constexpr Known known_types[] = {
    {"security_exception", Class::refused, false, "these credentials may not read this"},
    {"too_many_buckets_exception", Class::too_large, false, "a narrower window, a longer `every`, or fewer attributes"},
    {"search_context_missing_exception", Class::malformed, false, "try again; the point in time was closed too early"},
    {"index_not_found_exception", Class::rejected, false, "name the indices with `indices` of the source"},
    {"index_closed_exception", Class::rejected, false, "open the index, or name others with `indices` of the source"},
    {"circuit_breaking_exception", Class::overloaded, true, "the server is short of memory: narrow the window, or try later"},
    {"rejected_execution_exception", Class::overloaded, true, "the server's queue is full: try later, or lower `concurrency` of the source"},
    {"opensearch_rejected_execution_exception", Class::overloaded, true, "the server's queue is full: try later, or lower `concurrency` of the source"},
    {"es_rejected_execution_exception", Class::overloaded, true, "the server's queue is full: try later, or lower `concurrency` of the source"},
    {"no_shard_available_action_exception", Class::unreachable, true, "the index has no copy that answers: look at the cluster's health"},
    {"cluster_block_exception", Class::unreachable, true, "the cluster is blocked: look at its health"},
    {"cluster_manager_not_discovered_exception", Class::unreachable, true, "the cluster has no manager: look at its health"},
    {"master_not_discovered_exception", Class::unreachable, true, "the cluster has no manager: look at its health"},
    {"node_not_connected_exception", Class::unreachable, true, ""},
    {"node_disconnected_exception", Class::unreachable, true, ""},
    {"receive_timeout_transport_exception", Class::timeout, true, ""},
    {"task_cancelled_exception", Class::timeout, false, "the server cancelled the search: narrow the window"},
    {"timeout_exception", Class::timeout, true, ""},
};

void types_in(const Json& error, std::vector<std::string>& out, int depth = 0) {
  if (depth > 8 || !error.is_object()) return;
  if (const std::string type = member_text(error, "type"); !type.empty()) out.push_back(type);
  for (const char* key : {"root_cause", "failed_shards"})
    if (const Json* all = member(error, key); all && all->is_array())
      for (size_t i = 0; i < all->size() && i < 20; ++i) {
        const Json& one = (*all)[i];
        const Json* reason = member(one, "reason");
        types_in(reason && reason->is_object() ? *reason : one, out, depth + 1);
      }
  if (const Json* cause = member(error, "caused_by")) types_in(*cause, out, depth + 1);
}

// The innermost words worth reading: of the first root cause that says something, else of what caused it, else of the error.
std::string words_of(const Json& error) {
  const auto said = [](const Json& one) {
    const std::string reason = member_text(one, "reason"), type = member_text(one, "type");
    return reason.empty() ? std::string() : type.empty() ? reason : type + ": " + reason;
  };
  if (const Json* roots = member(error, "root_cause"); roots && roots->is_array())
    for (const Json& root : *roots)
      if (const std::string text = said(root); !text.empty()) return text;
  if (const Json* cause = member(error, "caused_by"))
    if (const std::string text = said(*cause); !text.empty()) return text;
  if (const std::string text = said(error); !text.empty()) return text;
  const std::string details = member_text(error, "details");
  return details.empty() ? member_text(error, "type", "an error without words") : details;
}

}  // namespace

std::optional<Fault> fault_of(int status, const Json& body) {
  const Json* error = member(body, "error");
  if (!error) {
    if (status < 400) return std::nullopt;
    return Fault{false, false, false, {status == 413 ? Class::too_large : Class::rejected, "HTTP " + std::to_string(status)}};
  }
  Fault fault;
  if (error->is_string()) {
    const auto& text = error->get_ref<const std::string&>();
    fault.no_plugin = text.find("no handler found for uri") != std::string::npos;
    fault.failure = {fault.no_plugin ? Class::unsupported : Class::rejected, printable(text, 300)};
    if (status == 401 || status == 403) fault.failure.cls = Class::refused;
    return fault;
  }
  std::vector<std::string> types;
  types_in(*error, types);
  fault.failure = {status == 401 || status == 403 ? Class::refused : Class::rejected, printable(words_of(*error), 300)};
  for (const Known& row : known_types) {
    if (std::find(types.begin(), types.end(), row.type) == types.end()) continue;
    fault.failure.cls = row.cls;
    fault.failure.cure = row.cure;
    fault.again = row.again;
    fault.expired = std::string_view(row.type) == "search_context_missing_exception";
    return fault;
  }
  // Shards that nobody holds: no cause is given, a 503 stands alone.
  if (status == 503 || status == 429 || status == 502 || status == 504) fault.again = true, fault.failure.cls = Class::overloaded;
  return fault;
}

http::Judge judge() {
  return [](const http::Response& response) -> http::Judged {
    if (response.status / 100 == 2) return {};
    const bool json = response.content_type == "application/json";
    if (!json || response.body.size() > (size_t{4} << 20)) return http::usual(response);
    const Result<Json> body = parse_json(response.body, "");
    if (!body) return http::usual(response);
    const auto fault = fault_of(response.status, *body);
    if (!fault) return http::usual(response);
    return {fault->again ? http::Judged::What::again : http::Judged::What::bad, fault->failure};
  };
}

std::optional<int64_t> total_of(const Json& body, bool* at_least) {
  const Json* hits = member(body, "hits");
  const Json* total = hits ? member(*hits, "total") : nullptr;
  if (!total) return std::nullopt;
  if (total->is_number()) return json_int64(*total);
  const Json* value = member(*total, "value");
  if (!value) return std::nullopt;
  if (at_least && member_text(*total, "relation") == "gte") *at_least = true;
  return json_int64(*value);
}

Outcome<Reply> reply_of(Json body, const std::string& index) {
  const Json* shards = member(body, "_shards");
  const Json* hits = member(body, "hits");
  if (!shards || !shards->is_object() || !hits || !hits->is_object())
    return Failure{Class::malformed, "the answer has no " + std::string(shards ? "hits" : "_shards") + ": it is not that of a search",
                   "check that the source's URL is OpenSearch itself"};
  const auto number = [&](const char* key) {
    const Json* value = member(*shards, key);
    return value ? json_int64(*value) : 0;
  };
  const int64_t total = number("total"), good = number("successful"), failed = number("failed");
  if (total == 0)
    return Failure{Class::rejected, "no index fits " + printable(index, 120) + " any more", "run `inquest sources`: the indices may have been deleted"};
  Reply reply;
  std::vector<std::string> missing;
  if (good < total || failed > 0) {
    std::string text = count(std::max(total - good, failed)) + " of " + count(total) + " shards did not answer";
    if (const Json* failures = member(*shards, "failures"); failures && failures->is_array() && !failures->empty()) {
      const Json* reason = member(failures->front(), "reason");
      if (reason) text += ": " + printable(member_text(*reason, "type") + ": " + member_text(*reason, "reason"), 160);
    }
    missing.push_back(std::move(text));
  }
  const auto says = [&](const char* key) {
    const Json* value = member(body, key);
    return value && value->is_boolean() && value->get<bool>();
  };
  if (says("timed_out")) missing.push_back("the server stopped searching at its time limit");
  // From 3.x on it is also true where only hits are no longer counted (size 0): then their total is absent or a least one, and
  // the aggregations are of all documents.
  bool at_least = false;
  const auto counted = total_of(body, &at_least);
  if (says("terminated_early") && counted && !at_least) missing.push_back("the server ended the search early");
  reply.partial = join(missing, "; ");
  reply.body = std::move(body);
  return reply;
}

}  // namespace inquest::opensearch
