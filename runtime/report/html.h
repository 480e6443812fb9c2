// The HTML page with its seam to Graphviz.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/report/diagram.h"
#include "runtime/report/report.h"

namespace inquest {

// Complete with no script and no style sheet: meaning stands in headings, tables, lists, words and inline SVG; the
// style only arranges, the script only eases reading (a shared cursor, zoom, filters, copying). No request of any kind
// leaves it; its own policy allows its one script by hash and nothing else. Below 1 MB: what would go beyond is cut and
// says so. Well-formed as XML. Sections in the order in which a post-mortem is read: summary, impact, services,
// contributing factors, other findings, hypotheses, ruled out, not looked at, timeline, path, evidence, follow-ups, run
// it again.
std::string html_page(const Report& report, const Layout& layout);

}  // namespace inquest
