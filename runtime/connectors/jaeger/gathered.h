// Gathered: traces of several answers as one table, each trace once.
// SPDX-License-Identifier: Apache-2.0
//
// The same trace is found by every service that it passes; the first answer that has it is kept, later ones are dropped
// trace by trace before the tables are merged. Thread rule: one thread at a time.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/connectors/jaeger/api.h"

namespace inquest::jaeger {

using TraceIds = std::set<std::pair<uint64_t, uint64_t>>;

class Gathered final {
 public:
  size_t add(Traces traces);                           // how many of them were new
  bool has(const otlp::Spans::Id& id) const { return seen_.count({id.high, id.low}) != 0; }
  size_t traces() const { return seen_.size(); }
  uint64_t bytes() const { return bytes_; }
  std::map<std::string, size_t> roots() const;         // service → spans without a parent
  std::map<std::string, std::set<std::string>> operations() const;  // service → names of its spans
  const std::vector<std::string>& notes() const { return notes_; }
  const std::vector<std::string>& partial() const { return partial_; }
  std::shared_ptr<const otlp::Spans> table();          // once, at the end
  bool whole_microseconds() const;                     // no span has a finer time: Jaeger's older form keeps no more

 private:
  std::vector<otlp::Part> parts_;
  TraceIds seen_;
  uint64_t bytes_ = 0;
  std::vector<std::string> notes_, partial_;           // each once
};

// Rows of `spans` for which `keep` is set, in place.
void keep_rows(otlp::Spans& spans, const std::vector<uint8_t>& keep);

}  // namespace inquest::jaeger
