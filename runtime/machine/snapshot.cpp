// Snapshot as JSON: complete, in a fixed order, for tests and for resume to compare with.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/machine.h"

namespace inquest {
namespace {

Json map_json(const Map& map) {
  Json out = Json::object();
  for (const auto& [name, value] : map) out[name] = value_json(value);
  return out;
}


Json context_json(const ActiveContext& active) {
  Json out = {{"context", active.context}, {"scope", scope_json(active.scope)}, {"names", map_json(active.names)}};
  out["finding"] = active.finding ? Json(*active.finding) : Json();
  out["queue"] = active.queue;
  out["round"] = active.round;
  out["rounds"] = active.rounds;
  out["entry"] = active.entry;
  out["unknown"] = active.unknown;
  out["key"] = active.key;
  return out;
}

Json round_json(const Round& round) {
  Json visits = Json::object(), taken = Json::object();
  for (const auto& [state, times] : round.visits) visits[state] = times;
  for (const auto& [state, labels] : round.taken) taken[state] = labels;
  return {{"visits", std::move(visits)}, {"taken", std::move(taken)}, {"trail", round.trail}};
}

Json frame_json(const FrameRef& frame) {
  Json out = {{"evidence", frame.evidence}, {"marks", marks_json(frame.marks)}};
  if (frame.failure)
    out["failure"] = {
        {"class", failure_name(frame.failure->cls)}, {"cause", frame.failure->cause}, {"cure", frame.failure->cure}};
  out["context"] = frame.context;
  out["bindings"] = frame.bindings;
  return out;
}

}  // namespace

Json snapshot_json(const Snapshot& s) {
  Json out = {{"state", s.state},
              {"finished", s.finished},
              {"window", window_json(s.window)},
              {"window_given", s.window_given}};
  out["inputs"] = map_json(s.inputs);
  out["defaulted"] = s.defaulted;
  out["stack"] = Json::array();
  for (const ActiveContext& active : s.stack) out["stack"].push_back(context_json(active));
  out["rounds"] = Json::array();
  for (const Round& round : s.rounds) out["rounds"].push_back(round_json(round));
  out["waiting"] = s.waiting;
  out["frames"] = Json::object();
  for (const auto& [name, frame] : s.frames) out["frames"][name] = frame_json(frame);
  out["next_use"] = s.next_use;
  out["reviewed"] = Json::array();
  for (const ReviewedRows& run : s.reviewed)
    out["reviewed"].push_back(
        {{"state", run.state}, {"use", run.use}, {"bindings", run.bindings}, {"rows", rows_json(run.rows)}});
  out["next_finding"] = s.next_finding;
  out["judged"] = Json::array();
  for (const JudgedWord& word : s.judged)
    out["judged"].push_back({{"hypothesis", word.hypothesis},
                             {"key", Json(word.key)},
                             {"word", word.word},
                             {"strength", number_json(word.strength)}});
  return out;
}

}  // namespace inquest
