// Source: the connector's inside, shared by its files: connector.cpp, resolve.cpp, fetch.cpp, native.cpp, links.cpp.
// SPDX-License-Identifier: Apache-2.0
//
// What is learned of the server (layout, ways, target_info) is kept under one mutex and only ever added to.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "runtime/connectors/http/http.h"
#include "runtime/connectors/otlp/asking.h"
#include "runtime/connectors/prometheus/connector.h"
#include "runtime/connectors/prometheus/plan.h"
#include "runtime/connectors/prometheus/tables.h"

namespace inquest::prometheus {

using Measures = std::map<std::string, Resolution>;
using otlp::Answer;

// What came with the answers to the requests of one ask.
struct Told {
  std::vector<std::string> warnings, infos;   // each once, in order
  size_t replaced = 0;
  void add(const Reply& reply);
};

class Source final : public Connector {
 public:
  Source(SourceConfig config, Send send, std::unique_ptr<http::Door> door);

  Result<Probe> probe(const Deadline& deadline, const Stop& stop) override;
  Result<Resolution> resolve(const Measure& measure, const Deadline& deadline, const Stop& stop) override;
  std::vector<Step> native(const std::vector<Ask>& asks, const Measures& measures) const override;
  std::vector<Answer> fetch(const std::vector<Ask>& asks, const std::vector<Step>& steps, const Measures& measures,
                            const Deadline& deadline, const Stop& stop) override;
  bool live() const override { return true; }
  std::vector<Estimate> estimate(const std::vector<Ask>& asks, const Measures& measures, const Deadline& deadline,
                                 const Stop& stop) override;
  std::string link(const Ask& ask, const Measures& measures) const override;
  const http::Traffic* traffic() const override { return door_ ? &door_->traffic() : nullptr; }

 private:
  bool offers_metrics() const;
  size_t at_once() const { return config_.http ? std::max<size_t>(1, config_.http->concurrency) : 4; }
  Layout layout() const;
  // The layout, learned now if it was not; a failure when the server cannot be asked.
  Result<Layout> learned(const Deadline& deadline, const Stop& stop);
  std::optional<std::vector<Way>> ways(const std::string& measure) const;
  Plan planned(const Ask& ask, const Resolution* measure, const Layout& layout) const;

  Answer answer(const Ask& ask, const Measures& measures, const Deadline& deadline, const Stop& stop);
  Answer answer_metric(const Ask& ask, const Resolution* measure, const Deadline& deadline, const Stop& stop);
  Answer answer_native(const Ask& ask, const Deadline& deadline, const Stop& stop);
  // Raw samples, or what the server computed of them, as a table; and what is to be told.
  struct Fetched {
    Tables tables;
    Told told;
    std::vector<std::string> notes;
    std::string approximate;
  };
  Outcome<Fetched> fetch_raw(const Ask& ask, const Plan& plan, const Layout& layout, const Deadline& deadline, const Stop& stop);
  Outcome<Fetched> fetch_pushed(const Ask& ask, const Resolution* measure, const Plan& plan, const Layout& layout, double samples,
                                const Deadline& deadline, const Stop& stop);
  // The label sets of target_info in these stretches of time; one request an hour of a run and service.
  http::Request targets_request(const Ask& ask, const Layout& layout, const std::vector<Span>& spans) const;
  std::optional<Targets> known_targets(const Layout& layout, const http::Request& request) const;  // none: to be asked for
  Targets learn_targets(const http::Request& request, const Reply& reply);

  const SourceConfig config_;
  const std::unique_ptr<http::Door> door_;
  const Server server_;
  int64_t most_samples_ = 1'000'000;

  mutable std::mutex mutex_;
  std::optional<Layout> layout_;
  std::map<std::string, std::vector<Way>> ways_;          // per measure, once resolved
  std::map<std::string, Targets> targets_;                // per request
  friend Result<std::unique_ptr<Connector>> make_source(const SourceConfig& config, Send send, std::unique_ptr<http::Door> door);
};

Result<std::unique_ptr<Connector>> make_source(const SourceConfig& config, Send send, std::unique_ptr<http::Door> door);

std::string measure_of(const Ask& ask);                   // metric.memory → memory; empty for others
const Resolution* resolution_of(const Ask& ask, const Measures& measures);
using http::error_of;

// requests.cpp: what is sent for a plan.
std::vector<http::Request> raw_requests(const Plan& plan);
http::Request count_request(const Plan& plan);            // one number: samples in all
http::Request series_request(const Plan& plan);           // one number: series in the last stretch
double number_in(const Reply& reply);                     // the one number of such an answer
http::Request exemplar_request(const Plan& plan, const Span& span);

// A frame with what the answers said besides; `approximate` goes before what the frame says itself.
Answer with_told(Answer answer, const Told& told, std::vector<std::string> notes, const std::string& approximate = {});

}  // namespace inquest::prometheus
