// inquest sources: what each source is and has — reachability, version, clock, signals, layout, windows, measures.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdlib>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"
#include "runtime/connectors/http/config.h"
#include "runtime/engine/survey.h"

namespace inquest {
namespace {

constexpr int64_t skew_told_ns = 5 * ns_per_s;

Json failure_json(const Failure& failure) {
  return {{"class", failure_name(failure.cls)}, {"cause", failure.cause}, {"cure", failure.cure}};
}

Json row_json(const Surveyed& s) {
  Json row{{"name", s.config->name}, {"kind", s.config->kind}, {"at", s.config->at}, {"live", s.live}};
  if (s.config->http && s.config->http->insecure) row["insecure"] = true;
  if (s.failure) {
    row["error"] = s.failure->cause;
    row["failure"] = failure_json(*s.failure);
  } else {
    row["version"] = s.probe.version;
    row["layout"] = s.probe.layout;
    row["signals"] = s.signals;
    if (s.signals.empty()) row["looked_for"] = s.probe.looked_for;
    if (s.probe.recorded) row["window"] = window_json(*s.probe.recorded);
    Json windows = Json::object();
    for (const auto& [signal, window] : s.probe.windows)
      if (window) windows[signal] = window_json(*window);
    row["windows"] = std::move(windows);
    if (s.probe.skew) row["skew_ms"] = s.probe.skew->ns / 1'000'000;
    row["notes"] = s.probe.notes;
    Json measures = Json::array();
    for (const SurveyedMeasure& m : s.measures) {
      Json one{{"measure", m.measure}};
      if (m.failure) one["error"] = m.failure->cause;
      else if (m.found->names.empty()) one["tried"] = m.found->tried, one["nearest"] = m.found->nearest;
      else one["services"] = m.found->services, one["says"] = m.found->print();
      measures.push_back(std::move(one));
    }
    row["measures"] = std::move(measures);
  }
  if (s.live) row["traffic"] = {{"requests", s.requests}, {"bytes_received", s.bytes}};
  return row;
}

std::string row_text(const Surveyed& s) {
  std::string version = s.failure || !s.live ? "" : s.probe.version;
  if (lower(version).rfind(s.config->kind + " ", 0) == 0) version.erase(0, s.config->kind.size() + 1);
  if (!version.empty()) version = " " + printable(version, 60);
  std::string text = fmt::format("{} ({}{}) {}\n", s.config->name, s.config->kind, version, printable(s.config->at, 120));
  const auto line = [&](const char* head, const std::string& body) { text += "  " + pad(head, 8) + body + "\n"; };
  if (s.config->http && s.config->http->insecure) line("note", "its certificate is not checked (insecure_skip_verify)");
  if (s.failure) {
    const std::string name = s.config->name + ": ", &cause = s.failure->cause;
    text += "  ✘ " + printable(cause.rfind(name, 0) == 0 ? cause.substr(name.size()) : cause, 400) + "\n";
    if (!s.failure->cure.empty()) line("cure", printable(s.failure->cure, 300));
    return text;
  }
  if (s.signals.empty()) text += "  ✘ nothing readable; looked for " + printable(join(s.probe.looked_for, ", "), 300) + "\n";
  else text += "  ✔ " + join(s.signals, ", ") + "\n";
  if (!s.probe.layout.empty() && s.live) line("layout", printable(s.probe.layout, 200));
  if (s.probe.skew && std::llabs(s.probe.skew->ns) > skew_told_ns)
    line("clock", fmt::format("{} {} ours: set one of them right, windows are told by ours", print_duration({std::llabs(s.probe.skew->ns) / ns_per_s * ns_per_s}),
                              s.probe.skew->ns > 0 ? "ahead of" : "behind"));
  if (s.probe.recorded) line("window", print_window(*s.probe.recorded));
  else
    for (const auto& [signal, window] : s.probe.windows)
      if (window) line("window", signal + " " + print_window(*window));
  for (const std::string& note : s.probe.notes) line("note", printable(note, 300));
  for (const SurveyedMeasure& m : s.measures) {
    const std::string head = "  " + pad(m.measure, 14) + " ";
    if (m.failure) text += head + "✘ " + printable(m.failure->cause, 300) + "\n";
    else if (m.found->names.empty())
      text += head + fmt::format("✘ none of {} names{}\n", m.found->tried.size(), m.found->nearest.empty() ? "" : "; nearest: " + printable(join(m.found->nearest, ", "), 160));
    else text += head + "✔ " + printable(m.found->print(), 300) + "\n";
  }
  if (s.live) line("traffic", fmt::format("{} {} sent, {} received, {}", count(s.requests), s.requests == 1 ? "request" : "requests", human(static_cast<double>(s.bytes), "By"), human(s.ms, "ms")));
  return text;
}

int run_sources(const std::vector<std::string>& arguments, User& user) {
  Common common;
  SourceOptions sources;
  bool json = false;
  CLI::App app("Says what there is to ask, of all sources at once: whether they answer, version, clock, signals, layout, windows, and\n"
               "the name under which each measure is found. Each failure says its cure.\n\n"
               "  inquest sources --sources inquest.yaml\n  inquest sources --data recording/ --json\n"
               "  inquest sources                          $INQUEST_SOURCES, ./inquest.yaml or your own inquest.yaml\n", "sources");
  add_source_options(app, sources, false);
  app.add_flag("--json", json, "one JSON document");
  add_common(app, common);
  app.footer("Exit: 0 all answered, 1 one did not, 2 usage, 4 refused by a source, 5 nothing readable there.");
  if (const auto done = parse(app, arguments, user)) return *done;
  auto inquest = open_inquest(common);
  if (!inquest) return fail(inquest.error());
  Result<Catalogue> catalogue = (*inquest)->catalogue();
  if (!catalogue) return fail(catalogue.error());
  if (Status opened = open_sources(**inquest, sources, "", user); !opened) return fail(opened.error());
  Result<std::vector<Surveyed>> all = survey((*inquest)->sources(), *catalogue, *user.clock, *user.stop, sources.offline);
  if (!all) return fail(all.error());
  Json rows = Json::array();
  std::string text;
  bool refused = false, failed = false, empty = false;
  for (const Surveyed& one : *all) {
    if (json) rows.push_back(row_json(one));
    else text += row_text(one);
    const bool offline = one.failure && sources.offline && one.live;
    refused = refused || (one.failure && one.failure->cls == Failure::Class::refused);
    failed = failed || (one.failure && !offline);
    empty = empty || (!one.failure && one.signals.empty());
  }
  if (json) print_json(pretty(Json{{"schema_version", 1}, {"sources", rows}}));
  else print_out(fitted(text, user));
  return refused ? 4 : failed ? 1 : empty ? 5 : 0;
}

}  // namespace

const Command sources_command = {"sources", "Investigate", "what a source has: signals, windows, measures", false, run_sources};

}  // namespace inquest
