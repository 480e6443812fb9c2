// Reports from journal rows, and the list of formats.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/report.h"

#include "runtime/report/builder.h"
#include "runtime/report/formats.h"

namespace inquest {

Report make_report(std::vector<JournalRow> rows, const std::vector<EvidenceRow>& evidence,
                   const std::string& case_path) {
  ReportBuilder builder;
  builder.case_path(case_path);
  for (const JournalRow& row : rows) builder.row(row);
  for (const EvidenceRow& row : evidence) builder.evidence(row);
  Report report = builder.take();
  report.rows = std::move(rows);
  return report;
}

const std::vector<Writer>& writers() {
  static const std::vector<Writer> all = {
      {"terminal", ".txt", "the walk state by state, for a terminal or a pipe", terminal_report},
      {"markdown", ".md", "verdict first, for issue trackers and job summaries", markdown_report},
      {"json", ".json", "one document with schema_version, for programs", json_report},
      {"html", ".html", "one page that needs nothing else, for people who were not there", html_report},
  };
  return all;
}

const Writer* writer(std::string_view format) {
  for (const Writer& w : writers())
    if (format == w.format) return &w;
  return nullptr;
}

const Writer* writer_for_file(std::string_view path) {
  for (const Writer& w : writers()) {
    const std::string_view extension = w.extension;
    if (path.size() > extension.size() && path.substr(path.size() - extension.size()) == extension) return &w;
  }
  return nullptr;
}

}  // namespace inquest
