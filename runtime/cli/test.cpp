// inquest test: runs the tests of SOPs over their recordings and cases.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "runtime/base/text.h"
#include "runtime/cli/case_source.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/expect.h"
#include "runtime/cli/support.h"

namespace inquest {
namespace fs = std::filesystem;
namespace {

struct TestOptions {
  Common common;
  std::vector<std::string> sops;
  std::string junit, filter;
  bool verbose = false;
};

// A folder for the cases of the tests; gone with what is in it at the end.
class CaseFolder final {
 public:
  Status make() {
    std::error_code error;
    std::string pattern = (fs::temp_directory_path(error) / "inquest-test-XXXXXX").string();
    if (error || !mkdtemp(pattern.data())) return Error{Code::io, "no temporary folder can be made", pattern, "set TMPDIR to a folder that can be written"};
    path_ = pattern;
    return {};
  }
  ~CaseFolder() {
    std::error_code error;
    if (!path_.empty()) fs::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Tested {
  std::string sop = {}, name = {}, file = {};
  int line = 0;
  std::vector<Unmet> unmet = {};
  std::string verdict = {};  // what the run ended with
  std::vector<std::string> path = {};
  double ms = 0;
};

std::string found_text(const Report& report) {
  const Verdict& v = report.judgement.verdict;
  if (!report.judged) return "no verdict";
  return v.word + (v.hypothesis.empty() ? "" : " " + v.hypothesis) + (v.subject.empty() ? "" : " (" + print_subject(v.subject) + ")");
}

Status add_data(Inquest& inquest, const SopTest& test, const std::string& folder) {
  inquest.sources().clear();
  SourceConfig config;
  config.name = "files";
  config.kind = "otlp";
  config.without = test.without;
  std::error_code error;
  if (!test.case_file.empty()) {
    config.kind = "case";
    config.at = (fs::path(folder) / test.case_file).string();
    auto source = make_case_source(config.at);
    if (!source) return source.error();
    return inquest.add_source(config, std::move(*source));
  }
  config.at = (fs::path(folder) / test.data).string();
  if (!fs::exists(config.at, error))
    return Error{Code::not_found, "there is no recording `" + printable(test.data, 80) + "` beside the SOP", config.at, "name a folder with OTLP-JSON lines"};
  return inquest.add_source(config);
}

Tested run_one(Inquest& inquest, const Procedure& procedure, const SopTest& test, const std::string& case_path, User& user) {
  Tested out;
  const int64_t started = user.clock->monotonic_ns();
  const auto ended = [&](const std::vector<Unmet>& unmet) {
    out.unmet.insert(out.unmet.end(), unmet.begin(), unmet.end());
    out.ms = static_cast<double>(user.clock->monotonic_ns() - started) / 1e6;
    std::error_code error;
    fs::remove(case_path, error);
    return out;
  };
  const auto broken = [&](const Error& error) { return ended({{test.at.line, error.message + (error.where.empty() ? "" : " (" + error.where + ")") + (error.cure.empty() ? "" : "; " + error.cure)}}); };
  if (Status added = add_data(inquest, test, procedure.folder); !added) return broken(added.error());
  RunOptions options;
  options.case_path = case_path;
  options.clock = user.clock;
  options.stop = user.stop;
  for (const auto& [name, value] : test.input) options.inputs.push_back(name + "=" + print_value(value));
  for (const auto& [state, label] : test.answer) options.answers.push_back(state + "=" + label);
  if (test.from) options.from = print_time(*test.from);
  if (test.to) options.to = print_time(*test.to);
  Result<RunResult> result = inquest.run(procedure, options);
  if (!result) return broken(result.error());
  Result<Report> report = Inquest::report(result->case_path);
  if (!report) return broken(report.error());
  out.verdict = found_text(*report);
  for (const ReportStep& step : report->path) out.path.push_back(step.state);
  return ended(unmet(test, procedure, *report));
}

// A SOP or a test file that cannot be read counts as one failed test.
Tested unreadable(const std::string& sop, const std::string& file, const std::vector<Diagnostic>& problems) {
  Tested out{sop, "the files can be read", file};
  for (const Diagnostic& d : problems)
    if (!d.warning) out.unmet.push_back({d.at.line, d.message + (d.cure.empty() ? "" : "; " + d.cure) + (d.file == file ? "" : " (" + d.file + ")")});
  return out;
}

std::string junit_of(const std::vector<Tested>& outcomes, size_t failed) {
  std::string cases;
  double ms = 0;
  for (const Tested& o : outcomes) {
    ms += o.ms;
    cases += fmt::format("    <testcase classname=\"sop.{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.3f}\"", escape_html(o.sop), escape_html(printable(o.name, 200)),
                         escape_html(o.file), o.line, o.ms / 1000);
    std::string what;
    for (const Unmet& u : o.unmet) what += fmt::format("{}:{}: {}\n", o.file, u.line, u.what);
    cases += o.unmet.empty() ? "/>\n"
                             : fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n", escape_html(printable(o.unmet[0].what, 400)), escape_html(what));
  }
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"inquest test\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n{}  </testsuite>\n</testsuites>\n",
                     outcomes.size(), failed, ms / 1000, cases);
}

Json json_of(const std::vector<Tested>& outcomes, size_t failed) {
  Json tests = Json::array();
  for (const Tested& o : outcomes) {
    Json problems = Json::array();
    for (const Unmet& u : o.unmet) problems.push_back({{"line", u.line}, {"says", u.what}});
    tests.push_back({{"sop", o.sop}, {"name", o.name}, {"file", o.file}, {"line", o.line}, {"ok", o.unmet.empty()}, {"got", o.verdict}, {"path", o.path}, {"unmet", problems}});
  }
  return {{"schema_version", 1}, {"tests", tests}, {"passed", outcomes.size() - failed}, {"failed", failed}};
}

void tell(const Tested& o, bool verbose) {
  print_out(fmt::format("{} {}: {} ({})\n", o.unmet.empty() ? "ok  " : "FAIL", o.sop, printable(o.name, 160), human(o.ms / 1000, "s")));
  for (const Unmet& u : o.unmet) print_out(fmt::format("     {}:{}: {}\n", o.file, u.line, printable(u.what, 2000)));
  if (verbose || !o.unmet.empty()) {
    if (!o.verdict.empty()) print_out(fmt::format("     the run ended: {}\n", printable(o.verdict, 300)));
    if (!o.path.empty()) print_out(fmt::format("     by: {}\n", printable(join(o.path, " → "), 600)));
  }
  std::fflush(stdout);
}

int run_here(const TestOptions& o, User& user, lua::Watch& watch, const std::string& folder) {
  auto inquest = open_inquest(o.common, &watch);
  if (!inquest) return fail(inquest.error());
  std::vector<SopPlace> places;
  for (const std::string& name : o.sops) {
    Result<SopPlace> place = (*inquest)->find(name);
    if (!place) return fail(place.error());
    places.push_back(std::move(*place));
  }
  if (o.sops.empty()) places = (*inquest)->list();
  std::vector<Tested> outcomes;
  size_t failed = 0, number = 0, left_out = 0;
  const auto done = [&](Tested outcome) {
    if (!outcome.unmet.empty()) ++failed;
    if (!o.common.json) tell(outcome, o.verbose);
    outcomes.push_back(std::move(outcome));
  };
  for (const SopPlace& place : places) {
    const std::string file = (fs::path(place.folder) / "sop_test.lua").string();
    std::error_code error;
    if (!fs::exists(file, error)) {
      if (!o.sops.empty()) return fail(Error{Code::not_found, "`" + place.name + "` has no tests", file, "write sop_test.lua: return { test \"name\" { data = \"replay\", expect { verdict = \"…\" } } }"});
      print_err(fmt::format("note: {} has no sop_test.lua\n", place.name));
      continue;
    }
    Result<std::string> text = read_file(file, size_t{1} << 20);
    if (!text) return fail(text.error());
    auto procedure = (*inquest)->load(place.file);
    if (!procedure) return fail(procedure.error());
    if (!(*procedure)->ok()) {
      done(unreadable(place.name, place.file, (*procedure)->problems));
      continue;
    }
    const ReadTests read = read_sop_tests(*text, file, (*procedure)->catalogue, &(*procedure)->sop);
    if (!read.problems.empty()) {
      done(unreadable(place.name, file, read.problems));
      continue;
    }
    for (const SopTest& test : read.tests) {
      if (!o.filter.empty() && (place.name + ": " + test.name).find(o.filter) == std::string::npos) { ++left_out; continue; }
      Tested outcome = run_one(**inquest, **procedure, test, fmt::format("{}/{}.case", folder, ++number), user);
      if (user.stop && *user.stop) return fail(Error{Code::interrupted, "interrupted"});
      outcome.sop = place.name;
      outcome.name = test.name;
      outcome.file = file;
      outcome.line = test.at.line;
      done(std::move(outcome));
    }
  }
  if (outcomes.empty())
    return fail(Error{Code::usage, left_out ? fmt::format("no test fits `{}` ({} were left out)", printable(o.filter, 80), left_out) : "there is no test", left_out ? "--filter" : "",
                      left_out ? "a part of `SOP: name of the test` is enough" : "write sop_test.lua beside a sop.lua, or name its folder with --sops DIR"});
  if (!o.junit.empty())
    if (Status written = write_file(o.junit, junit_of(outcomes, failed)); !written) return fail(written.error());
  const std::string counts = fmt::format("{} passed, {} failed\n", outcomes.size() - failed, failed);
  if (o.common.json) print_out(pretty(json_of(outcomes, failed)));
  if (o.common.json) print_err(counts);
  else print_out(counts);
  return failed ? 1 : 0;
}

int run_test(const std::vector<std::string>& arguments, User& user) {
  TestOptions o;
  CLI::App app("Runs the tests of SOPs (sop_test.lua) over the recordings and cases beside them.\n\n"
               "  inquest test                    all SOPs\n  inquest test memory_leak -v\n  inquest test --sops mine/ --filter healthy --junit out.xml\n", "test");
  app.add_option("sop", o.sops, "names, folders or files of SOPs; all when none is named")->type_name("SOP");
  app.add_flag("--json", o.common.json, "one JSON document");
  app.add_option("--junit", o.junit, "write JUnit XML for a CI server")->type_name("FILE");
  app.add_option("--filter", o.filter, "only tests whose `SOP: name` has this in it")->type_name("TEXT");
  app.add_flag("-v,--verbose", o.verbose, "how each run ended and which way it went");
  add_common(app, o.common);
  if (const auto done = parse(app, arguments, user)) return *done;
  CaseFolder folder;
  if (Status made = folder.make(); !made) return fail(made.error());
  return watched(user, [&](lua::Watch& watch) { return run_here(o, user, watch, folder.path()); });
}

}  // namespace

const Command test_command = {"test", "Procedures", "run the tests of SOPs over recordings and cases", true, run_test};

}  // namespace inquest
