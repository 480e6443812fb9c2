// The test of a contrast frame: Fisher for values, ranks for numbers, times what was tried.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/contrast.h"

#include <algorithm>
#include <cmath>

#include "runtime/frame/kernels/math.h"
#include "runtime/frame/kernels/support.h"

namespace inquest {

namespace {

struct Tested {
  uint32_t row = 0;
  int state = 0;           // 0 found, 1 not found, 2 unknown: the order of ranks
  double share = 0, score = 0, p_one = 1, p = 1;
  bool number = false;
  std::string why;
};

Result<FramePtr> run_contrast(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(contrast_kernel, map);
  const double alpha = options.number("alpha", 0.05);
  if (!options.error() && !(alpha > 0 && alpha < 1)) options.wrong("alpha", "a number between 0 and 1");
  if (options.error()) return *options.error();
  const Result<FramePtr> got = need_frame("contrast", frames);
  if (!got) return got.error();
  const Frame& f = **got;
  for (const char* name : {"service", "operation", "attribute", "value", "slow", "fast", "slow_rows", "fast_rows"})
    if (!f.column(name)) return missing_column("contrast", f, name);
  const auto whole = [&](const char* name, size_t row) -> std::optional<int64_t> {
    const Column* c = f.column(name);
    if (!c || c->absent(row) || c->type != ColumnType::int64) return std::nullopt;
    return c->ints[row];
  };
  const Result<Groups> groups = group(f, options, {"service", "namespace", "instance", "version", "operation"}, stop);
  if (!groups) return groups.error();
  std::vector<std::string> by = groups->by;
  using enum ColumnType;
  ResultTable out(by, {{"attribute", text}, {"value", text}, {"kind", text}, {"state", text}, {"share", float64},
                       {"score", float64}, {"rank", int64}, {"slow", int64}, {"fast", int64}, {"slow_rows", int64},
                       {"fast_rows", int64}, {"slow_then", int64}, {"fast_then", int64}, {"new", boolean},
                       {"times", float64}, {"p_one", float64}, {"tried", int64}, {"p", float64},
                       {"numbers_slow", text}, {"numbers_fast", text}, {"split", float64}, {"slow_above", int64},
                       {"fast_above", int64}, {"splits", int64}, {"split_share", float64}, {"p_split", float64}, {"why", text}});
  const Column& value = *f.column("value");
  const Column* z = f.column("z");
  const Column* effect = f.column("effect");
  const Column* times = f.column("times");
  const Column* split = f.column("split");
  for (const Group& g : groups->groups) {
    if (stopped(stop)) return interrupted("contrast");
    std::vector<Tested> tested;
    size_t tried = 0;
    for (const uint32_t row : g.rows) {
      Tested t;
      t.row = row;
      t.number = value.absent(row);
      const int64_t slow = std::max<int64_t>(0, whole("slow", row).value_or(0)), fast = std::max<int64_t>(0, whole("fast", row).value_or(0));
      const int64_t slow_rows = std::max(slow, whole("slow_rows", row).value_or(0));
      const int64_t fast_rows = std::max(fast, whole("fast_rows", row).value_or(0));
      if (slow + fast >= 5) ++tried;
      const double ns = static_cast<double>(t.number ? slow : slow_rows), nf = static_cast<double>(t.number ? fast : fast_rows);
      bool testable = ns > 0 && nf > 0;
      if (t.number) {
        testable = testable && z && effect && !z->absent(row) && !effect->absent(row);
        if (testable) {
          t.share = effect->number(row);
          t.p_one = std::min(1.0, 2 * normal_tail(std::fabs(z->number(row))));
          t.score = std::fabs(t.share) - std::sqrt((ns + nf + 1) / (3 * ns * nf));
        } else {
          t.why = "the source gives no ranks of this number";
        }
      } else if (testable) {
        const double a = static_cast<double>(slow) / ns, b = static_cast<double>(fast) / nf;
        t.share = a - b;
        t.p_one = fisher(slow, slow_rows - slow, fast, fast_rows - fast).two_sided;
        // one added row on each side keeps the error of a share of 0 or 1 above 0
        const double as = (static_cast<double>(slow) + 0.5) / (ns + 1), bs = (static_cast<double>(fast) + 0.5) / (nf + 1);
        t.score = t.share - std::sqrt(as * (1 - as) / ns + bs * (1 - bs) / nf);
      }
      const double least = std::min(ns, nf);
      t.state = testable && least >= 5 ? 0 : 2;
      if (t.state == 2 && t.why.empty())
        t.why = std::to_string(static_cast<int64_t>(ns)) + " slow and " + std::to_string(static_cast<int64_t>(nf)) +
                " fast rows, at least 5 of each are needed";
      tested.push_back(std::move(t));
    }
    for (Tested& t : tested) {
      t.p = std::min(1.0, t.p_one * static_cast<double>(std::max<size_t>(tried, 1)));
      if (t.state == 2) continue;
      if (t.p <= alpha && (t.share > 0 || (t.number && t.share != 0))) continue;
      const int64_t ns = t.number ? *whole("slow", t.row) : whole("slow_rows", t.row).value_or(0);
      const int64_t nf = t.number ? *whole("fast", t.row) : whole("fast_rows", t.row).value_or(0);
      t.state = std::min(ns, nf) >= 20 ? 1 : 2;
      if (t.state == 2) t.why = std::to_string(ns) + " slow and " + std::to_string(nf) + " fast rows, 20 of each would tell";
    }
    std::stable_sort(tested.begin(), tested.end(), [](const Tested& a, const Tested& b) {
      return a.state != b.state ? a.state < b.state : a.score > b.score;
    });
    for (size_t i = 0; i < tested.size(); ++i) {
      const Tested& t = tested[i];
      out.row(g.key);
      out.set("attribute", f.column("attribute")->text(t.row));
      if (!t.number) out.set("value", value.text(t.row));
      out.set("kind", t.number ? "number" : "value");
      out.set("state", t.state == 0 ? "found" : t.state == 1 ? "not_found" : "unknown");
      out.set("share", t.share);
      out.set("score", t.score);
      out.set("rank", i + 1);
      for (const char* name : {"slow", "fast", "slow_rows", "fast_rows", "slow_then", "fast_then"})
        if (const auto n = whole(name, t.row)) out.set(name, *n);
      const auto slow_then = whole("slow_then", t.row), fast_then = whole("fast_then", t.row);
      const int64_t rows_then = whole("slow_rows_then", t.row).value_or(0) + whole("fast_rows_then", t.row).value_or(0);
      if (slow_then && fast_then && rows_then > 0) out.set("new", *slow_then + *fast_then == 0);
      if (times && !times->absent(t.row)) out.set("times", times->number(t.row));
      out.set("p_one", t.p_one);
      out.set("tried", tried);
      out.set("p", t.p);
      for (const char* name : {"numbers_slow", "numbers_fast"})
        if (const Column* c = f.column(name); c && !c->absent(t.row)) out.set(name, c->text(t.row));
      const auto slow_above = whole("slow_above", t.row), fast_above = whole("fast_above", t.row), splits = whole("splits", t.row);
      const auto slow = whole("slow", t.row), fast = whole("fast", t.row);
      if (t.number && split && !split->absent(t.row) && slow_above && fast_above && slow && fast && *slow > 0 && *fast > 0) {
        out.set("split", split->number(t.row));
        out.set("slow_above", *slow_above);
        out.set("fast_above", *fast_above);
        out.set("split_share", static_cast<double>(*slow_above) / static_cast<double>(*slow) -
                                   static_cast<double>(*fast_above) / static_cast<double>(*fast));
        if (splits && *splits > 0) {
          out.set("splits", *splits);
          const double one = fisher(*slow_above, *slow - *slow_above, *fast_above, *fast - *fast_above).two_sided;
          out.set("p_split", std::min(1.0, one * static_cast<double>(*splits) * static_cast<double>(std::max<size_t>(tried, 1))));
        }
      }
      if (!t.why.empty()) out.set("why", t.why);
    }
  }
  return out.finish();
}

}  // namespace

const Kernel contrast_kernel = {"contrast", "attributes that tell slow from fast requests of an operation at the same time",
                                "alpha", run_contrast};

}  // namespace inquest
