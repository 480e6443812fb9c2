// Sources of a run: probed once, sorted by name, each signal mapped to one of them, measures resolved once.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/engine. Thread rule: one owner thread; the connectors inside may be fetched from by the pool.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/connectors/connector.h"
#include "runtime/engine/run.h"

namespace inquest {

struct Probed {
  const SourceConfig* config = nullptr;
  Connector* connector = nullptr;
  Probe probe;
  std::optional<Failure> failure;             // the probe failed
  bool has(const std::string& signal) const;  // found and not withheld
};
Failure failure_of(const Error& error);  // an Error of a source as the class of a failed ask

// Probes all at once, each on one thread. Order: by name. Offline, a source on a server is not probed: its signals are
// those of its configuration or its kind, and its failure says so.
std::vector<Probed> probe_all(std::vector<Source>& sources, size_t threads, Duration deadline, Clock& clock,
                              const std::function<bool()>& cancelled, bool offline = false);
// What one run may do at once: for a source on a server its own limit, and threads enough for all of them (64 at most);
// asks wait as long as the most patient source allows one request.
struct PoolLimits;
PoolLimits limits_for(const std::vector<Probed>& sources, PoolLimits otherwise);
std::vector<Probe> probes_of(const std::vector<Probed>& sources);

class SourceMap final {
 public:
  SourceMap() = default;
  // config: a source that does not exist, or two that have a signal that `needed` names and no word which.
  static Result<SourceMap> make(std::vector<Probed> sources, const std::map<std::string, std::string>& said,
                                const std::vector<std::string>& needed, const std::vector<std::string>& named);
  const std::vector<Probed>& all() const { return sources_; }
  const std::map<std::string, std::string>& signals() const { return signals_; }
  // The source of an ask, or why there is none.
  std::variant<size_t, Failure> of(const Ask& ask) const;
  const Probed* named(const std::string& name) const;

 private:
  std::vector<Probed> sources_;
  std::map<std::string, std::string> signals_;
};

}  // namespace inquest
