// Witness: whether a Jaeger still has what it had when the run began.
// SPDX-License-Identifier: Apache-2.0
//
// A Jaeger may keep its traces in memory. Started again it answers as before, and has none: a search without a hit then
// means loss, not that nothing was sent. So one span of the first answer that had any is remembered, and searched again when
// more was fetched (searched, not asked for by id: stores look for ids in the last days only); before it, and once beside
// it, the list of services is compared with that of the beginning.
// What is gone is a failure of the ask (unreachable: what was asked for cannot be had any more), and of all that follow.
// A Jaeger whose memory is full drops its oldest traces as new ones come: that is loss too, and is told the same way, once
// the newest trace of the beginning is among them.
// Thread rule: all calls may come from several threads at once.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/connectors/jaeger/api.h"

namespace inquest::jaeger {

class Witness final {
 public:
  void services(std::vector<std::string> names);       // of the first answer; sorted
  void saw(const std::string& service, const Traces& traces);  // of a search; the first that has any counts
  struct Span { std::string service; Time start; otlp::Spans::Id trace; };
  std::optional<Span> span() const;
  bool services_known() const;                         // compared once since a span was seen: not wanted again
  // What is wrong, if anything is.
  std::optional<Failure> without(const std::vector<std::string>& services_now);
  static Failure gone();                               // the span is not there any more

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> services_;
  std::optional<Span> span_;
  bool compared_ = false;
};

}  // namespace inquest::jaeger
