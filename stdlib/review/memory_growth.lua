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
      numbers = { before = "By", peak = "By", times = "ratio", per_hour = "By", n_before = "", n_after = "" },
      lists = {},
      says = "memory of $service grows since $onset: $before → $peak ($times), $per_hour an hour, n $n_before / $n_after",
    },
  },
  run = function (frames, options)
    local found, examined, unknown = {}, {}, {}
    local function same(row, other)
      return row.service == other.service and row.namespace == other.namespace and row.instance == other.instance and row.version == other.version
    end
    local function of(frame, series, name, with)
      for _, row in ipairs(kernel[name](frame, with):table()) do
        if same(row, series) then return row end
      end
    end
    -- Stretches without a restart: a fall at its end would hide the rise before it.
    local function stretches(reset)
      local cuts = { {} }
      if reset and (reset.count or 0) > 0 and not reset.sawtooth then
        for time in string.gmatch(reset.times or "", "[^, ]+") do
          cuts[#cuts].to = time
          cuts[#cuts + 1] = { from = time }
        end
      end
      return cuts
    end
    -- What grew in one stretch, or nil; the second result: whether it could be examined at all.
    local function growth(frame, series, cut)
      local c = of(frame, series, "change_point", { direction = "up", from = cut.from, to = cut.to })
      local t = of(frame, series, "trend", { from = cut.from, to = cut.to })
      if not c or not c.examined then return nil, false, c and c.why end
      if t and t.sawtooth then return nil, true end
      -- Fewer than four samples after the onset cannot show that it settles: found, but weak.
      if c.found and c.peak_times and c.peak_times >= options.times and (c.weak or c.growing ~= false) then
        return { onset = c.onset, times = c.peak_times, before = c.before, n_before = c.n_before, n_after = c.n_after,
                 per_hour = t and t.per_hour, weak = c.weak, smallest = c.smallest_times }, true
      end
      -- A stretch that rises from its first sample has no level before: steady, and its second half rises as well.
      local w = of(frame, series, "trend", { from = cut.from, to = cut.to, whole = true })
      if w and w.n >= 8 and w.first and w.first > 0 and w.p <= 0.001 and w.r >= 0.9 and w.last / w.first >= options.times then
        local half = of(frame, series, "trend", { from = w.onset + (w.peak_time - w.onset) / 2, to = cut.to, whole = true })
        if half and half.p and half.p <= 0.05 and half.growth and half.growth >= 0.25 * w.growth then
          return { onset = w.onset, times = w.last / w.first, before = w.first, n_before = 0, n_after = w.n, per_hour = w.per_hour }, true
        end
      end
      return nil, true, nil, c.smallest_times
    end
    for _, reset in ipairs(kernel.resets(frames.memory):table()) do
      local subject = { service = reset.service, instance = reset.instance }
      local cells = { service = reset.service }
      if reset.instance then cells.instance = reset.instance end
      local frame = frames.memory:where(cells)
      local best, could, why, smallest
      for _, cut in ipairs(stretches(reset)) do
        local g, seen, because, least = growth(frame, reset, cut)
        could, why, smallest = could or seen, why or because, smallest or least
        if g and (not best or g.times > best.times) then best = g end
      end
      if best then
        local strength = 1 - 0.5 / best.times
        if best.weak then strength = strength * 0.6 end
        found[#found + 1] = { kind = "memory_growth", subject = subject, onset = best.onset, strength = strength,
          numbers = { before = best.before, peak = best.before * best.times, times = best.times, per_hour = best.per_hour,
                      n_before = best.n_before, n_after = best.n_after } }
      end
      if could then
        examined[#examined + 1] = { kind = "memory_growth", subject = subject, smallest = { times = math.max(options.times, smallest or 0) } }
      else
        unknown[#unknown + 1] = { kind = "memory_growth", subject = subject, why = why or "too few samples of memory",
          cure = "a longer window or a shorter export interval: at least 8 samples" }
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
