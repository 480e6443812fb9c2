// Report: everything a reader is shown about a case, as one value made from its journal; writers turn it into formats.
// SPDX-License-Identifier: Apache-2.0
//
// make_report is a pure function of the case file. Writers (terminal, markdown, json, html) are functions of the Report
// and share nothing else; the registry is the list writers().
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/case_file.h"
#include "runtime/machine/verdict.h"
#include "runtime/model/finding.h"

namespace inquest {

struct ReportEvidence {
  std::string id, state, ask, kind, signal, source, native, cost;
  Window window;
  std::optional<Window> then;
  std::map<std::string, std::string> names;  // scope names
  std::vector<std::string> outside;
  int64_t rows = 0, bytes = 0;
  double ms = 0;
  Marks marks;
  std::string shape, hash;
  std::optional<Failure> failure;
  FramePtr frame;                           // null when failed
};
struct ReportOffer { std::string label, to, why; bool offered = true; std::string why_not; };
struct ReportStep {                         // one visit of a state
  std::string state, kind, title, via;      // via: label of the edge it was entered by
  int context = -1, round = 1, visit = 1;
  std::vector<std::string> told;
  std::vector<std::string> evidence;        // ids
  std::vector<std::string> reviews;         // names run here
  std::vector<std::string> findings;        // ids
  std::vector<Unknown> unknown;
  std::vector<Examined> examined;
  std::vector<ReportOffer> offers;
  std::string chose, chose_by, chose_why;
  double ms = 0;
};
struct ReportContext { int step = 0; bool entered = true; int index = 0; std::string name; Scope scope; Map names; int round = 1, rounds = 1; };
struct Suspect { std::string service; double score = 0; std::string why; };

struct Report {
  std::string case_path, case_id, sop, title, sop_hash, inquest_version, lang;
  Map inputs;
  Window window;
  std::string window_from;
  Json sources, graph, versions;            // as in run_started
  std::vector<ReportStep> path;
  std::vector<ReportContext> contexts;      // entries and exits, by position in `path`
  std::vector<ReportEvidence> evidence;
  std::vector<Finding> findings;            // the latest of each review run, ids as in the case
  std::vector<Unknown> unknown;
  std::vector<Examined> examined;
  Judgement judgement;
  std::vector<Suspect> suspects;
  std::vector<std::string> resolved;        // says of each resolution
  std::vector<std::string> stopped;         // scripts that stopped: "review x: cause"
  std::string answer;                       // `says` of the edge to done
  Time started, ended;                      // side columns
  double ms = 0;
  int exit = 0;
  std::string ended_why;
  bool sealed = false;
};

Result<Report> make_report(const CaseFile& file);

struct Style { size_t columns = 100; bool colour = false; bool terminal = false; std::string lang = "en"; };
struct Writer {
  const char* format;                       // terminal | markdown | json | html
  const char* extension;                    // "", ".md", ".json", ".html"
  const char* doc;
  std::string (*write)(const Report& report, const Style& style);
};
const std::vector<Writer>& writers();
const Writer* writer(std::string_view format);
const Writer* writer_for_file(std::string_view path);   // by extension

}  // namespace inquest
