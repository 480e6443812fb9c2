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
    -- Steady since the first sample: there is no level before, but both halves rise. nil when it is not so.
    local function steady(frame, series, cut)
      local w = of(frame, series, "trend", { from = cut.from, to = cut.to, whole = true })
      if not w or w.n < 8 or not w.first or w.first <= 0 or w.p > 0.001 or w.r < 0.9 or w.last / w.first < options.times then return end
      local middle = w.onset + (w.peak_time - w.onset) / 2
      for _, half in ipairs { { from = cut.from, to = middle, whole = true }, { from = middle, to = cut.to, whole = true } } do
        local h = of(frame, series, "trend", half)
        if not h or not h.p or h.p > 0.05 or not h.growth or h.growth < 0.25 * w.growth then return end
      end
      return { onset = w.onset, times = w.last / w.first, before = w.first, n_before = 0, n_after = w.n, per_hour = w.per_hour }
    end
    -- What grew in one stretch, or nil; the second result: whether it could be examined at all, else why not.
    local function growth(frame, series, cut)
      local c = of(frame, series, "change_point", { direction = "up", from = cut.from, to = cut.to })
      local t = of(frame, series, "trend", { from = cut.from, to = cut.to })
      if not c or not c.examined then return nil, false, c and c.why end
      if t and t.sawtooth then return nil, true end
      local s = steady(frame, series, cut)
      if s then return s, true end
      if c.found and c.peak_times and c.peak_times >= options.times and (c.weak or c.growing ~= false) then
        -- One sample is no growth: before a restart it is a spike, at the end of the window nobody can tell yet.
        if c.n_after < 2 then
          if cut.to then return nil, true, nil, c.smallest_times end
          return nil, false, "only the last sample of memory is higher"
        end
        -- Fewer than four samples after the onset cannot show that it settles: found, but weak.
        return { onset = c.onset, times = c.peak_times, before = c.before, n_before = c.n_before, n_after = c.n_after,
                 per_hour = t and t.per_hour, weak = c.weak }, true
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
