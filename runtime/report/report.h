// Report: everything a reader is shown about a case, as one value made from its journal; writers turn it into formats.
// SPDX-License-Identifier: Apache-2.0
//
// make_report is a pure function of the case file; nothing in a Report comes from anywhere else, so every output can be
// made again from the case alone. Writers (terminal, markdown, json, html) are functions of the Report and share
// nothing else; the registry is the list writers(). A case whose run did not end (a crash, power loss) gives a report
// too: `finished` is false, `ended_why` says after which row it stops, and without a verdict row `judged` is false and
// no verdict may be shown. Texts in a Report are as they came: writers pass them through printable() or escape_html().
// Thread rule: values, no shared state.
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
  std::string link;                         // an http(s) page where a person looks at the same thing; or empty
  Window window;
  std::optional<Window> then;
  std::map<std::string, std::string> names;  // scope names
  std::vector<std::string> outside;
  int64_t rows = 0, bytes = 0;
  double ms = 0;
  Marks marks;
  std::string shape, hash;
  std::string unit;                         // of the measure asked for, UCUM; empty: none or not known
  std::string says;                         // the ask as people read it
  bool answered = false;                    // false and no failure: the run stopped before the answer
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
  std::string fork;                         // of a query inside a fork: the fork
  Time at;                                  // side column
  double ms = 0;                            // until the next step began
};
struct ReportContext {
  int step = 0;
  bool entered = true;
  int index = 0;
  std::string name;
  Scope scope;
  Map names;
  int round = 1, rounds = 1;
};
struct Suspect { std::string service; double score = 0; std::string why; };
struct ReportTraffic { std::string source; int64_t requests = 0, bytes = 0; };  // of a server: sent, received
struct ReportReview {                       // the latest run of one review in one state
  std::string state, review;
  std::map<std::string, std::string> slots; // slot → evidence id
  std::vector<std::string> findings;        // ids
};

struct Report {
  std::string case_path, case_id, sop, title, sop_hash, inquest_version, lang;
  Map inputs;
  std::vector<std::string> defaulted;       // inputs left at their default
  Window window;
  std::string window_from;
  Json sources, graph, versions;            // as in run_started
  std::vector<ReportStep> path;
  std::vector<ReportContext> contexts;      // entries and exits, by position in `path`
  std::vector<ReportEvidence> evidence;
  std::vector<Finding> findings;            // the latest of each review run, ids as in the case
  std::vector<ReportReview> reviews;
  std::map<std::string, std::map<std::string, std::string>> number_units;  // kind of finding → number → unit
  std::vector<Unknown> unknown;
  std::vector<Examined> examined;
  Judgement judgement;
  std::vector<Suspect> suspects;
  std::vector<std::string> resolved;        // says of each resolution
  std::vector<ReportTraffic> traffic;       // in the order of the sources; none of recordings
  std::vector<std::string> stopped;         // scripts that stopped: "review x: cause"
  std::string answer;                       // `says` of the edge to done
  Time started, ended;                      // side columns
  double ms = 0;
  int exit = 0;
  std::string ended_why;
  bool finished = false, judged = false;    // has run_ended, has verdict
  bool sealed = false;
  std::string mode;                         // unattended | guided
  std::map<std::string, std::string> answers;  // state → label, as given beforehand
  std::map<std::string, std::string> units; // measure → unit
  std::vector<JournalRow> rows;             // the journal itself, for the terminal walk
};

// Damaged rows of a case that opens are errors of open(); members that a row lacks stay at their defaults here.
Result<Report> make_report(const CaseFile& file);
// The same from its parts: rows in order, evidence with frames. `finished` follows from the rows.
Report make_report(std::vector<JournalRow> rows, const std::vector<EvidenceRow>& evidence,
                   const std::string& case_path);

struct Style {
  size_t columns = 100;
  bool colour = false, terminal = false;
  bool verbose = false;                     // of the walk: every table, offer and cause
  std::string lang = {};                    // of the walk's own words; empty: of the case
};
struct Writer {
  const char* format;                       // terminal | markdown | json | html
  const char* extension;                    // ".txt", ".md", ".json", ".html"
  const char* doc;
  std::string (*write)(const Report& report, const Style& style);
};
const std::vector<Writer>& writers();
const Writer* writer(std::string_view format);          // null when unknown
const Writer* writer_for_file(
    std::string_view path);  // by extension, .txt = terminal without colour; null when unknown

}  // namespace inquest
