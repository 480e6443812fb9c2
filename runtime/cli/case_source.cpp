// Evidence looked up by what was asked.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cli/case_source.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/engine/case_file.h"

namespace inquest {
namespace {

std::string key_of(Ask ask) {
  ask.state.clear();
  ask.name.clear();
  ask.from.clear();
  return canonical(ask_json(ask));
}

class CaseSource final : public Connector {
 public:
  Status open(const std::string& path) {
    auto file = CaseFile::open(path);
    if (!file) return file.error();
    auto rows = (*file)->journal();
    if (!rows) return rows.error();
    auto evidence = (*file)->evidence();
    if (!evidence) return evidence.error();
    probe_.version = "case";
    std::map<std::string, Failure> failures;
    for (const JournalRow& row : *rows) {
      const Json& p = row.payload;
      if (row.kind == "run_started" && p.contains("window")) {
        if (auto window = json_window(p["window"])) probe_.recorded = *window;
      } else if (row.kind == "ask_failed") {
        failures[p.value("evidence", "")] = {failure_class(p.value("class", "")).value_or(Failure::Class::internal), p.value("cause", ""), p.value("cure", "")};
      } else if (row.kind == "resolved") {
        Resolution& to = resolutions_[p.value("measure", "")];
        to.measure = p.value("measure", "");
        for (const char* name : {"names", "tried", "nearest", "services"}) {
          if (!p.contains(name) || !p[name].is_array()) continue;
          for (const Json& text : p[name]) {
            if (!text.is_string()) continue;
            const std::string& value = text.get_ref<const std::string&>();
            if (name[1] == 'a') to.names.push_back({value});
            else (name[0] == 't' ? to.tried : name[0] == 's' ? to.services : to.nearest).push_back(value);
          }
        }
      }
    }
    for (const EvidenceRow& row : *evidence) {
      auto ask = json_ask(row.ask);
      if (!ask) return ask.error();
      if (std::find(probe_.signals.begin(), probe_.signals.end(), ask->signal) == probe_.signals.end()) probe_.signals.push_back(ask->signal);
      const auto failed = failures.find(row.id);
      Outcome<FramePtr> outcome = Failure{Failure::Class::internal, "the case has no answer to " + row.id};
      if (row.frame) outcome = row.frame;
      else if (failed != failures.end()) outcome = failed->second;
      answers_.insert_or_assign(key_of(std::move(*ask)), std::move(outcome));
    }
    std::sort(probe_.signals.begin(), probe_.signals.end());
    return {};
  }

  Result<Probe> probe(const Deadline&, const Stop&) override { return probe_; }
  Result<Resolution> resolve(const Measure& measure, const Deadline&, const Stop&) override {
    const auto at = resolutions_.find(measure.name);
    if (at != resolutions_.end()) return at->second;
    Resolution none;
    none.measure = measure.name;
    for (const MeasureName& name : measure.names) none.tried.push_back(name.metric);
    return none;
  }
  std::vector<Step> native(const std::vector<Ask>& asks, const std::map<std::string, Resolution>&) const override {
    std::vector<Step> out;
    for (size_t i = 0; i < asks.size(); ++i) out.push_back({{i}, "recorded " + print_ask(asks[i])});
    return out;
  }
  std::vector<Outcome<FramePtr>> fetch(const std::vector<Ask>& asks, const std::vector<Step>&, const std::map<std::string, Resolution>&,
                                       const Deadline&, const Stop&) override {
    std::vector<Outcome<FramePtr>> out;
    for (const Ask& ask : asks) {
      const auto at = answers_.find(key_of(ask));
      if (at != answers_.end()) out.push_back(at->second);
      else out.push_back(Failure{Failure::Class::unsupported, "the case holds no answer to " + printable(print_ask(ask), 200), "test on a recording, or record the case anew"});
    }
    return out;
  }

 private:
  Probe probe_;
  std::map<std::string, Resolution> resolutions_;
  std::map<std::string, Outcome<FramePtr>> answers_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_case_source(const std::string& path) {
  auto source = std::make_unique<CaseSource>();
  if (Status opened = source->open(path); !opened) return opened.error();
  return std::unique_ptr<Connector>(std::move(source));
}

}  // namespace inquest
