-- Where the slow requests spend longer: self time per step of slow traces against typical ones.
-- SPDX-License-Identifier: Apache-2.0
-- Self time is the time of a step less that of the steps it waits for, so a caller is never found for its callee's
-- slowness. It tells where the difference lies, not whether it is large: `times` and the self times say that.
return review {
  version = 1,
  doc = "Self time per trace of each service and operation, slow traces against typical ones; found where a step explains at "
    .. "least `share` of the difference.",
  takes = { slow = "spans.slowest", typical = "spans.typical" },
  options = { share = number { default = 0.2 } },
  yields = {
    where_time_goes = {
      subject = { "service", "operation" },
      numbers = { self_slow = "s", self_typical = "s", times = "ratio", share = "share", slow_traces = "", typical_traces = "" },
      lists = {},
      says = "slow requests spend $share of their extra time in $operation of $service itself: $self_typical → $self_slow a trace ($times)",
    },
  },
  run = function (frames, options)
    if frames.slow:rows() == 0 or frames.typical:rows() == 0 then
      return { unknown = { { kind = "where_time_goes", slot = "slow", why = "no traces in the window", cure = "a longer window, or a higher sampling rate" } } }
    end
    local found, examined = {}, {}
    for _, row in ipairs(kernel.where_time(frames.slow, frames.typical, { by = { "service", "operation" } }):table()) do
      local subject = { service = row.service, operation = row.operation }
      if row.share and row.share >= options.share then
        found[#found + 1] = { kind = "where_time_goes", subject = subject, strength = math.min(1, row.share),
          numbers = { self_slow = row.self_slow, self_typical = row.self_typical, times = row.times, share = row.share,
                      slow_traces = row.slow_traces, typical_traces = row.typical_traces } }
      end
      examined[#examined + 1] = { kind = "where_time_goes", subject = subject, smallest = { share = options.share } }
    end
    return { found = found, examined = examined }
  end,
}
