// A source, a reviewer and a SOP made in the test: what each does is said there, nothing sleeps but where it must.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/connectors/http/http.h"
#include "runtime/engine/run.h"
#include "tests/runtime/engine/folder.h"

namespace inquest::testing {

constexpr int64_t start_s = 1'700'000'000;
inline Window recorded_window() { return {{start_s * ns_per_s}, {(start_s + 3600) * ns_per_s}}; }

// `rows` samples of a service inside the ask's window.
inline FramePtr series(const Ask& ask, const std::string& service, int rows, const Marks& marks = {}) {
  FrameBuilder frame(Shape::series);
  frame.head().add("time", ColumnType::time).add("value", ColumnType::float64);
  for (int i = 0; i < rows; ++i) {
    frame.text(0, service);
    frame.integer(4, ask.scope.window.from.ns + i * ns_per_s);
    frame.number(5, i + 0.25);
    frame.end_row();
  }
  frame.marks() = marks;
  return frame.finish();
}

struct Call {
  const Ask& ask;
  int attempt;
  const Deadline& deadline;
  const Stop& stop;
};
using Answering = std::function<Outcome<FramePtr>(const Call&)>;

class FakeConnector final : public Connector {
 public:
  Probe found{"1", "fake", {"metrics", "spans", "logs"}, {}, {}, {}, recorded_window()};
  std::optional<Error> probe_fails;
  std::map<std::string, Answering> answers;  // by frame name; default: three rows of service a
  std::vector<std::string> without_measures;
  bool in_one_step = false;  // all asks are one request
  bool on_server = false;    // as if it talked to one
  std::string page;          // what link() says
  http::Traffic sent;        // what traffic() says
  std::atomic<int> probes{0};
  std::atomic<int> running{0}, most{0}, resolves{0};

