// inquest run: walks a SOP on telemetry to a verdict.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/guide.h"
#include "runtime/cli/junit.h"
#include "runtime/cli/support.h"
#include "runtime/engine/case_file.h"
#include "runtime/report/formats.h"
#include "runtime/report/terminal.h"

namespace inquest {
namespace {

struct Options {
  Common common;
  SourceOptions sources;
  RunOptions run;
  bool guided = false, no_input = false, quiet = false, no_step_summary = false;
  std::string output = "text", fail_on, junit;
  std::vector<std::string> reports;
};

// `--fail-on` names a verdict or worse: confirmed < inconclusive.
bool fails(const std::string& fail_on, const std::string& word) {
  if (fail_on == "confirmed") return word == "confirmed";
  if (fail_on == "inconclusive") return word == "confirmed" || word == "inconclusive";
  return false;
}

Status write_reports(const Options& o, const Report& report, User& user) {
  for (const std::string& path : o.reports) {
    const Writer* w = writer_for_file(path);
    Style style = style_for(o.common, user, false);
    style.colour = false;
    style.verbose = true;   // a file is no screen: the walk with all of its tables
    if (Status written = write_file(path, w->write(report, style)); !written) return written;
    if (!o.quiet) print_err(fmt::format("report: {}\n", path));
  }
  return {};
}

// Under GitHub Actions the verdict stands on the page of the job: appended to the file that its environment names.
void add_step_summary(const Options& o, const Report& report, User& user) {
  constexpr uintmax_t most_of_a_step = 1'000'000;   // what GitHub shows of one step
  const auto path = user.environment("GITHUB_STEP_SUMMARY");
  if (o.no_step_summary || !path || path->empty()) return;
  std::error_code error;
  const uintmax_t there = std::filesystem::file_size(*path, error);
  const size_t room = error ? most_of_a_step : there < most_of_a_step ? static_cast<size_t>(most_of_a_step - there) : 0;
  const std::string text = markdown_summary(report, room);
  std::FILE* const file = text.size() <= room ? std::fopen(path->c_str(), "ab") : nullptr;
  const bool full = text.size() > room;
  const bool written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = !file || std::fclose(file) == 0;
  if (!written || !closed)
    print_err(fmt::format("inquest: the summary of the job was not written to {}: {}\n", printable(*path, 300),
                          full ? "it is full" : std::strerror(errno)));
  else if (!o.quiet)
    print_err(fmt::format("summary of the job: {} (--no-step-summary leaves it alone)\n", printable(*path, 300)));
}

// Where a run ends because nobody decides: the option that decides it, with the labels that were offered.
std::string how_to_decide(const Json& offer) {
  std::vector<std::string> labels;
  for (const Json& item : offer.value("items", Json::array()))
    if (item.value("offered", false)) labels.push_back(printable(item.value("label", ""), 80));
  if (labels.empty()) return {};
  std::string out = fmt::format("decide it with --answer '{}={}'", printable(offer.value("state", ""), 80), labels.front());
  for (size_t i = 1; i < labels.size(); ++i) out += (i == 1 ? "; also offered: " : ", ") + labels[i];
  return out;
}

int run_here(Options& o, User& user, lua::Watch& watch) {
  auto inquest = open_inquest(o.common, &watch);
  if (!inquest) return fail(inquest.error());
  auto procedure = (*inquest)->load(o.run.sop, o.run.lang);
  if (!procedure) return fail(procedure.error());
  if (!(*procedure)->ok()) {
    size_t errors = 0;
    for (const Diagnostic& d : (*procedure)->problems)
      if (!d.warning) { print_err(d.print() + "\n"); ++errors; }
    return fail(Error{Code::config, fmt::format("`{}` has {} mistake{}; nothing was run", (*procedure)->sop.name, errors, errors == 1 ? "" : "s"),
                      "", "mend what is listed above; `inquest check` looks again"});
  }
  if (Status opened = open_sources(**inquest, o.sources, (*procedure)->folder, user); !opened) return fail(opened.error());

  // The walk names the case at its end: where it is kept is settled before it begins.
  if (o.run.case_path.empty()) {
    std::random_device device;
    Result<std::string> path = default_case_path((*procedure)->sop.name, user.clock->now(), fmt::format("{:08x}", device()));
    if (!path) return fail(path.error());
    o.run.case_path = *path;
  } else if (std::error_code error; std::filesystem::is_directory(o.run.case_path, error)) {
    return fail(Error{Code::usage, fmt::format("`{}` is a folder", printable(o.run.case_path, 200)), "--case", "name a file in it"});
  } else if (!o.run.overwrite && std::filesystem::exists(o.run.case_path, error)) {
    return fail(Error{Code::usage, fmt::format("`{}` is there already", printable(o.run.case_path, 200)), "--case", "choose another name, or --overwrite"});
  }
  const bool to_terminal = o.output == "text" && user.out_is_terminal;
  Style style = style_for(o.common, user, to_terminal);
  style.lang = (*procedure)->lang;
  Guide guide(style, user);
  if (o.guided) o.run.chooser = &guide;
  // The walk is told as it happens: on stdout, or on stderr when stdout holds a document.
  std::map<std::string, FramePtr> frames;
  o.run.on_evidence = [&](const EvidenceRow& row) { frames[row.id] = row.frame; };
  TerminalWalk walk(style, [&](std::string_view text) {
    if (o.quiet) return;
    if (o.output == "text") { print_out(std::string(text)); std::fflush(stdout); }
  }, [&](const std::string& id) -> FramePtr { return frames.count(id) ? frames[id] : nullptr; }, o.run.case_path);
  std::string waiting;
  o.run.observer = [&](const JournalRow& row) {
    if (o.output == "ndjson") {
      Json line;
      line["seq"] = row.seq;
      line["kind"] = row.kind;
      line["payload"] = row.payload;
      line["hash"] = row.hash;
      line["at"] = print_time(row.at);
      print_json(canonical(line) + "\n");
      std::fflush(stdout);
    }
    if (row.kind == "offered") waiting = how_to_decide(row.payload);
    walk.row(row);
  };
  o.run.stop = user.stop;
  o.run.offline = o.sources.offline;
  o.run.clock = user.clock;
  Result<RunResult> result = (*inquest)->run(**procedure, o.run);
  if (!result) return fail(result.error());
  Result<Report> report = Inquest::report(result->case_path);
  if (!report) return fail(report.error());
  int exit = result->exit;
  if (exit == 0 && fails(o.fail_on, report->judgement.verdict.word)) exit = 3;
  if (o.output == "json") {
    report->exit = exit;
    print_out(writer("json")->write(*report, style));
  }
  if (Status written = write_reports(o, *report, user); !written) return fail(written.error());
  add_step_summary(o, *report, user);
  if (!o.junit.empty())
    if (Status written = write_file(o.junit, junit(*report, exit == 3)); !written) return fail(written.error());
  if (result->exit != 0 && !result->why.empty()) print_err("inquest: " + printable(result->why, 400) + "\n" + (exit == 6 && !waiting.empty() ? "  " + waiting + "\n" : ""));
  return exit;
}

int run_run(const std::vector<std::string>& arguments, User& user) {
  Options o;
  bool json = false;
  CLI::App app("Walks a SOP on telemetry and ends with a verdict.\n\n"
               "  inquest run memory_leak --demo\n"
               "  inquest run memory_leak --sources inquest.yaml --since 1h\n"
               "  inquest run memory_leak --data recording/ --report leak.html --fail-on confirmed\n", "run");
  app.add_option("sop", o.run.sop, "name, folder or file of the SOP")->required()->type_name("SOP");
  add_source_options(app, o.sources, true);
  app.add_option("--input", o.run.inputs, "a value of an input of the SOP")->allow_extra_args(false)->type_name("NAME=VALUE");
  add_window_options(app, o.run);
  app.add_option("--trust", o.run.trust, "the native asks of this SOP from elsewhere may go to servers: hash of its text")->allow_extra_args(false)->type_name("HASH");
  app.add_flag("--guided", o.guided, "ask at every choice");
  app.add_option("--answer", o.run.answers, "decide a choice beforehand")->allow_extra_args(false)->type_name("STATE=LABEL");
  app.add_flag("--no-input", o.no_input, "never ask; a choice that only a person can make ends with exit 6");
  app.add_flag("--json", json, "one JSON document on stdout");
  app.add_option("--output", o.output, "text, json, or ndjson: the journal as it happens")->check(CLI::IsMember({"text", "json", "ndjson"}))->type_name("FORMAT");
  app.add_option("--report", o.reports, "write a report: .html, .md, .json or .txt; may be given again")->allow_extra_args(false)->type_name("FILE");
  app.add_flag("--no-step-summary", o.no_step_summary, "do not append the verdict to the file of $GITHUB_STEP_SUMMARY");
  app.add_option("--junit", o.junit, "write JUnit XML for a CI server")->type_name("FILE");
  app.add_option("--case", o.run.case_path, "where the case file is made")->type_name("FILE");
  app.add_flag("--overwrite", o.run.overwrite, "replace a case file that is there");
  app.add_option("--fail-on", o.fail_on, "exit 3 on this verdict")->check(CLI::IsMember({"confirmed", "inconclusive"}))->type_name("VERDICT");
  app.add_option("--time-limit", o.run.time_limit, "give up after this long, exit 124")->type_name("DURATION");
  app.add_flag("--verbose", o.common.verbose, "the walk with every table, offer and cause");
  app.add_flag("-q,--quiet", o.quiet, "no walk, only what was asked for");
  add_common(app, o.common);
  app.footer("Exit: 0 ended, 1 failed, 2 usage, 3 --fail-on, 4 refused by a source,\n      5 nothing to examine, 6 waits for a decision, 124 time limit, 130 interrupted.");
  if (const auto done = parse(app, arguments, user)) return *done;
  if (json) o.output = "json";
  o.run.lang = language(o.common, user);
  for (const std::string& path : o.reports)
    if (!writer_for_file(path))
      return fail(Error{Code::usage, fmt::format("`{}` names no format of a report", printable(path, 80)), "--report", "end it in .html, .md, .json or .txt"});
  if (o.guided && (o.no_input || !user.in_is_terminal)) {
    if (o.no_input) return fail(Error{Code::usage, "--guided asks and --no-input forbids it", "--guided", "give one of them, or decide with --answer STATE=LABEL"});
  }
  return watched(user, [&](lua::Watch& watch) { return run_here(o, user, watch); });
}

}  // namespace

const Command run_command = {"run", "Investigate", "walk a SOP on telemetry to a verdict", true, run_run};

}  // namespace inquest
