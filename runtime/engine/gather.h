// Gather: the asks of one state or fork, sent together and answered in the order of the calls.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/engine, shared by run and Session. For each ask: its source, its measure resolved (once per source
// and measure), its native steps; asks that share a step are fetched together, others side by side on the pool. An
// answer is kept only if it holds no row outside the scope. `retry later` is waited for within the deadline and asked
// again. Nothing that depends on the order of arrival leaves here: `Sink` hears of sends and replies in the order of
// the asks, but for `arrived`, which is told at once.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "runtime/engine/pool.h"
#include "runtime/engine/sources.h"

namespace inquest {

struct Question {  // an ask with what is known before it is sent
  Ask ask;
  std::string evidence;      // E1
  size_t source = SIZE_MAX;  // index into SourceMap::all()
  std::string source_name;
  std::string measure;             // of the catalogue's row; empty: none
  std::vector<std::string> tried;  // names looked for when the measure is not there
  std::string native, cost, link;  // link: where a person looks at the same thing
  std::optional<Failure> refused;  // not sent, and why
};
// One or several asks of one source that go together.
struct Batch {
  size_t source = 0;
  Connector* connector = nullptr;
  std::vector<size_t> questions;                // indices
  std::vector<Ask> asks;
  std::map<std::string, Resolution> measures;
  size_t steps = 0;                             // requests of the first round, or passes over files
};
struct Reply {
  FramePtr frame;  // null when it failed
  std::string hash;
  int64_t bytes = 0;  // of the canonical encoding
  std::optional<Failure> failure;
  bool cancelled = false;  // ended by the cancel: neither an answer nor a failure
  double ms = 0;
  int attempts = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual Status resolved(const std::string& source, const Resolution& resolution) = 0;
  virtual Status sent(const Question& question) = 0;                    // before anything leaves
  virtual Status arrived(const Question&, const Reply&) { return {}; }  // at once
  virtual Status replied(const Question& question, Reply& reply) = 0;   // in the order of the asks; also when not sent
  virtual Status settle() { return {}; }                                // before anything leaves and after what came together
};

class Gatherer final {
 public:
  Gatherer(const Catalogue& catalogue, const SourceMap& sources, PoolLimits limits, Clock& clock,
           std::function<bool()> cancelled)
      : catalogue_(catalogue),
        sources_(sources),
        limits_(limits_for(sources.all(), limits)),
        clock_(clock),
        cancelled_(std::move(cancelled)) {}
  // All that comes before the first question is sent: source, measure, native text and link of each, and which go
  // together. `plan` shows this. Offline (see SourceMap) measures of servers are not looked up: every name is assumed.
  Result<std::vector<Batch>> prepared(std::vector<Question>& questions, Sink& sink, bool offline = false);
  // Errors of the sink only; everything else is a Reply. After a cancel the asks without an answer are not told.
  Status gather(std::vector<Question> questions, Sink& sink);

 private:
  Status prepare(Question& question, Sink& sink, bool offline);
  const Result<Resolution>& resolve(size_t source, const Measure& measure, bool& fresh);

  const Catalogue& catalogue_;
  const SourceMap& sources_;
  PoolLimits limits_;
  Clock& clock_;
  std::function<bool()> cancelled_;
  std::map<std::pair<size_t, std::string>, Result<Resolution>> resolutions_;
};

}  // namespace inquest
