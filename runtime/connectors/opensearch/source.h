// Source: the connector's inside, shared by its files: connector.cpp, probe.cpp, fetch.cpp, links.cpp.
// SPDX-License-Identifier: Apache-2.0
//
// What is learned of the server is one immutable State, made by probing and kept under a mutex; a fetch holds the one it
// began with.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/connectors/opensearch/client.h"
#include "runtime/connectors/opensearch/connector.h"
#include "runtime/connectors/opensearch/layout.h"

namespace inquest::opensearch {

using Measures = std::map<std::string, Resolution>;

struct State {
  std::string version;                                   // "2.19.1"
  std::optional<Layout> spans, logs;
  std::vector<std::string> looked_for;                   // patterns
  const Layout* layout(std::string_view signal) const {
    const auto& one = signal == "spans" ? spans : logs;
    return signal != "metrics" && one ? &*one : nullptr;
  }
};

struct Settings {                                        // the options, read
  std::string indices[2], layouts[2];                    // of spans, of logs; empty: probed
  bool painless = true, scripts = false;
  std::string index_pattern;
};
Result<Settings> read_settings(const SourceConfig& config);

class Source final : public Connector {
 public:
  Source(SourceConfig config, Settings settings, Client client, std::unique_ptr<http::Door> door);

  Result<Probe> probe(const Deadline& deadline, const Stop& stop) override;
  Result<Resolution> resolve(const Measure& measure, const Deadline& deadline, const Stop& stop) override;
  std::vector<Step> native(const std::vector<Ask>& asks, const Measures& measures) const override;
  std::vector<otlp::Answer> fetch(const std::vector<Ask>& asks, const std::vector<Step>& steps, const Measures& measures,
                                  const Deadline& deadline, const Stop& stop) override;
  bool live() const override { return true; }
  std::vector<Estimate> estimate(const std::vector<Ask>& asks, const Measures& measures, const Deadline& deadline, const Stop& stop) override;
  std::string link(const Ask& ask, const Measures& measures) const override;
  const http::Traffic* traffic() const override { return door_ ? &door_->traffic() : nullptr; }

 private:
  bool offers(std::string_view signal) const;
  std::shared_ptr<const State> state() const;            // null before probing
  Result<std::shared_ptr<const State>> learned(const Deadline& deadline, const Stop& stop);
  Failure nothing_of(const Ask& ask, const State& state) const;
  std::string here(const State& state) const;

  const SourceConfig config_;
  const Settings settings_;
  const std::unique_ptr<http::Door> door_;
  const Client client_;
  mutable std::mutex mutex_;
  std::shared_ptr<const State> state_;
};

Result<std::unique_ptr<Connector>> make_source(const SourceConfig& config, Send send, http::Config http, std::unique_ptr<http::Door> door,
                                               Client::Options options = {});
using http::error_of;

// probe.cpp: which indices are what, from the names of _resolve/index.
struct Found {
  otlp::Signal signal;
  std::string pattern;
  bool operator==(const Found&) const = default;
};
std::vector<Found> recognise(const std::vector<std::string>& names);

}  // namespace inquest::opensearch
