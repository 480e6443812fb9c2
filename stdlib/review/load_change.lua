-- The load of a service changed: requests per second before and after a change point.
-- SPDX-License-Identifier: Apache-2.0
-- A load that stopped changed 0 times; one that began out of nothing has no ratio.
return review {
  version = 1,
  doc = "Requests per second rose or fell by `times` at a change point and stayed there.",
  takes = { load = "metric.request_rate" },
  options = { times = number { default = 1.5 } },
  yields = {
    load_change = {
      subject = { "service" },
      numbers = { before = "req/s", after = "req/s", times = "ratio", n_before = "", n_after = "" },
      lists = {},
      says = "$service serves $before → $after since $onset, n $n_before / $n_after",
    },
  },
  run = function (frames, options)
    local found, examined, unknown = {}, {}, {}
    for _, row in ipairs(kernel.change_point(frames.load, { by = { "service" } }):table()) do
      local subject = { service = row.service }
      if not row.examined then
        unknown[#unknown + 1] = { kind = "load_change", subject = subject, why = row.why or "too few samples", cure = "a longer window" }
      else
        local t = row.times
        if row.found and row.before > 0 and row.after <= 0 then t = 0 end
        local begun = row.found and row.before <= 0 and row.after > 0
        if row.found and not row.weak and (begun or t and (t >= options.times or t <= 1 / options.times)) then
          local strength = 1
          if t and t > 0 then strength = 1 - 0.5 * math.min(t, 1 / t) end
          found[#found + 1] = { kind = "load_change", subject = subject, onset = row.onset, strength = strength,
            numbers = { before = row.before, after = row.after, times = t, n_before = row.n_before, n_after = row.n_after } }
        end
        examined[#examined + 1] = { kind = "load_change", subject = subject, smallest = { times = math.max(options.times, row.smallest_times or 0) } }
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
