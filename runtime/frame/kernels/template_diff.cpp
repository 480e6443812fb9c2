// Which log templates came more or less often: between windows, and between slow and typical traces.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/templates.h"

#include <algorithm>
#include <set>

#include "runtime/frame/kernels/math.h"
#include "runtime/frame/kernels/support.h"

namespace inquest {

namespace {

using enum ColumnType;

struct Change {
  size_t group = 0;
  std::optional<std::string> service;
  int64_t before = 0, after = 0, first = INT64_MAX, last = INT64_MIN;
  bool known = true;
  std::string severity, example;
  double p = 1;
  int state = 2;  // 0 found, 1 not found, 2 unknown
};

const char* state_text(int state) { return state == 0 ? "found" : state == 1 ? "not_found" : "unknown"; }

Result<FramePtr> run_diff(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(template_diff_kernel, map);
  std::optional<Duration> length_before = options.duration("length_before"), length_after = options.duration("length_after");
  const double alpha = options.number("alpha", 0.01);
  if (!options.error() && !(alpha > 0 && alpha < 1)) options.wrong("alpha", "a number between 0 and 1");
  if (options.error()) return *options.error();
  const Result<FramePtr> got = need_frame("template_diff", frames);
  if (!got) return got.error();
  const Frame& f = **got;
  for (const char* name : {"template", "before", "after"})
    if (!f.column(name)) return missing_column("template_diff", f, name);
  const Result<Groups> groups = group(f, options, {"service", "template"}, stop);
  if (!groups) return groups.error();
  const auto whole = [&](const char* name, size_t row) -> std::optional<int64_t> {
    const Column* c = f.column(name);
    if (!c || c->absent(row) || c->ints.size() != f.rows) return std::nullopt;
    return c->ints[row];
  };
  const Column *service = f.column("service"), *severity = f.column("severity"), *example = f.column("example");
  std::map<std::optional<std::string>, std::pair<int64_t, int64_t>> lines;  // before, after per service
  std::vector<Change> changes;
  for (size_t g = 0; g < groups->groups.size(); ++g) {
    Change c;
    c.group = g;
    for (const uint32_t row : groups->groups[g].rows) {
      const auto before = whole("before", row);
      c.known = c.known && before;
      c.before += std::max<int64_t>(0, before.value_or(0));
      c.after += std::max<int64_t>(0, whole("after", row).value_or(0));
      c.first = std::min(c.first, whole("first", row).value_or(INT64_MAX));
      c.last = std::max(c.last, whole("last", row).value_or(INT64_MIN));
      if (service && !service->absent(row)) c.service = service->text(row);
      if (severity && c.severity.empty()) c.severity = severity->text(row);
      if (example && c.example.empty()) c.example = example->text(row);
      if (!length_before && whole("length_before", row)) length_before = Duration{*whole("length_before", row)};
      if (!length_after && whole("length_after", row)) length_after = Duration{*whole("length_after", row)};
    }
    lines[c.service].first += c.before;
    lines[c.service].second += c.after;
    changes.push_back(std::move(c));
  }
  const bool timed = length_before && length_after && length_before->ns > 0 && length_after->ns > 0;
  for (Change& c : changes) {
    if (!c.known) continue;
    const auto& [before, after] = lines[c.service];
    if (timed) {
      const double a = static_cast<double>(length_after->ns), b = static_cast<double>(length_before->ns);
      c.p = binomial_p(c.after, c.before + c.after, a / (a + b));
    } else {
      c.p = fisher(c.after, after - c.after, c.before, before - c.before).two_sided;
    }
    c.state = c.p <= alpha ? 0 : 1;
  }
  std::vector<size_t> order(changes.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t x, size_t y) {
    const Change &a = changes[x], &b = changes[y];
    if (a.state != b.state) return a.state < b.state;
    if ((a.before == 0) != (b.before == 0)) return a.before == 0;
    if (a.p != b.p) return a.p < b.p;
    return a.before + a.after > b.before + b.after;
  });
  std::vector<size_t> rank(order.size());
  for (size_t i = 0; i < order.size(); ++i) rank[order[i]] = i + 1;
  ResultTable out(groups->by, {{"severity", text}, {"example", text}, {"before", int64}, {"after", int64},
                               {"rate_before", float64}, {"rate_after", float64}, {"times", float64}, {"new", boolean},
                               {"gone", boolean}, {"share_before", float64}, {"share_after", float64}, {"p", float64},
                               {"state", text}, {"rank", int64}, {"first", time}, {"last", time}, {"why", text}});
  for (size_t i = 0; i < changes.size(); ++i) {
    const Change& c = changes[i];
    out.row(groups->groups[c.group].key);
    if (!c.severity.empty()) out.set("severity", c.severity);
    if (!c.example.empty()) out.set("example", c.example);
    out.set("after", c.after);
    out.set("state", state_text(c.state));
    out.set("rank", rank[i]);
    if (c.first <= c.last) {
      out.set("first", Time{c.first});
      out.set("last", Time{c.last});
    }
    if (!c.known) {
      out.set("why", "the frame has no counts before: ask with `against`");
      continue;
    }
    out.set("before", c.before);
    out.set("new", c.before == 0 && c.after > 0);
    out.set("gone", c.after == 0 && c.before > 0);
    out.set("p", c.p);
    const auto& [before, after] = lines[c.service];
    if (before > 0) out.set("share_before", static_cast<double>(c.before) / static_cast<double>(before));
    if (after > 0) out.set("share_after", static_cast<double>(c.after) / static_cast<double>(after));
    if (!timed) continue;
    const double per_before = static_cast<double>(c.before) / (static_cast<double>(length_before->ns) / 6e10);
    const double per_after = static_cast<double>(c.after) / (static_cast<double>(length_after->ns) / 6e10);
    out.set("rate_before", per_before);
    out.set("rate_after", per_after);
    if (c.before > 0 && c.after > 0) out.set("times", per_after / per_before);
  }
  return out.finish();
}

struct Lines {  // of one service and template
  int64_t slow = 0, typical = 0, first = INT64_MAX, last = INT64_MIN;
  std::set<std::string> slow_traces, typical_traces;
  std::string severity, example;
};

Result<FramePtr> run_logs(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(log_diff_kernel, map);
  const int64_t given_slow = options.integer("slow_traces", 0), given_typical = options.integer("typical_traces", 0);
  const double alpha = options.number("alpha", 0.01);
  if (!options.error() && !(alpha > 0 && alpha < 1)) options.wrong("alpha", "a number between 0 and 1");
  if (options.error()) return *options.error();
  const Result<FramePtr> first = need_frame("log_diff", frames);
  if (!first) return first.error();
  TemplateMiner miner;
  std::map<std::pair<std::optional<std::string>, uint32_t>, Lines> mined;
  std::set<std::string> traces[2];
  const size_t sides = std::min<size_t>(frames.size(), 2);
  for (size_t side = 0; side < sides; ++side) {
    const Result<FramePtr> got = need_frame("log_diff", frames, side);
    if (!got) return got.error();
    const Frame& f = **got;
    const Column *body = f.column("body"), *service = f.column("service"), *trace = f.column("trace_id");
    const Column *severity = f.column("severity"), *at = time_column(f);
    if (!body) return missing_column("log_diff", f, "body");
    for (size_t row = 0; row < f.rows; ++row) {
      if (row % 16384 == 0 && stopped(stop)) return interrupted("log_diff");
      if (body->absent(row)) continue;
      std::optional<std::string> who;
      if (service && !service->absent(row)) who = service->text(row);
      Lines& l = mined[{who, miner.add(body->text(row))}];
      ++(side ? l.typical : l.slow);
      if (l.example.empty()) l.example = body->text(row).substr(0, 512);
      if (severity && l.severity.empty()) l.severity = severity->text(row);
      if (at && !at->absent(row)) {
        l.first = std::min(l.first, at->ints[row]);
        l.last = std::max(l.last, at->ints[row]);
      }
      if (!trace || trace->text(row).empty()) continue;
      (side ? l.typical_traces : l.slow_traces).insert(trace->text(row));
      traces[side].insert(trace->text(row));
    }
  }
  const int64_t all_slow = std::max<int64_t>(given_slow, static_cast<int64_t>(traces[0].size()));
  const int64_t all_typical = std::max<int64_t>(given_typical, static_cast<int64_t>(traces[1].size()));
  struct Line { Key key; const Lines* l; double p; int state; };
  std::vector<Line> order;
  for (const auto& [key, l] : mined) {
    const auto a = static_cast<int64_t>(l.slow_traces.size()), b = static_cast<int64_t>(l.typical_traces.size());
    Line line{{key.first, miner.text(key.second)}, &l, 1, 2};
    if (sides == 2) line.p = fisher(a, all_slow - a, b, all_typical - b).two_sided;
    if (all_slow >= 5 && all_typical >= 5) line.state = line.p <= alpha ? 0 : 1;
    order.push_back(std::move(line));
  }
  std::sort(order.begin(), order.end(), [](const Line& a, const Line& b) {
    if (a.state != b.state) return a.state < b.state;
    if (a.p != b.p) return a.p < b.p;
    if (a.l->slow != b.l->slow) return a.l->slow > b.l->slow;
    return a.key < b.key;
  });
  ResultTable out({"service", "template"},
                  {{"severity", text}, {"example", text}, {"slow", int64}, {"typical", int64}, {"slow_traces", int64},
                   {"typical_traces", int64}, {"all_slow", int64}, {"all_typical", int64}, {"share_slow", float64},
                   {"share_typical", float64}, {"new", boolean}, {"p", float64}, {"state", text}, {"rank", int64},
                   {"first", time}, {"last", time}, {"why", text}});
  for (size_t i = 0; i < order.size(); ++i) {
    const Lines& l = *order[i].l;
    out.row(order[i].key);
    if (!l.severity.empty()) out.set("severity", l.severity);
    out.set("example", l.example);
    out.set("slow", l.slow);
    out.set("slow_traces", l.slow_traces.size());
    out.set("all_slow", all_slow);
    if (all_slow > 0) out.set("share_slow", static_cast<double>(l.slow_traces.size()) / static_cast<double>(all_slow));
    out.set("state", state_text(order[i].state));
    out.set("rank", i + 1);
    if (l.first <= l.last) {
      out.set("first", Time{l.first});
      out.set("last", Time{l.last});
    }
    if (order[i].state == 2)
      out.set("why", sides < 2 ? "no lines of typical traces to compare with"
                               : std::to_string(all_slow) + " slow and " + std::to_string(all_typical) +
                                     " typical traces, at least 5 of each are needed");
    if (sides < 2) continue;
    out.set("typical", l.typical);
    out.set("typical_traces", l.typical_traces.size());
    out.set("all_typical", all_typical);
    if (all_typical > 0) out.set("share_typical", static_cast<double>(l.typical_traces.size()) / static_cast<double>(all_typical));
    out.set("new", l.typical == 0);
    out.set("p", order[i].p);
  }
  return out.finish();
}

}  // namespace

const Kernel template_diff_kernel = {"template_diff", "log templates by how their rate changed between the windows",
                                     "by, length_before, length_after, alpha", run_diff};
const Kernel log_diff_kernel = {"log_diff", "log templates of slow traces against those of typical ones",
                                "slow_traces, typical_traces, alpha", run_logs};

}  // namespace inquest
