// inquest check: the mistakes of SOPs that can be told before any query.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"

namespace inquest {
namespace {

int run_check(const std::vector<std::string>& arguments, User& user) {
  Common common;
  std::vector<std::string> names;
  bool json = false, quiet = false;
  CLI::App app("Checks SOPs without running them: words, targets, names, reviews, reachability.\n\n"
               "  inquest check                     every SOP\n  inquest check memory_leak\n  inquest check my/sop.lua --json   for editors\n", "check");
  app.add_option("sop", names, "names, folders or files; all SOPs when none")->type_name("SOP");
  app.add_flag("--json", json, "one JSON document");
  app.add_flag("-q,--quiet", quiet, "mistakes only");
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  auto inquest = open_inquest(common);
  if (!inquest) return fail(inquest.error());
  if (names.empty())
    for (const SopPlace& place : (*inquest)->list()) names.push_back(place.name);
  std::vector<Diagnostic> all;
  size_t errors = 0;
  for (const std::string& name : names) {
    auto procedure = (*inquest)->load(name, common.lang.empty() ? "en" : common.lang);
    if (!procedure) {
      if (!json) fail(procedure.error());
      else all.push_back({name, {0, 0}, "unreadable", procedure.error().message, procedure.error().cure, false});
      ++errors;
      continue;
    }
    size_t here = 0;
    for (const Diagnostic& d : (*procedure)->problems) {
      here += !d.warning;
      if (!json) print_out(d.print() + "\n");
      all.push_back(d);
    }
    errors += here;
    if (!json && !quiet && here == 0)
      print_err(fmt::format("{}: {} states, {} contexts, {} hypotheses: good\n", (*procedure)->sop.name, (*procedure)->sop.states.size(),
                            (*procedure)->sop.contexts.size(), (*procedure)->sop.hypotheses.size()));
  }
  if (json) {
    Json document;
    document["schema_version"] = 1;
    document["diagnostics"] = diagnostics_json(all);
    document["errors"] = errors;
    print_json(pretty(document));
  } else if (errors && !quiet) {
    print_err(fmt::format("{} mistake{}\n", errors, errors == 1 ? "" : "s"));
  }
  return errors ? 2 : 0;
}

}  // namespace

const Command check_command = {"check", "Procedures", "find the mistakes of a SOP before any query", true, run_check};

}  // namespace inquest
