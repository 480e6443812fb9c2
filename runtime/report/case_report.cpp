// A Report of a case file: its journal and its evidence, read whole.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/report.h"

namespace inquest {

Result<Report> make_report(const CaseFile& file) {
  auto rows = file.journal();
  if (!rows) return rows.error();
  auto evidence = file.evidence();
  if (!evidence) return evidence.error();
  const std::string id = rows->empty() ? "" : rows->back().hash;   // of the chain: names what the journal says
  Report report = make_report(std::move(*rows), *evidence, file.path());
  report.case_id = id;
  report.sealed = file.sealed();
  return report;
}

}  // namespace inquest
