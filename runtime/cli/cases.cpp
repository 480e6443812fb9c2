// inquest cases: the cases kept on this machine.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"

namespace inquest {
namespace fs = std::filesystem;
namespace {

int run_cases(const std::vector<std::string>& arguments, User& user) {
  Common common;
  std::string folder, prune;
  bool json = false, yes = false;
  CLI::App app("Lists the cases kept on this machine, newest first.\n\n  inquest cases\n  inquest cases --prune 30d --yes      remove those older than 30 days\n", "cases");
  app.add_option("--folder", folder, "another folder of cases")->type_name("DIR");
  app.add_option("--prune", prune, "name the cases older than this; with --yes remove them")->type_name("DURATION");
  app.add_flag("--yes", yes, "remove without asking");
  app.add_flag("--json", json, "one JSON document");
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  if (folder.empty()) folder = cases_folder();
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".case") files.push_back(at->path());
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) { return a.filename() > b.filename(); });
  std::optional<int64_t> older;
  if (!prune.empty()) {
    Result<Duration> age = parse_duration(prune);
    if (!age || age->ns <= 0) return fail(Error{Code::usage, fmt::format("`{}` is not a duration", printable(prune, 40)), "--prune", "write 30d or 12h"});
    older = user.clock->now().ns - age->ns;
  }
  Json rows = Json::array();
  std::string text;
  size_t removed = 0;
  for (const fs::path& file : files) {
    Result<Report> report = Inquest::report(file.string());
    Json row;
    row["case"] = file.string();
    if (!report) {
      if (older) continue;  // never remove what cannot be read
      row["error"] = report.error().message;
      text += fmt::format("{}\n  ✘ {}\n", printable(file.string()), printable(report.error().message, 200));
      rows.push_back(row);
      continue;
    }
    if (older && report->started.ns >= *older) continue;
    const Verdict& v = report->judgement.verdict;
    row["sop"] = report->sop;
    row["started"] = print_time(report->started);
    row["verdict"] = v.word;
    row["hypothesis"] = v.hypothesis;
    row["subject"] = print_subject(v.subject);
    row["sealed"] = report->sealed;
    row["bytes"] = static_cast<int64_t>(fs::file_size(file, error));
    rows.push_back(row);
    text += fmt::format("{}  {} {}{}{}{}\n  {}\n", print_time(Time{report->started.ns / ns_per_s * ns_per_s}), pad(report->sop, 16), v.word,
                        v.hypothesis.empty() ? "" : ": " + v.hypothesis, v.subject.empty() ? "" : " at " + printable(print_subject(v.subject), 100),
                        report->sealed ? "" : "  (not ended)", printable(file.string()));
    if (older && yes && fs::remove(file, error)) ++removed;
  }
  if (json) {
    Json document;
    document["schema_version"] = 1;
    document["cases"] = rows;
    print_json(pretty(document));
    return 0;
  }
  print_out(text);
  if (rows.empty()) print_err(fmt::format("no cases{} in {}\n", older ? " that old" : "", folder));
  if (older && !rows.empty())
    print_err(yes ? fmt::format("{} removed\n", removed) : std::string("these would be removed; add --yes to remove them\n"));
  return 0;
}

}  // namespace

const Command cases_command = {"cases", "Investigate", "the cases kept on this machine", false, run_cases};

}  // namespace inquest
