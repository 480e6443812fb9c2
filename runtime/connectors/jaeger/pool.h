// Pool: the traces that a run has fetched so far, so that several asks about the same service and time fetch once.
// SPDX-License-Identifier: Apache-2.0
//
// Jaeger has no aggregates: every ask is answered over whole traces. A Need says whose and when; the pool searches them,
// or hands out what it holds already.
// One service: one search of its window; when as many came as were allowed, the window is cut into sixteen, those that are
// full again into halves, until none is full (then all traces are there) or the budget of traces is spent (then those that
// came are a sample, spread over the window). Nothing is read twice into the table: traces are kept by id.
// All services: a few traces of every service first; then the services at whose spans traces begin are searched whole, the
// one with most of them first. A service whose few traces all came with those of others is not searched again, but for
// operations that were not seen and for failed requests; that it rests on a sample is told. So each trace travels about
// once, not once for every service that it passes.
// Time: what a trace takes is measured; no search is begun that would not end in time, and some time is kept to answer in.
// What could not be searched then makes a sample of the rest, and is told too.
// Loss: after each fetch the server is asked whether it still has what it had (witness.h); if not, the fetch has failed.
// Thread rule: get and by_id may be called from several threads; of two that need the same the second waits.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/connectors/jaeger/gathered.h"
#include "runtime/connectors/jaeger/server.h"
#include "runtime/connectors/otlp/asking.h"

namespace inquest::jaeger {

struct Need {
  std::optional<std::string> service = {};   // canonical; none: all services
  std::string operation = {};                // of the service; used when all of the service are too many
  Window window = {};
  std::map<std::string, std::string> tags = {};  // of spans of the service; asked for when all of it are too many
  bool operator==(const Need&) const = default;
};

// What came. Immutable.
struct Held {
  Held(std::shared_ptr<const otlp::Spans> spans, const otlp::Aliases& aliases) : view(std::move(spans), aliases) {}
  otlp::SpanView view;
  Need need;
  bool whole = false;                        // all traces of the need, but for what `approximate` says
  std::set<std::string> services;            // as Jaeger names them: those whose traces of the window are all here
  size_t traces = 0;
  std::string approximate, partial;
  std::vector<std::string> notes;
};
using HeldPtr = std::shared_ptr<const Held>;

struct Budget {
  size_t traces = 4000;                      // of one search; twice as many may be received to find out which there are
  size_t services = 200;                     // asked of one ask without a service
};

class Pool final {
 public:
  Pool(Server& server, otlp::Aliases aliases, Budget budget);
  Outcome<HeldPtr> get(const Need& need, Allowed allowed);
  // What is held already and answers the need exactly; null otherwise.
  HeldPtr held(const Need& need) const;
  // Whole traces by id: out of what is held when all are there, else fetched. Some may be missing.
  Outcome<HeldPtr> by_id(const std::vector<std::string>& ids, Allowed allowed);
  // All that one search finds, for native asks and slow ones; not kept.
  Outcome<HeldPtr> search(const Search& search, bool& cut, Allowed allowed);
  std::vector<std::string> names_there(const std::string& service) const;  // by the alias map

 private:
  struct Whole { bool whole = true, late = false; std::string problem = {}; std::optional<Outcome<HeldPtr>> failed = {}; };
  struct Slot;
  std::shared_ptr<Slot> slot(const Need& need);
  Outcome<HeldPtr> sure(Outcome<HeldPtr> fetched, Allowed allowed) const;
  Outcome<HeldPtr> fetch(const Need& need, Allowed allowed);
  Outcome<HeldPtr> one_service(const Need& need, Allowed allowed);
  Outcome<HeldPtr> all_services(const Need& need, Allowed allowed);
  // `many`: more traces are expected than one answer may hold, so that the search begins with pieces of the window.
  Whole find_all(const Search& search, Gathered& into, TraceIds* found, Allowed allowed, bool many = false);
  size_t at_first(Allowed allowed) const;              // traces that the first search of a window may find
  void failed_requests(const std::vector<std::string>& services, Gathered& into, Window window, Allowed allowed);
  void by_ids(const std::vector<std::vector<std::string>>& groups, std::vector<Outcome<Traces>>& answers, Allowed allowed);
  std::shared_ptr<Held> done(Gathered& gathered, const Need& need, std::vector<std::string> problems);

  Server& server_;
  const otlp::Aliases aliases_;
  const Budget budget_;
  mutable std::mutex mutex_;
  std::vector<HeldPtr> held_;
  std::vector<std::pair<Need, std::shared_ptr<Slot>>> slots_;
};

}  // namespace inquest::jaeger
