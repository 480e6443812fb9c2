// Embedding: a source of one's own — here a made series of memory — and a SOP file run on it, in sixty lines.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/inquest.h"
using namespace inquest;

// Two workers, one sample each ten seconds for an hour; from half past on the second one keeps what it gets.
struct Workers final : Connector {
  using Resolved = std::map<std::string, Resolution>;
  static constexpr int64_t begin = 1'767'600'000, samples = 360;  // seconds since 1970
  Result<Probe> probe(const Deadline&, const Stop&) override {
    return Probe{.signals = {"metrics"}, .recorded = Window{{begin * ns_per_s}, {(begin + 3600) * ns_per_s}}};
  }
  Result<Resolution> resolve(const Measure& measure, const Deadline&, const Stop&) override {
    Resolution out{.measure = measure.name, .unit = measure.unit, .identity = measure.identity};
    if (measure.name != "memory") return out.tried = {"worker." + measure.name}, out;
    return out.names = {{.metric = "worker.memory", .unit = "By"}}, out.services = {"indexer", "mailer"}, out;
  }
  std::vector<Step> native(const std::vector<Ask>& asks, const Resolved&) const override {
    std::vector<Step> out;
    for (size_t i = 0; i < asks.size(); ++i) out.push_back({.asks = {i}, .native = "memory of the workers"});
    return out;
  }
  std::vector<Outcome<FramePtr>> fetch(const std::vector<Ask>& asks, const std::vector<Step>&, const Resolved&,
                                       const Deadline&, const Stop&) override {
    std::vector<Outcome<FramePtr>> out;
    for (const Ask& ask : asks)
      if (ask.kind == "metric.memory") out.push_back(memory(ask.scope));
      else out.push_back(Failure{Failure::Class::unsupported, "only memory is kept"});
    return out;
  }
  static FramePtr memory(const Scope& scope) {
    FrameBuilder frame(Shape::series);
    frame.head().add("time", ColumnType::time).add("value", ColumnType::float64);
    const auto only = scope.names.find("service");
    for (const char* service : {"indexer", "mailer"})
      for (int64_t i = 0; i < samples; ++i) {
        const Time time{(begin + i * 10) * ns_per_s};
        if (!scope.window.contains(time) || (only != scope.names.end() && only->second != service)) continue;
        const double kept = service[0] == 'm' && i > samples / 2 ? 2e6 * double(i - samples / 2) : 0;
        frame.text(frame.index("service"), service);
        frame.integer(frame.index("time"), time.ns);
        frame.number(frame.index("value"), 120e6 + 1e5 * double(i * 7 % 11) + kept);
        frame.end_row();
      }
    return frame.finish();
  }
};

int main(int count, char** words) {
  const auto failed = [](const Error& error) { return std::fprintf(stderr, "%s\n", error.print().c_str()), 1; };
  auto inquest = Inquest::open({.home = INQUEST_SHARE});
  if (!inquest) return failed(inquest.error());
  SourceConfig source{.name = "workers", .kind = "made", .at = "memory"};
  if (Status added = (*inquest)->add_source(source, std::make_unique<Workers>()); !added) return failed(added.error());
  const RunOptions what{.sop = count > 1 ? words[1] : EMBED_SOP, .case_path = "embed.case", .overwrite = true};
  auto result = (*inquest)->run(what);
  if (!result) return failed(result.error());
  std::printf("%s: %s\n", result->judgement.verdict.word.c_str(), result->judgement.verdict.says.c_str());
  return result->exit;
}
