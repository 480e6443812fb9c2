// The writers of the registry, one per file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/report/report.h"

namespace inquest {

// The walk as it was printed live (terminal.h), fed from the kept rows. Every line fits Style::columns.
std::string terminal_report(const Report& report, const Style& style);
// GitHub-flavoured Markdown with a Mermaid diagram; at most 1 000 000 bytes: what would go beyond is left out and said.
std::string markdown_report(const Report& report, const Style& style);
// The same without the evidence, for the summary of a CI job: verdict, findings, diagram, what is ruled out and not
// known, how to run it again. At most `most` bytes: parts that do not fit are left out, the verdict last of all.
std::string markdown_summary(const Report& report, size_t most = 900'000);
// The document of design/engine.md "Commands"; its members in json.cpp.
std::string json_report(const Report& report, const Style& style);
// One self-contained page without script; the diagram is laid out by `dot` when it is there (diagram.h).
std::string html_report(const Report& report, const Style& style);

Json report_json(const Report& report);
// The document without what depends on the clock, the wire or this machine: case, clock, evidence[].ms,
// evidence[].bytes. Equal for two runs over the same telemetry.
Json without_clock(Json document);

}  // namespace inquest
