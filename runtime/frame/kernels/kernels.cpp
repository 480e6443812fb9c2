// The list of all kernels. Columns of their results, by which reviews read them, stand in the headers named here:
// SPDX-License-Identifier: Apache-2.0
//
// align.h         bucket, calls, overlay
// change_point.h  change_point
// change_points.h change_points
// compare.h       compare, spikes
// contrast.h      contrast
// growing.h       growing
// groups.h        groups
// latency.h       latency_series, latency_summary, quantile
// line.h          line
// restart.h       resets
// cycles.h        cycles
// templates.h     log_diff, template_diff
// trace.h         critical_path, self_time, waterfall, where_time
// trace_diff.h    trace_diff
// trend.h         trend
// waits.h         waits
#include "runtime/frame/kernels/kernel.h"

#include "runtime/frame/kernels/align.h"
#include "runtime/frame/kernels/change_point.h"
#include "runtime/frame/kernels/change_points.h"
#include "runtime/frame/kernels/compare.h"
#include "runtime/frame/kernels/contrast.h"
#include "runtime/frame/kernels/cycles.h"
#include "runtime/frame/kernels/groups.h"
#include "runtime/frame/kernels/growing.h"
#include "runtime/frame/kernels/latency.h"
#include "runtime/frame/kernels/line.h"
#include "runtime/frame/kernels/restart.h"
#include "runtime/frame/kernels/template_series.h"
#include "runtime/frame/kernels/templates.h"
#include "runtime/frame/kernels/trace.h"
#include "runtime/frame/kernels/trace_diff.h"
#include "runtime/frame/kernels/trend.h"
#include "runtime/frame/kernels/waits.h"

namespace inquest {

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> all = {
      bucket_kernel,
      calls_kernel,
      change_point_kernel,
      change_points_kernel,
      compare_kernel,
      contrast_kernel,
      critical_path_kernel,
      cycles_kernel,
      groups_kernel,
      growing_kernel,
      latency_series_kernel,
      latency_summary_kernel,
      line_kernel,
      log_diff_kernel,
      overlay_kernel,
      quantile_kernel,
      resets_kernel,
      self_time_kernel,
      spikes_kernel,
      template_diff_kernel,
      template_series_kernel,
      trace_diff_kernel,
      trend_kernel,
      waits_kernel,
      waterfall_kernel,
      where_time_kernel,
  };
  return all;
}

const Kernel* kernel(std::string_view name) {
  for (const Kernel& k : kernels())
    if (name == k.name) return &k;
  return nullptr;
}

}  // namespace inquest
