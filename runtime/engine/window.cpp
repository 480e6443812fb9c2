// The outer window of a run: command line, else recording, else back from now.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text.h"
#include "runtime/engine/starting.h"

namespace inquest {
namespace {

constexpr Duration otherwise = {3600 * ns_per_s};  // a SOP whose contexts say no window

// a - b without running over the ends of time.
Time back(Time from, Duration by) {
  int64_t ns = 0;
  if (__builtin_sub_overflow(from.ns, by.ns, &ns)) ns = INT64_MIN;
  return {ns};
}

// As long as the outermost context says: `1h`, or `$window` with what is bound to it.
Result<Duration> said_by(const Sop& sop, const Map& inputs) {
  for (const Context& context : sop.contexts) {
    if (context.parent >= 0 || context.window.empty()) continue;
    auto phrase = parse_phrase(context.window, false);
    if (!phrase) return phrase.error();
    if (phrase->kind != Phrase::Kind::last) continue;
    if (phrase->duration) return *phrase->duration;
    const Value* value = find(inputs, phrase->name);
    if (value && value->is<Duration>()) return *value->get<Duration>();
  }
  return otherwise;
}

}  // namespace

std::optional<Window> recorded(const std::vector<Probe>& probes) {
  std::optional<Window> all;
  for (const Probe& probe : probes) {
    if (!probe.recorded) continue;
    if (!all) all = *probe.recorded;
    all->from = std::min(all->from, probe.recorded->from);
    all->to = std::max(all->to, probe.recorded->to);
  }
  return all;
}

bool reads_clock(const RunRequest& request, const std::vector<Probe>& probes) {
  return !request.to && !recorded(probes);
}

Result<OuterWindow> outer_window(const RunRequest& request, const std::vector<Probe>& probes, Time now) {
  if (request.since && request.from)
    return Error{Code::usage, "--since and --from say the same thing twice", "--since", "give one of them"};
  if (request.since && request.since->ns <= 0) {
    return Error{Code::usage, "a window of " + print_duration(*request.since) + " is empty", "--since",
                 "give a duration such as 1h"};
  }
  const auto recording = recorded(probes);
  auto inputs = bound_inputs(*request.sop, request.inputs);
  if (!inputs) return inputs.error();
  OuterWindow out;
  if (!request.from && !request.to && !request.since) {
    if (recording) return OuterWindow{*recording, "recording", true};
    auto length = said_by(*request.sop, inputs->values);
    if (!length) return length.error();
    return OuterWindow{{back(now, *length), now}, "start of the run", false};
  }
  out.from = "command line";
  out.given = true;
  out.window.to = request.to ? *request.to : recording ? recording->to : now;
  if (request.from) {
    out.window.from = *request.from;
  } else if (request.since) {
    out.window.from = back(out.window.to, *request.since);
  } else if (recording) {
    out.window.from = recording->from;
  } else {
    auto length = said_by(*request.sop, inputs->values);
    if (!length) return length.error();
    out.window.from = back(out.window.to, *length);
  }
  if (out.window.empty()) {
    return Error{
        Code::usage,
        "the window from " + print_time(out.window.from) + " to " + print_time(out.window.to) + " is empty",
        request.from ? "--from" : "--to",
        recording ? "the recording is " + print_window(*recording) : "the end must be later than the beginning"};
  }
  return out;
}

}  // namespace inquest
