// Embedding: a source of one's own — here a made series of memory — and a SOP file run on it, in about sixty lines.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "bindings/inquest.h"

using namespace inquest;

namespace {

// Two workers, one sample each ten seconds for an hour; from half past on the second one keeps what it gets.
class Workers final : public Connector {
 public:
  static constexpr int64_t begin = 1'767'600'000, samples = 360;  // seconds since 1970

  Result<Probe> probe(const Deadline&, const Stop&) override {
    return Probe{.version = "made", .signals = {"metrics"}, .recorded = Window{{begin * ns_per_s}, {(begin + 3600) * ns_per_s}}};
  }
  Result<Resolution> resolve(const Measure& measure, const Deadline&, const Stop&) override {
    Resolution out{.measure = measure.name, .unit = measure.unit, .identity = measure.identity};
    if (measure.name == "memory") out.names = {{.metric = "worker.memory", .unit = "By"}}, out.services = {"indexer", "mailer"};
    else out.tried = {"worker." + measure.name};
    return out;
  }
  std::vector<Step> native(const std::vector<Ask>& asks, const std::map<std::string, Resolution>&) const override {
    std::vector<Step> out;
    for (size_t i = 0; i < asks.size(); ++i) out.push_back({.asks = {i}, .native = "memory of the workers"});
    return out;
  }
  std::vector<Outcome<FramePtr>> fetch(const std::vector<Ask>& asks, const std::vector<Step>&, const std::map<std::string, Resolution>&,
                                       const Deadline&, const Stop&) override {
    std::vector<Outcome<FramePtr>> out;
    for (const Ask& ask : asks) out.push_back(ask.kind == "metric.memory" ? Outcome<FramePtr>(memory(ask.scope)) : Failure{Failure::Class::unsupported, "only memory is kept"});
    return out;
  }

 private:
  static FramePtr memory(const Scope& scope) {
    FrameBuilder frame(Shape::series);
    frame.head().add("time", ColumnType::time).add("value", ColumnType::float64);
    for (const char* service : {"indexer", "mailer"}) {
      if (const auto only = scope.names.find("service"); only != scope.names.end() && only->second != service) continue;
      for (int64_t i = 0; i < samples; ++i) {
        const Time time{(begin + i * 10) * ns_per_s};
        if (!scope.window.contains(time)) continue;
        const double kept = service[0] == 'm' && i > samples / 2 ? static_cast<double>(i - samples / 2) * 2e6 : 0;
        frame.text(frame.index("service"), service);
        frame.integer(frame.index("time"), time.ns);
        frame.number(frame.index("value"), 120e6 + static_cast<double>(i * 7 % 11) * 1e5 + kept);
        frame.end_row();
      }
    }
    return frame.finish();
  }
};

int failed(const Error& error) { return std::fprintf(stderr, "%s\n", error.print().c_str()), 1; }

}  // namespace

int main(int count, char** words) {
  Settings settings;
#ifdef INQUEST_SHARE
  settings.home = INQUEST_SHARE;             // of the installed package; in the build tree it is found
#endif
  auto inquest = Inquest::open(settings);
  if (!inquest) return failed(inquest.error());
  if (Status added = (*inquest)->add_source({.name = "workers", .kind = "made", .at = "memory"}, std::make_unique<Workers>()); !added) return failed(added.error());
  auto result = (*inquest)->run({.sop = count > 1 ? words[1] : EMBED_SOP, .case_path = "embed.case", .overwrite = true});
  if (!result) return failed(result.error());
  const Verdict& verdict = result->judgement.verdict;
  std::printf("%s: %s\ncase: %s\n", verdict.word.c_str(), verdict.says.c_str(), result->case_path.c_str());
  return result->exit;
}
