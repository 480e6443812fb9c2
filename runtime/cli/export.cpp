// inquest export: a SOP in the form of other tools: a Grafana dashboard, a Mermaid diagram, JSON.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"
#include "runtime/machine/draw.h"
#include "runtime/model/sop_json.h"
#include "runtime/report/grafana.h"

namespace inquest {

const std::vector<std::string>& export_formats() {
  static const std::vector<std::string> all = {"grafana", "mermaid", "json"};
  return all;
}

namespace {

int run_export(const std::vector<std::string>& arguments, User& user) {
  Common common;
  std::string format, name, output;
  CLI::App app("Writes a SOP in the form of another tool; nothing is run.\n\n"
               "  inquest export grafana memory_leak -o dashboard.json   a dashboard with a panel for each ask it can show\n"
               "  inquest export mermaid memory_leak                     the diagram, as inquest draw prints it\n"
               "  inquest export json memory_leak                        the SOP as one JSON document\n", "export");
  app.add_option("format", format, "grafana, mermaid or json")->required()->type_name("FORMAT");
  app.add_option("sop", name, "name, folder or file of the SOP")->required()->type_name("SOP");
  app.add_option("-o,--output", output, "write to this file")->type_name("FILE");
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  if (std::find(export_formats().begin(), export_formats().end(), format) == export_formats().end())
    return fail(Error{Code::usage, fmt::format("no format `{}`", printable(format, 80)), "export", did_you_mean(format, export_formats())});
  auto inquest = open_inquest(common);
  if (!inquest) return fail(inquest.error());
  auto procedure = (*inquest)->load(name, language(common, user));
  if (!procedure) return fail(procedure.error());
  const Sop& sop = (*procedure)->sop;
  if (!(*procedure)->ok()) {
    for (const Diagnostic& d : (*procedure)->problems) print_err(d.print() + "\n");
    return 2;
  }
  std::string text;
  if (format == "mermaid") text = draw_mermaid(sop);
  else if (format == "json") text = pretty(sop_json(sop));
  else {
    const Dashboard dashboard = grafana_dashboard(sop, (*procedure)->catalogue);
    for (const Dashboard::LeftOut& one : dashboard.left_out)
      print_err(fitted(fmt::format("not exported: {} ({}): {}\n", one.ask, one.kind, printable(one.why, 300)), user));
    text = pretty(dashboard.json);
  }
  if (!output.empty()) {
    if (Status written = write_file(output, text); !written) return fail(written.error());
    print_err(fmt::format("{}: {}\n", format, output));
    return 0;
  }
  if (format == "mermaid") print_out(text);
  else print_json(text);
  return 0;
}

}  // namespace

const Command export_command = {"export", "Procedures", "a SOP as a Grafana dashboard, Mermaid or JSON", false, run_export};

}  // namespace inquest
