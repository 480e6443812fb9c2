// The HTML page with its parts and its seam to Graphviz.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/report/diagram.h"
#include "runtime/report/report.h"

namespace inquest {

// Complete with no script and no style sheet: meaning stands in headings, tables, lists and words; the style only
// arranges. No request of any kind leaves it. Below 1 MB: sections that would go beyond are cut and say so. Well-formed
// as XML.
std::string html_page(const Report& report, const Layout& layout);

// Its sections, in the order of the page.
std::string html_verdict(const Report& report);
std::string html_findings(const Report& report);
std::string html_charts(const Report& report);
std::string html_path(const Report& report, const Layout& layout);
std::string html_hypotheses(const Report& report);
std::string html_unknown(const Report& report);
std::string html_evidence(const Report& report, size_t most_bytes);
std::string html_again(const Report& report);

}  // namespace inquest
