// inquest report: every output of a case, rebuilt from its file alone.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"
#include "runtime/report/words.h"

namespace inquest {
namespace {

int run_report(const std::vector<std::string>& arguments, User& user) {
  Common common;
  std::string path, format = "terminal";
  std::vector<std::string> outputs;
  bool json = false;
  CLI::App app("Shows a case again, or writes it as a report; nothing but the case file is read.\n\n"
               "  inquest report run.case\n  inquest report run.case -o leak.html -o leak.md\n  inquest report run.case --json\n", "report");
  app.add_option("case", path, "the case file")->required()->type_name("CASE");
  app.add_option("--format", format, "terminal, markdown, json or html, on stdout")->check(CLI::IsMember({"terminal", "markdown", "json", "html"}))->type_name("FORMAT");
  app.add_option("-o,--output,--report", outputs, "write a file: .html, .md, .json or .txt; may be given again")->type_name("FILE");
  app.add_flag("--json", json, "the same as --format json");
  app.add_flag("--verbose", common.verbose, "the walk with every table, offer and cause");
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  if (json) format = "json";
  Result<Report> report = read_case(path);
  if (!report) return fail(report.error());
  // Sentences are in the language of the case; headings and labels follow the one asked for here.
  if (const std::string lang = known_language(common.lang); !lang.empty() && format != "json") report->lang = lang;
  if (outputs.empty()) {
    print_out(writer(format)->write(*report, style_for(common, user, user.out_is_terminal && format == "terminal")));
    return 0;
  }
  for (const std::string& file : outputs) {
    const Writer* w = writer_for_file(file);
    if (!w) return fail(Error{Code::usage, fmt::format("`{}` names no format of a report", printable(file, 80)), "--output", "end it in .html, .md, .json or .txt"});
    Style style = style_for(common, user, false);
    style.colour = false;
    style.verbose = true;   // a file is no screen
    if (Status written = write_file(file, w->write(*report, style)); !written) return fail(written.error());
    print_err(fmt::format("report: {}\n", file));
  }
  return 0;
}

}  // namespace

const Command report_command = {"report", "Investigate", "show a case again, or write it as a report", false, run_report};

}  // namespace inquest
