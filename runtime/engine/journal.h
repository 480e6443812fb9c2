// Journal: the append-only list of what happened in a case, and the schema of its rows.
// SPDX-License-Identifier: Apache-2.0
//
// A row is (seq, kind, payload, hash | at, ms, bytes, attempts). hash = sha256(previous hash "\n" seq "\n" kind "\n"
// canonical payload) and is the same on every machine; the side columns depend on the clock and stand under a second
// chain `side_hash`. A payload therefore holds no wall clock, no path of this machine, no duration of a fetch.
// Everything shown — terminal, report, JSON document, replay — is a function of these rows and the evidence table.
//
// Payloads (T = RFC 3339 text; window = {"from":T,"to":T}; rows = rows_json of model/finding.h):
//   run_started   {sop:{name,title,hash,graph: sop_json}, inputs:{name:value_json}, defaulted:[name], window, window_from:
//                 "command line"|"recording"|"start of the run", sources:[{name,kind,version,layout,signals,without,notes,insecure: or absent}],
//                 signals:{metrics:source,…}, versions:{inquest,machine,kernels,reviews:{name:n}}, lang, answers:{state:label},
//                 mode:"unattended"|"guided", modules:[{name,hash}]}
//   clock_read    {what, value:T}
//   resolved      {source, measure, names:[text], services:[…], tried:[…], nearest:[…], unit, says}
//   state_entered {state, kind, title, context, round, visit, via}
//   context_entered {context, name, scope, names:{name:value_json}, round, rounds, finding}
//   context_left  {context, name}
//   told          {state, text}            an info's or suggest's `say`, bound
//   answer_given  {state, label, text}     `says` of an edge to done
//   ask_sent      {evidence, state, ask (name), kind, signal, source, native, request: ask_json, cost, link: of a page, or absent}
//   answered      {evidence, state, ask, rows, shape, marks, hash (of the frame)}
//   ask_failed    {evidence, state, ask, class, cause, cure}
//   reviewed      {state, use, review, slots:{slot:{frame,evidence}}, units:{kind:{number:unit}} of what was found, rows}
//   offered       {state, items:[{label,to,why,offered,why_not,taken}]}
//   chose         {state, label, finding, by, why}
//   hypothesis_changed {hypothesis, key, word, strength}
//   script_stopped {state, review, cause, detail}
//   resumed       {…}                      later
//   traffic       {source}                 a server that was asked; side columns: bytes received, attempts = requests sent
//   verdict       judgement_json + {suspects:[{service,score,why}]}
//   run_ended     {exit, reason, evidence: count, chain: last hash}   seals the case
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/base/json.h"
#include "runtime/base/time.h"

namespace inquest {

struct JournalRow {
  int64_t seq = 0;              // from 1
  std::string kind;
  Json payload;
  std::string hash;
  Time at;                      // side columns
  double ms = 0;
  int64_t bytes = 0;
  int attempts = 0;
};

const std::vector<std::string>& journal_kinds();     // the closed list, in the order above
std::string chain_hash(const std::string& previous, int64_t seq, const std::string& kind, const std::string& payload);

// Sees every row as soon as it is on disk: the terminal walk, ndjson.
using Observer = std::function<void(const JournalRow&)>;

}  // namespace inquest
