-- Memory that keeps rising after a change point and does not settle: per instance, restarts added back.
-- SPDX-License-Identifier: Apache-2.0
return review {
  version = 1,
  doc = "Memory of an instance rose by `times` since a change point and still rises (or the rise is the end of the window). "
    .. "A plateau after warm-up, a collector's sawtooth and a one-off step are not growth.",
  takes = { memory = "metric.memory" },
  options = { times = number { default = 1.3 } },
  yields = {
    memory_growth = {
      subject = { "service", "instance" },
      numbers = { before = "By", peak = "By", times = "ratio", per_hour = "By", n_before = "samples", n_after = "samples" },
      lists = {},
      says = "memory of $service grows since $onset: $before → $peak ($times), $per_hour an hour, n $n_before / $n_after",
    },
  },
  run = function (frames, options)
    local found, examined, unknown = {}, {}, {}
    local trends = {}
    local function key(row) return (row.service or "") .. "\0" .. (row.namespace or "") .. "\0" .. (row.instance or "") .. "\0" .. (row.version or "") end
    for _, row in ipairs(kernel.trend(frames.memory):table()) do trends[key(row)] = row end
    for _, row in ipairs(kernel.change_point(frames.memory, { direction = "up" }):table()) do
      local subject = { service = row.service, instance = row.instance }
      if not row.examined then
        unknown[#unknown + 1] = { kind = "memory_growth", subject = subject, why = row.why or "too few samples of memory",
          cure = "a longer window or a shorter export interval: at least 8 samples" }
      else
        local trend = trends[key(row)]
        local times = row.peak_times or 0
        -- Fewer than four samples after the onset cannot show that it settles: found, but weak.
        local rises = row.found and (row.weak or row.growing == true or (row.growing == nil and row.n_after < 4))
        local steady = trend and not trend.sawtooth
        if rises and steady and times >= options.times then
          local strength = 1 - 0.5 / times
          if row.weak then strength = strength * 0.6 end
          found[#found + 1] = { kind = "memory_growth", subject = subject, onset = row.onset, strength = strength,
            numbers = { before = row.before, peak = row.before * times, times = times, per_hour = trend.per_hour,
                        n_before = row.n_before, n_after = row.n_after } }
        end
        examined[#examined + 1] = { kind = "memory_growth", subject = subject,
          smallest = { times = math.max(options.times, row.smallest_times or options.times) } }
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
