// Answers: asks answered over the traces that the pool has or fetches, with their marks.
// SPDX-License-Identifier: Apache-2.0
//
// Thread rule: as the pool's. What cannot be answered here (other signals, no window) is refused before, by the connector.
#pragma once

#include "runtime/connectors/jaeger/pool.h"

namespace inquest::jaeger {

bool by_ids(const Ask& ask);                           // spans.of_traces
Window hull(const Ask& ask);                           // one window around both of `against`
const std::string* scoped(const Ask& ask, const char* name);  // a name of the ask's scope, or null
Need need_of(const Ask& ask);                          // the traces that an ask of spans needs

class Answers final {
 public:
  Answers(Server& server, Pool& pool, const otlp::Aliases& aliases, Budget budget)
      : server_(server), pool_(pool), aliases_(aliases), budget_(budget) {}
  // `need` may be wider than need_of(ask): that of several asks together.
  otlp::Answer answer(const Ask& ask, const Need& need, Allowed allowed);

 private:
  otlp::Answer native_answer(const Ask& ask, Allowed allowed);
  otlp::Answer traces_by_id(const Ask& ask, Allowed allowed);
  otlp::Answer slowest(const Ask& ask, const HeldPtr& sample, Allowed allowed);
  otlp::Answer over(const Ask& ask, const Held& held, Allowed allowed) const;

  Server& server_;
  Pool& pool_;
  const otlp::Aliases& aliases_;
  const Budget budget_;
};

}  // namespace inquest::jaeger
