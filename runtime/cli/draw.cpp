// inquest draw: the diagram of a SOP, and where a case stands on it.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"
#include "runtime/machine/draw.h"
#include "runtime/report/builder.h"
#include "runtime/report/diagram.h"

namespace inquest {
namespace {

int run_draw(const std::vector<std::string>& arguments, User& user) {
  Common common;
  std::string name, format = "mermaid", output, case_path;
  CLI::App app("Draws a SOP as the diagram it is.\n\n  inquest draw memory_leak\n  inquest draw memory_leak --format text\n"
               "  inquest draw memory_leak --case run.case --format svg -o walk.svg\n", "draw");
  app.add_option("sop", name, "name, folder or file of the SOP")->required()->type_name("SOP");
  app.add_option("--format", format, "mermaid, text, dot or svg")->check(CLI::IsMember({"mermaid", "text", "dot", "svg"}))->type_name("FORMAT");
  app.add_option("--case", case_path, "mark the walk of this case")->type_name("CASE");
  app.add_option("-o,--output", output, "write to this file")->type_name("FILE");
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  auto inquest = open_inquest(common);
  if (!inquest) return fail(inquest.error());
  auto procedure = (*inquest)->load(name, language(common, user));
  if (!procedure) return fail(procedure.error());
  const Sop& sop = (*procedure)->sop;
  if (sop.states.empty()) {
    for (const Diagnostic& d : (*procedure)->problems) print_err(d.print() + "\n");
    return 2;
  }
  std::optional<Walk> walk;
  if (!case_path.empty()) {
    Result<Report> report = read_case(case_path);
    if (!report) return fail(report.error());
    walk = walk_of(*report, sop);
  }
  const Walk* marks = walk ? &*walk : nullptr;
  std::string text;
  if (format == "mermaid") text = draw_mermaid(sop, marks);
  else if (format == "text") text = draw_text(sop, marks, user.columns);
  else text = draw_dot(sop, marks);
  if (format == "svg") {
    Result<std::string> svg = dot_svg(text);
    if (!svg) return fail(svg.error());
    text = *svg;
  }
  if (output.empty()) {
    print_out(text);
    return 0;
  }
  if (Status written = write_file(output, text); !written) return fail(written.error());
  return 0;
}

}  // namespace

const Command draw_command = {"draw", "Procedures", "draw a SOP as Mermaid, text, dot or SVG", false, run_draw};

}  // namespace inquest
