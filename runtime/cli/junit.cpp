// Writing JUnit XML.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cli/junit.h"

#include <fmt/format.h>

#include "runtime/base/text.h"

namespace inquest {

std::string junit(const Report& report, bool failed) {
  const Verdict& v = report.judgement.verdict;
  const bool error = report.exit != 0 && !failed;
  std::string cases;
  for (const ReportStep& step : report.path) {
    cases += fmt::format("    <testcase classname=\"sop.{}\" name=\"{} {}\" time=\"{:.3f}\"", escape_html(report.sop), escape_html(step.kind),
                         escape_html(printable(step.title, 200)), step.ms / 1000);
    std::string out;
    for (const Unknown& u : step.unknown) out += fmt::format("unknown {}: {}\n", u.kind, u.why);
    cases += out.empty() ? "/>\n" : ">\n      <system-out>" + escape_html(out) + "</system-out>\n    </testcase>\n";
  }
  cases += fmt::format("    <testcase classname=\"sop.{}\" name=\"verdict\" time=\"{:.3f}\">\n", escape_html(report.sop), report.ms / 1000);
  const std::string says = fmt::format("{}{}{}", v.word, v.hypothesis.empty() ? "" : " " + v.hypothesis, v.says.empty() ? "" : ": " + v.says);
  if (failed) cases += fmt::format("      <failure message=\"{}\"/>\n", escape_html(says));
  if (error) cases += fmt::format("      <error message=\"exit {}: {}\"/>\n", report.exit, escape_html(report.ended_why));
  cases += fmt::format("      <system-out>{}</system-out>\n    </testcase>\n", escape_html(says + "\ncase: " + report.case_path + "\n"));
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\">\n{}  </testsuite>\n</testsuites>\n",
                     escape_html(report.sop), report.path.size() + 1, failed ? 1 : 0, error ? 1 : 0, report.ms / 1000, cases);
}

}  // namespace inquest
