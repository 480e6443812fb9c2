// Log templates: the fixed text of log lines with the changing parts masked, and how often each came before and after.
// SPDX-License-Identifier: Apache-2.0
//
// TemplateMiner, one configuration: a line is split at blanks; every run of letters, digits and _ that has a digit,
// and every
// run of eight or more hex digits, becomes <*>, neighbouring <*> separated by - . : , / one; equal masked lines are
// one template. Lines of four or more
// tokens with the same number of tokens and the same first token join a template when three in four of its fixed
// tokens and half of all are equal, and
// the others become <*> (Drain, He et al., ICWS 2017, with a tree of depth two). Shorter lines are templates of their
// own, in leaves by number of tokens and first token. At most 4 096 leaves of either kind, 100 templates a leaf (1 000
// lines of one token), 2 KB or 128 tokens of a line. In a full leaf further lines share "FIRST <*>"; beyond the leaves
// long lines share "<*>" and short ones "<*> LAST". The result depends on the order of the lines, never on hashing.
// On one core about 20 million lines a second that recur, 4 million that have no words in common; memory grows with
// distinct masked lines (at most 262 144 are remembered).
//
// TemplatesBuilder makes `templates` frames: service, namespace, instance, version, template, before, after (int64;
// before absent without an earlier
//   window), first, last (time, of either window), counts (JSON list of counts per bucket of `counts_step` from
//   `counts_from`, now only), example, severity (that of
//   the highest number), counts_from (time), counts_step, length_before, length_after (duration).
//
// Kernel `template_diff` (options by = service, template; length_before, length_after; alpha 0.01), columns: labels…,
// severity,
//   example, before, after, rate_before, rate_after (per minute), times (of rates; absent unless both > 0), new, gone
//   (bool), share_before,
//   share_after (of the lines of the service), p (two-sided, exact binomial of after among before + after by the
//   lengths of both windows;
//   without lengths Fisher against all other lines of the service), state ("found" p ≤ alpha | "not_found" |
//   "unknown"), rank (found first, new
//   first, then p, then count), first, last, why. Frames without `before` are unknown.
// Kernel `log_diff` on one or two `logs` frames, of slow and of typical traces: mines both together. Columns:
// service, template, severity,
//   example, slow, typical (lines), slow_traces, typical_traces (traces with it), all_slow, all_typical (traces in
//   all: options
//   slow_traces, typical_traces, else those that have a line), share_slow, share_typical, new (in no typical trace),
//   p (Fisher over traces), rank, first, last,
//   state as above with at least 5 traces a side, why.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/frame/kernels/kernel.h"

namespace inquest {

class TemplateMiner final {
 public:
  uint32_t add(std::string_view line);            // id of its template: 0, 1, 2, … in the order of first lines
  std::string text(uint32_t id) const;            // of the template as it is after all lines so far
  size_t size() const { return templates_.size(); }

 private:
  struct Template {
    std::vector<std::string> tokens;
    std::vector<uint64_t> hashes;                 // of the tokens: equal hashes are taken for equal tokens
  };
  // Texts, each with a number given once; found by hash and compared in full. Never walked: the order tells nothing.
  class Known {
   public:
    uint32_t* find(std::string_view text, uint64_t hash);           // until the next add
    void add(std::string_view text, uint64_t hash, uint32_t id);    // of a text that is not there
    size_t size() const { return entries_.size(); }

   private:
    struct Entry { uint64_t hash, from; uint32_t length, id; };
    std::vector<Entry> entries_;
    std::vector<uint32_t> slots_;                 // into entries_, open addressing
    std::string texts_;
  };
  // A leaf: templates of one number of tokens and one first token.
  struct Leaves {
    Known known;                                  // key of a leaf → its place in `all`
    std::vector<std::vector<uint32_t>> all;
  };
  uint32_t join(std::string_view masked);
  uint32_t fresh(const std::vector<std::string_view>& tokens);
  std::optional<uint32_t> nearest(const std::vector<uint32_t>& leaf);
  std::vector<Template> templates_;
  Known exact_;                                   // masked line → template
  Leaves leaves_, brief_leaves_;
  Known full_;                                    // what lines share where a leaf is full → its template
  std::string buffer_, key_;
  std::vector<std::string_view> tokens_;          // of the line at hand
  std::vector<uint64_t> hashes_;
};
std::string mask_line(std::string_view line);     // tokens with one blank between them

class TemplatesBuilder final {
 public:
  struct Origin {
    std::string service;
    std::optional<std::string> namespace_ = {}, instance = {}, version = {};
    auto operator<=>(const Origin&) const = default;
  };
  TemplatesBuilder(const Window& now, const std::optional<Window>& then, size_t buckets = 60);
  uint32_t origin(const Origin& origin);          // interned
  // `severity_number` orders severities (OTLP 1–24; 0 unknown).
  void add(uint32_t origin, int64_t time, std::string_view body, int severity_number, std::string_view severity, bool then);
  // The same for a body added before (one TextId of a source): skips the mining.
  void add_mined(uint32_t origin, int64_t time, uint32_t mined, std::string_view body, int severity_number,
                 std::string_view severity, bool then);
  uint32_t mine(std::string_view body) { return miner_.add(body); }
  FramePtr finish();                              // ascending by origin, then template

 private:
  struct Row {
    int64_t before = 0, after = 0, first = INT64_MAX, last = INT64_MIN;
    std::vector<int64_t> counts;
    std::string example, severity;
    int severity_number = -1;
  };
  Window now_;
  std::optional<Window> then_;
  size_t buckets_;
  TemplateMiner miner_;
  std::vector<Origin> origins_;
  std::map<Origin, uint32_t> ids_;
  std::unordered_map<uint64_t, Row> rows_;        // (origin, template)
};

extern const Kernel template_diff_kernel;
extern const Kernel log_diff_kernel;

}  // namespace inquest