  bool live() const override { return on_server; }
  std::string link(const Ask&, const std::map<std::string, Resolution>&) const override { return page; }
  const http::Traffic* traffic() const override { return on_server ? &sent : nullptr; }
  std::vector<Estimate> estimate(const std::vector<Ask>& asks, const std::map<std::string, Resolution>&, const Deadline&,
                                 const Stop&) override {
    ++sent.requests;
    Estimate one;
    one.series = 3;
    one.bytes = 1000;
    return std::vector<Estimate>(asks.size(), one);
  }
  Result<Probe> probe(const Deadline&, const Stop&) override {
    ++probes;
    if (probe_fails) return *probe_fails;
    return found;
  }
  Result<Resolution> resolve(const Measure& measure, const Deadline&, const Stop&) override {
    ++resolves;
    Resolution out;
    out.measure = measure.name;
    for (const std::string& name : without_measures) {
      if (name != measure.name) continue;
      for (const MeasureName& known : measure.names) out.tried.push_back(known.metric);
      out.nearest = {"almost." + measure.name};
      return out;
    }
    out.names = measure.names;
    out.services = {"a"};
    return out;
  }
  std::vector<Step> native(const std::vector<Ask>& asks, const std::map<std::string, Resolution>&) const override {
    std::vector<Step> out;
    for (size_t i = 0; i < asks.size(); ++i) {
      if (in_one_step && i > 0)
        out[0].asks.push_back(i);
      else
        out.push_back({{i}, "native of " + asks[i].frame(), "1 request"});
    }
    return out;
  }
  std::vector<Outcome<FramePtr>> fetch(const std::vector<Ask>& asks, const std::vector<Step>&,
                                       const std::map<std::string, Resolution>&, const Deadline& deadline,
                                       const Stop& stop) override {
    const int now = ++running;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {}
    std::vector<Outcome<FramePtr>> out;
    for (const Ask& ask : asks) {
      int attempt = 0;
      {
        const std::lock_guard lock(mutex_);
        attempt = ++attempts_[ask.frame()];
      }
      const auto answer = answers.find(ask.frame());
      if (answer != answers.end())
        out.push_back(answer->second({ask, attempt, deadline, stop}));
      else
        out.push_back(series(ask, "a", 3));
    }
    --running;
    return out;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> attempts_;
};

inline Answering after_ms(int ms, Answering then = {}) {
  return [ms, then](const Call& call) -> Outcome<FramePtr> {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    if (then) return then(call);
    return series(call.ask, "a", 3);
  };
}
inline Answering fails(Failure::Class cls, const std::string& cause) {
  return [=](const Call&) -> Outcome<FramePtr> { return Failure{cls, cause, "mend it"}; };
}
// Until it is told to stop.
inline Answering hangs() {
  return [](const Call& call) -> Outcome<FramePtr> {
    while (!call.stop) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return Failure{Failure::Class::cancelled, "stopped"};
  };
}

class FakeReviewer final : public Reviewer {
 public:
  std::map<std::string, std::function<Result<Rows>(const ReviewCall&, const Stop&)>> reviews;
  std::vector<std::string> called;
  Result<Rows> run(const ReviewCall& call, const Stop& stop) override {
    called.push_back(call.review);
    const auto review = reviews.find(call.review);
    if (review != reviews.end()) return review->second(call, stop);
    return Rows{};
  }
};

// Two measures, two reviews: `growth` of metric.memory, `both` of metric.memory and spans.latency (optional).
inline Catalogue small_catalogue() {
  Catalogue out;
  AskRow memory{"metric.memory", "metrics", "series", "memory"};
  AskRow cpu{"metric.cpu", "metrics", "series", "cpu"};
  AskRow spans{"spans.latency", "spans", "series"};
  AskRow logs{"logs.search", "logs", "series"};
  out.asks = {memory, cpu, spans, logs};
  for (const char* name : {"memory", "cpu"}) {
    Measure measure;
    measure.name = name;
    MeasureName metric;
    metric.metric = std::string("process.") + name;
    measure.names = {metric};
    out.measures.push_back(measure);
  }
  ReviewContract growth;
  growth.name = "growth";
  growth.takes = {{"memory", "metric.memory", "", false}};
  growth.yields = {{"memory_growth", {"service"}, {{"times", "ratio"}}, {"signs"}, "$service grew $times"}};
  ReviewContract suspect;
  suspect.name = "suspect";
  suspect.takes = {{"cpu", "metric.cpu", "", true}};
  suspect.yields = {{"suspect", {"service"}, {{"score", ""}}, {}, "$service is suspect"}};
  out.reviews = {growth, suspect};
  return out;
}

inline AskSpec ask_spec(const std::string& name, const std::string& kind) {
  AskSpec out;
  out.name = name;
  out.kind = kind;
  return out;
}
inline Edge edge(const std::string& label, const std::string& to) {
  Edge out;
  out.label = label;
  out.to = to;
  return out;
}
inline State state_of(State::Kind kind, const std::string& name, std::vector<Edge> edges) {
  State out;
  out.kind = kind;
  out.name = name;
  out.edges = std::move(edges);
  return out;
}

// fork "gather" (query m: memory, cpu; query s: latency) → review "judge" (growth, suspect) → done.
inline Sop small_sop() {
  Sop sop;
  sop.name = "small";
  sop.title = "Small";
  sop.start = "begin";
  sop.text = "return sop";
  State fork = state_of(State::Kind::fork, "gather", {edge("combine", "judge")});
  fork.branches = {"m", "s"};
  State m = state_of(State::Kind::query, "m", {});
  m.fork = "gather";
  m.asks = {ask_spec("memory", "metric.memory"), ask_spec("cpu", "metric.cpu")};
  State s = state_of(State::Kind::query, "s", {});
  s.fork = "gather";
  s.asks = {ask_spec("latency", "spans.latency")};
  State judge = state_of(State::Kind::review, "judge", {edge("again", "gather"), edge("end", "done")});
  judge.edges.erase(judge.edges.begin());
  judge.of = {"gather"};
  ReviewUse growth, suspect;
  growth.review = "growth";
  suspect.review = "suspect";
  judge.with = {growth, suspect};
  sop.states = {fork, m, s, judge};
  Hypothesis leak;
  leak.name = "leak";
  leak.say = "$service leaks";
  Condition need;
  need.kind = "memory_growth";
  leak.needs = {need};
  sop.hypotheses = {leak};
  return sop;
}

inline Finding grown(const std::string& service = "a") {
  Finding out;
  out.kind = "memory_growth";
  out.subject = {{"service", service}};
  out.numbers = {{"times", 2.0 / 3.0}};
  out.strength = 0.75;
  out.onset = Time{(start_s + 60) * ns_per_s};
  return out;
}

// Everything a run needs, with one source "fake" that has all three signals.
struct Setting {
  Folder folder;
  Sop sop = small_sop();
  Catalogue catalogue = small_catalogue();
  std::vector<Source> sources;
  FakeConnector* connector = nullptr;
  FakeReviewer reviewer;
  SystemClock clock;
  Stop stop = false;
  RunRequest request;

  Setting() {
    connector = add("fake");
    reviewer.reviews["growth"] = [](const ReviewCall&, const Stop&) -> Result<Rows> {
      Rows rows;
      rows.found = {grown()};
      return rows;
    };
    request.case_path = folder / "run.case";
    request.stop = &stop;
  }
  FakeConnector* add(const std::string& name) {
    auto made = std::make_unique<FakeConnector>();
    FakeConnector* raw = made.get();
    SourceConfig config;
    config.name = name;
    config.kind = "fake";
    sources.push_back({config, std::move(made)});
    return raw;
  }
  Result<RunResult> run() {
    request.sop = &sop;
    request.catalogue = &catalogue;
    request.sources = &sources;
    request.reviewer = &reviewer;
    request.clock = &clock;
    return inquest::run(request);
  }
  std::vector<JournalRow> rows() const { return rows(request.case_path); }
  static std::vector<JournalRow> rows(const std::string& path) {
    auto opened = CaseFile::open(path);
    if (!opened) return {};
    auto all = (*opened)->journal();
    return all ? *all : std::vector<JournalRow>{};
  }
  std::vector<JournalRow> rows_of(const std::string& kind) const {
    std::vector<JournalRow> out;
    for (auto& row : rows()) {
      if (row.kind == kind) out.push_back(row);
    }
    return out;
  }
};

}  // namespace inquest::testing
