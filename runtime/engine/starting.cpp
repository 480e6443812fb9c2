// Inputs bound to their types, answers checked against the SOP, run_started written out.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/starting.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/base/version.h"
#include "runtime/connectors/http/config.h"
#include "runtime/machine/machine.h"
#include "runtime/model/sop_json.h"

namespace inquest {
namespace {


// A value as its input's type: a SOP may write the default of a duration as text.
Result<Value> typed(const InputSpec& spec, const Value& value) {
  const Error wrong{Code::config,
                    "input `" + spec.name + "` is a " + spec.type + ", not " + printable(print_literal(value), 80),
                    "--input " + spec.name, ""};
  const auto with_cure = [&](const std::string& cure) {
    Error error = wrong;
    error.cure = cure;
    return error;
  };
  if (spec.type == "duration") {
    if (value.is<Duration>()) return value;
    if (!value.is<std::string>()) return with_cure("write it as 1h, 90s, 7d");
    auto parsed = parse_duration(value.text());
    if (!parsed) return with_cure("write it as 1h, 90s, 7d");
    return Value(*parsed);
  }
  if (spec.type == "time") {
    if (value.is<Time>()) return value;
    if (!value.is<std::string>()) return with_cure("write it as 2026-11-21T10:28:39Z");
    auto parsed = parse_time(value.text());
    if (!parsed) return with_cure("write it as 2026-11-21T10:28:39Z");
    return Value(*parsed);
  }
  if (spec.type == "number")
    return value.is<int64_t>() || value.is<double>() ? Result<Value>(value) : Result<Value>(wrong);
  if (!value.is<std::string>()) return wrong;
  if (spec.type == "choice" &&
      std::find(spec.choices.begin(), spec.choices.end(), value.text()) == spec.choices.end()) {
    return Error{Code::config, "input `" + spec.name + "` cannot be `" + printable(value.text(), 80) + "`",
                 "--input " + spec.name, did_you_mean(value.text(), spec.choices)};
  }
  return value;
}

}  // namespace

Result<Inputs> bound_inputs(const Sop& sop, const Map& given) {
  std::vector<std::string> names;
  for (const InputSpec& spec : sop.inputs) names.push_back(spec.name);
  for (const auto& [name, value] : given) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    return Error{Code::config, "`" + sop.name + "` has no input `" + printable(name, 80) + "`",
                 "--input " + printable(name, 80), names.empty() ? "it has none" : did_you_mean(name, names)};
  }
  Inputs out;
  for (const InputSpec& spec : sop.inputs) {
    const Value* value = find(given, spec.name);
    if (value && value->null()) value = nullptr;
    if (!value && spec.fallback) {
      out.defaulted.insert(spec.name);
      value = &*spec.fallback;
    }
    if (!value) {
      if (!spec.optional) {
        return Error{Code::config, "input `" + spec.name + "` (" + spec.type + ") is not given", "--input " + spec.name,
                     "add --input " + spec.name + "=…" + (spec.doc.empty() ? "" : ": " + spec.doc)};
      }
      out.values.emplace_back(spec.name, Value());
      continue;
    }
    auto fitting = typed(spec, *value);
    if (!fitting) return fitting.error();
    out.values.emplace_back(spec.name, std::move(*fitting));
  }
  return out;
}

Status check_answers(const Sop& sop, const std::map<std::string, std::string>& answers) {
  for (const auto& [name, label] : answers) {
    const std::string where = "--answer " + printable(name, 80) + "=" + printable(label, 80);
    std::vector<std::string> states;
    for (const State& state : sop.states) {
      if (state.kind == State::Kind::review || state.kind == State::Kind::suggest) states.push_back(state.name);
    }
    const State* state = sop.state(name);
    if (!state)
      return Error{Code::config, "`" + sop.name + "` has no state `" + printable(name, 80) + "`", where,
                   did_you_mean(name, states)};
    if (std::find(states.begin(), states.end(), name) == states.end()) {
      return Error{Code::config, std::string("`") + name + "` is a " + kind_name(state->kind) + " and offers nothing",
                   where, "states that offer: " + join(states, ", ")};
    }
    std::vector<std::string> labels;
    for (const Edge& edge : state->edges) labels.push_back(edge.label);
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) {
      return Error{Code::config, "`" + name + "` does not offer `" + printable(label, 80) + "`", where,
                   "it offers: " + join(labels, ", ")};
    }
  }
  return {};
}

void needs_of(const Sop& sop, const Catalogue& catalogue, std::vector<std::string>& signals,
              std::vector<std::string>& named) {
  const auto add = [](std::vector<std::string>& to, const std::string& what) {
    if (std::find(to.begin(), to.end(), what) == to.end()) to.push_back(what);
  };
  for (const State& state : sop.states) {
    for (const AskSpec& ask : state.asks) {
      const AskRow* row = catalogue.ask(ask.kind);
      if (!ask.from.empty())
        add(named, ask.from);
      else if (row)
        add(signals, row->signal);
    }
  }
}

Json run_started_json(const Beginning& of) {
  const Sop& sop = *of.request.sop;
  Json out = Json::object();
  out["sop"] = Json{{"name", sop.name}, {"title", sop.title}, {"hash", of.sop_hash}, {"graph", sop_json(sop)}};
  out["inputs"] = Json::object();
  for (const auto& [name, value] : of.inputs.values) out["inputs"][name] = value_json(value);
  out["defaulted"] = Json(std::vector<std::string>(of.inputs.defaulted.begin(), of.inputs.defaulted.end()));
  out["window"] = window_json(of.window.window);
  out["window_from"] = of.window.from;
  out["sources"] = Json::array();
  for (const Probed& source : of.sources.all()) {
    Json one{{"name", source.config->name},
             {"kind", source.config->kind},
             {"version", source.probe.version},
             {"layout", source.probe.layout}};
    std::vector<std::string> signals;
    for (const char* signal : {"metrics", "spans", "logs"}) {
      if (source.has(signal)) signals.push_back(signal);
    }
    one["signals"] = Json(signals);
    one["without"] = Json(source.config->without);
    one["notes"] = Json(source.probe.notes);
    if (!source.probe.looked_for.empty()) one["looked_for"] = Json(source.probe.looked_for);
    if (source.config->http && source.config->http->insecure) one["insecure"] = true;
    if (source.failure) {
      one["failure"] = Json{{"class", failure_name(source.failure->cls)},
                            {"cause", source.failure->cause},
                            {"cure", source.failure->cure}};
    }
    out["sources"].push_back(std::move(one));
  }
  out["signals"] = Json::object();
  for (const auto& [signal, name] : of.sources.signals()) out["signals"][signal] = name;
  Json reviews = Json::object();
  for (const State& state : sop.states) {
    for (const ReviewUse& use : state.with) {
      const ReviewContract* contract = of.request.catalogue->review(use.review);
      if (contract) reviews[use.review] = contract->version;
    }
  }
  out["versions"] = Json{{"inquest", inquest_version},
                         {"machine", machine_version},
                         {"kernels", kernels_version},
                         {"reviews", std::move(reviews)}};
  out["lang"] = of.request.lang;
  out["answers"] = Json::object();
  for (const auto& [state, label] : of.request.answers) out["answers"][state] = label;
  out["mode"] = of.request.guided ? "guided" : "unattended";
  out["modules"] = Json::array();
  for (const auto& [name, hash_of] : of.modules) out["modules"].push_back(Json{{"name", name}, {"hash", hash_of}});
  if (!of.translations.empty()) out["translations"] = of.translations;
  return out;
}

}  // namespace inquest
