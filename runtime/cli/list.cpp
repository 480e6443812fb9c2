// inquest list: the SOPs that can be run.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"

namespace inquest {
namespace {

int run_list(const std::vector<std::string>& arguments, User& user) {
  Common common;
  bool json = false;
  CLI::App app("Lists the SOPs that can be run.\n\n  inquest list\n  inquest list --json\n", "list");
  app.add_flag("--json", json, "one JSON document");
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  auto inquest = open_inquest(common);
  if (!inquest) return fail(inquest.error());
  Json rows = Json::array();
  std::string text;
  for (const SopPlace& place : (*inquest)->list()) {
    auto procedure = (*inquest)->load(place.name, language(common, user));
    const bool ok = procedure && (*procedure)->ok();
    const std::string title = procedure ? (*procedure)->sop.title : std::string();
    Json row;
    row["name"] = place.name;
    row["title"] = title;
    row["file"] = place.file;
    row["ok"] = ok;
    if (procedure) row["matches"] = (*procedure)->sop.matches;
    rows.push_back(row);
    text += fmt::format("{} {}{}\n", pad(place.name, 24), printable(title, 60), ok ? "" : "   (has mistakes: inquest check " + place.name + ")");
  }
  if (json) {
    Json document;
    document["schema_version"] = 1;
    document["sops"] = rows;
    print_json(pretty(document));
  } else {
    print_out(text.empty() ? "no SOPs; add a folder with --sops DIR, or write one with inquest new NAME\n" : text);
  }
  return 0;
}

}  // namespace

const Command list_command = {"list", "Procedures", "the SOPs that can be run", true, run_list};

}  // namespace inquest
