// Counting rows by labels.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/groups.h"

#include <algorithm>

namespace inquest {
namespace {

Result<FramePtr> run_groups(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(groups_kernel, map);
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("groups", frames);
  if (!frame) return frame.error();
  const Result<Groups> groups = group(**frame, options, labels(**frame), stop);
  if (!groups) return groups.error();
  const Column* time = time_column(**frame);
  ResultTable out(groups->by, {{"n", ColumnType::int64}, {"first", ColumnType::time}, {"last", ColumnType::time}});
  for (const Group& g : groups->groups) {
    out.row(g.key);
    out.set("n", g.rows.size());
    bool any = false;
    int64_t first = 0, last = 0;
    for (const uint32_t row : g.rows) {
      if (!time || time->absent(row)) continue;
      const int64_t t = time->ints[row];
      first = any ? std::min(first, t) : t;
      last = any ? std::max(last, t) : t;
      any = true;
    }
    if (any) {
      out.set("first", Time{first});
      out.set("last", Time{last});
    }
  }
  return out.finish();
}

}  // namespace

const Kernel groups_kernel = {"groups", "the combinations of labels in a frame and how many rows each has", "by, from, to, window", run_groups};

}  // namespace inquest
