// inquest sources: what a source has — health, signals, windows, measures.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"

namespace inquest {
namespace {

int run(const std::vector<std::string>& arguments, User& user) {
  Common common;
  SourceOptions sources;
  bool json = false;
  CLI::App app("Says what there is to ask: signals, their windows, and the name under which each measure is found.\n\n"
               "  inquest sources --data recording/\n  inquest sources --data recording/ --json\n", "sources");
  add_source_options(app, sources, false);
  app.add_flag("--json", json, "one JSON document");
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  auto inquest = open_inquest(common);
  if (!inquest) return fail(inquest.error());
  Result<Catalogue> catalogue = (*inquest)->catalogue();
  if (!catalogue) return fail(catalogue.error());
  if (Status opened = open_sources(**inquest, sources, "", user); !opened) return fail(opened.error());
  int exit = 0;
  Json rows = Json::array();
  std::string text;
  for (Source& source : (*inquest)->sources()) {
    Json row;
    row["name"] = source.config.name;
    row["kind"] = source.config.kind;
    row["at"] = source.config.at;
    text += fmt::format("{} ({}) {}\n", source.config.name, source.config.kind, printable(source.config.at, 120));
    Result<Probe> probe = source.connector->probe({}, *user.stop);
    if (!probe) {
      row["error"] = probe.error().message;
      text += "  ✘ " + printable(probe.error().print(), 400) + "\n";
      exit = exit_code(probe.error().code);
      rows.push_back(row);
      continue;
    }
    row["version"] = probe->version;
    row["signals"] = probe->signals;
    if (probe->signals.empty()) {
      exit = 5;
      text += "  ✘ nothing readable; looked for " + join(probe->looked_for, ", ") + "\n";
      row["looked_for"] = probe->looked_for;
    } else {
      text += "  ✔ " + join(probe->signals, ", ") + "\n";
    }
    if (probe->recorded) {
      row["window"] = window_json(*probe->recorded);
      text += "  window  " + print_window(*probe->recorded) + "\n";
    }
    for (const std::string& note : probe->notes) text += "  note    " + printable(note, 300) + "\n";
    row["notes"] = probe->notes;
    Json measures = Json::array();
    for (const Measure& measure : catalogue->measures) {
      Result<Resolution> resolution = source.connector->resolve(measure, {}, *user.stop);
      Json m;
      m["measure"] = measure.name;
      if (!resolution) {
        m["error"] = resolution.error().message;
        text += fmt::format("  {} ✘ {}\n", pad(measure.name, 14), printable(resolution.error().message, 300));
      } else if (resolution->names.empty()) {
        m["tried"] = resolution->tried;
        m["nearest"] = resolution->nearest;
        text += fmt::format("  {} ✘ none of {} names{}\n", pad(measure.name, 14), resolution->tried.size(),
                            resolution->nearest.empty() ? "" : "; nearest: " + printable(join(resolution->nearest, ", "), 160));
      } else {
        m["services"] = resolution->services;
        m["says"] = resolution->print();
        text += fmt::format("  {} ✔ {}\n", pad(measure.name, 14), printable(resolution->print(), 300));
      }
      measures.push_back(m);
    }
    row["measures"] = measures;
    rows.push_back(row);
  }
  if (json) {
    Json document;
    document["schema_version"] = 1;
    document["sources"] = rows;
    print_json(pretty(document));
  } else {
    print_out(fitted(text, user));
  }
  return exit;
}

}  // namespace

const Command sources_command = {"sources", "Investigate", "what a source has: signals, windows, measures", false, run};

}  // namespace inquest
