-- Memory that keeps rising and does not settle: per instance, stretch by stretch between restarts.
-- SPDX-License-Identifier: Apache-2.0
-- An instance is examined stretch by stretch between restarts. Found: a change point after which memory still rises, a
-- steady rise since the first sample, a rise of the last 2 or 3 samples (weak: nobody knows yet whether it settles),
-- or a rising floor under a collector's sawtooth, or cycles of one climb that restarts ended (kernel cycles: counters that
-- begin anew, samples that are missing, or that it is memory which the kernel counts, not a heap). Unknown: fewer than 8
-- samples, a rise of the last sample alone or of a few that do not climb, cycles of which neither name nor counter tells.
return review {
  version = 1,
  doc = "Memory of an instance rose by `times` since a change point and still rises (or the rise is the end of the window), since the "
    .. "first sample, or on the floor of a collector's sawtooth; stretches between restarts are examined one by one. A plateau "
    .. "after warm-up, a sawtooth whose floor stays and a one-off step are not growth.",
  takes = { memory = "metric.memory" },
  options = { times = number { default = 1.3 } },
  yields = {
    memory_growth = {
      subject = { "service", "instance" },
      numbers = { before = "By", peak = "By", times = "ratio", per_hour = "By", n_before = "", n_after = "" },
      lists = {},
      says = "memory of $service grows since $onset: $before → $peak ($times), $per_hour an hour, n $n_before / $n_after",
    },
    memory_cycles = {
      subject = { "service", "instance" },
      numbers = { restarts = "", before = "By", peak = "By", climbing = "", cycles = "" },
      lists = { "times" },
      says = "$service is killed or restarted $restarts times: memory climbs from $before to $peak and begins anew ($climbing of $cycles cycles)",
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
    local function stretches(reset, restarted)
      local cuts = { {} }
      if (reset.count or 0) > 0 and (restarted or not reset.rhythmic) then
        for time in string.gmatch(reset.times or "", "[^, ]+") do
          cuts[#cuts].to = time
          cuts[#cuts].broken = restarted or reset.breaks * 2 > reset.count
          cuts[#cuts + 1] = { from = time }
        end
      end
      return cuts
    end
    -- Medians of some twelve equal stretches of time: what noise and single samples do not move.
    local function blocks(frame, series, cut)
      local all = of(frame, series, "groups", { from = cut.from, to = cut.to })
      if not all or not all.first or all.n < 8 then return {} end
      local step = (all.last - all.first).seconds / math.min(12, math.floor(all.n / 2)) * 1.001
      if step <= 0 then return {} end
      local out = {}
      for _, row in ipairs(kernel.bucket(frame, { from = cut.from, to = cut.to, step = step, origin = all.first }):table()) do
        if same(row, series) and row.value then out[#out + 1] = row end
      end
      return out, step
    end
    -- Growth keeps what it has: memory that had been as high before, or that gave a quarter of its rise back since,
    -- comes and goes, as a random walk or the waves of a day do.
    local function keeps(frame, series, cut, onset)
      local b, step = blocks(frame, series, cut)
      local before, top, high, came, given = {}, nil, nil, 0, 0   -- `came`: and went before the onset
      for _, row in ipairs(b) do
        if (onset - row.time).seconds >= step then
          before[#before + 1] = row.value
          top = math.max(top or row.value, row.value)
          came = math.max(came, top - row.value)
        else
          high = math.max(high or row.value, row.value)
          given = math.max(given, high - row.value)
        end
      end
      if not high then return true end
      table.sort(before)
      local level = before[math.ceil(#before / 2)] or b[1].value
      local rise = high - level
      if given > 0.15 * rise or came > 0.3 * rise then return false end
      -- A step or two that stay are no growth: it goes on, or went up often.
      local ups, still = 0, 0
      for i = 2, #b do
        if b[i].value - b[i - 1].value > 0.05 * rise then ups, still = ups + 1, 0 else still = still + 1 end
      end
      return ups >= 3 or still < 2
    end
    -- Still rising: the second half of the time since the onset adds a tenth of the rise or more. A settling curve does not.
    local function still_rises(frame, series, onset, cut, rise)
      local all = of(frame, series, "groups", { from = onset, to = cut.to })
      if not all or all.n < 4 then return true end
      local half = all.n < 8 and all.first or all.first + (all.last - all.first) / 2
      local late = of(frame, series, "trend", { from = half, to = cut.to, whole = true })
      return not late or not late.growth or late.growth >= 0.1 * rise
    end
    -- Two or three high samples are growth when each is higher than the one before; a batch's work is a plateau.
    local function climbs(frame, c)
      if frame:rows() > 10000 then return false end
      local times, values, last, left = frame:column("time"), frame:column("value"), c.before, c.n_after
      for i, time in ipairs(times) do
        if time >= c.onset and left > 0 and values[i] ~= null then
          if values[i] - last < 0.1 * (c.max - c.before) then return false end
          last, left = values[i], left - 1
        end
      end
      return true
    end
    -- Steady since the first sample: there is no level before, but both halves rise. nil when it is not so.
    local function steady(frame, series, cut)
      local function trend(from, to) return of(frame, series, "trend", { from = from, to = to, whole = true }) end
      local w = trend(cut.from, cut.to)
      if not w or w.n < 8 or not w.first or w.first <= 0 or w.p > 0.001 or w.r < 0.8 or w.last / w.first < options.times then return end
      local middle = w.onset + (w.peak_time - w.onset) / 2
      for _, h in ipairs { trend(cut.from, middle) or {}, trend(middle, cut.to) or {} } do
        if not h.p or h.p > 0.05 or not h.growth or h.growth < 0.25 * w.growth then return end
      end
      local late = trend(w.onset + (w.peak_time - w.onset) * (2 / 3), cut.to)
      if late and late.growth and late.growth < 0.12 * w.growth or not keeps(frame, series, cut, w.onset) then return end
      return { onset = w.onset, times = w.last / w.first, before = w.first, n_before = 0, n_after = w.n, per_hour = w.per_hour }
    end
    -- What a collector cannot free is the floor of its teeth: the least value between falls of a tenth or more. It grows
    -- when nine in ten pairs of floors rise and the last third is above the first; the first tooth may begin half way up.
    local function floor(frame, series)
      if frame:rows() > 10000 then return end
      local floors, last, low_now, low_at = {}, nil, nil, nil
      local times = frame:column("time")
      local at = {}
      for i, v in ipairs(frame:column("value")) do
        if v ~= null then
          if last and v < 0.9 * last then
            if low_now then floors[#floors + 1], at[#at + 1] = low_now, low_at end
            low_now, low_at = v, times[i]
          elseif low_now and v < low_now then
            low_now, low_at = v, times[i]
          end
          last = v
        end
      end
      if low_now then floors[#floors + 1], at[#at + 1] = low_now, low_at end
      if #floors < 6 or #floors > 1000 then return end
      local up, pairs_of = 0, 0
      for i = 1, #floors do
        for k = i + 1, #floors do
          pairs_of = pairs_of + 1
          if floors[k] > floors[i] then up = up + 1 end
        end
      end
      if up < 0.9 * pairs_of then return end
      local third = math.floor(#floors / 3)
      local i, k = math.ceil(third / 2), #floors - math.floor(third / 2)
      local low, high = floors[i], floors[k]
      if low <= 0 or high / low < options.times then return end
      local hours = (at[k] - at[i]).seconds / 3600
      if hours <= 0 then return end
      return { onset = times[1], times = high / low, before = low, n_before = 0, n_after = series.n, per_hour = (high - low) / hours,
               floor = true }
    end
    -- What grew in one stretch, or nil; the second result: whether it could be examined at all, else why not.
    local function growth(frame, series, cut, restarted)
      local c = of(frame, series, "change_point", { direction = "up", from = cut.from, to = cut.to })
      local t = of(frame, series, "trend", { from = cut.from, to = cut.to })
      if not c or not c.examined then return nil, false, c and c.why end
      if t and t.sawtooth or series.rhythmic and not restarted then return nil, true end
      local s = steady(frame, series, cut)
      if s then return s, true end
      if c.found and c.peak_times and c.peak_times >= options.times and (c.weak or c.growing ~= false) then
        -- One sample is no growth: before a restart it is a spike, at the end of the window nobody can tell yet.
        if c.n_after < 2 then
          if cut.to then return nil, true, nil, c.smallest_times end
          return nil, false, "only the last sample of memory is higher"
        end
        local mine = cut.to and { from = cut.from, to = cut.to } or { from = cut.from }
        if c.max_before and c.max_before - c.before > 0.6 * (c.max - c.before) then return nil, true, nil, c.smallest_times end
        if c.weak then
          if not climbs(frame, c) then
            if cut.to then return nil, true, nil, c.smallest_times end
            return nil, false, "only the last " .. c.n_after .. " samples of memory are higher, and do not climb"
          end
          if cut.to and not cut.broken then return nil, true, nil, c.smallest_times end
        elseif cut.to and not cut.broken and c.n_after < 8 then
          return nil, true, nil, c.smallest_times   -- a batch that took memory and gave it back
        elseif not keeps(frame, series, mine, c.onset) or not still_rises(frame, series, c.onset, mine, c.max - c.before) then
          return nil, true, nil, c.smallest_times
        end
        local pace = t and t.per_hour
        if not pace and c.max_time > c.onset then
          -- Too few samples for a slope: from the level before to the peak, one sample earlier than the onset.
          pace = (c.max - c.before) / ((c.max_time - c.onset).seconds / 3600 * c.n_after / (c.n_after - 1))
        end
        -- Fewer than four samples after the onset cannot show that it settles: found, but weak.
        return { onset = c.onset, times = c.peak_times, before = c.before, n_before = c.n_before, n_after = c.n_after,
                 per_hour = pace, weak = c.weak }, true
      end
      return nil, true, nil, c.smallest_times
    end
    -- Cycles that climb, when it is known what ended them: growth between restarts, or a collector's garbage, which grows
    -- only with its floor. The first result is nil when shape alone must do.
    local function known(frame, reset, c)
      if not c.climbs or c.falls < 2 then return end
      if c.ended == "restart" and (c.times_level or 0) >= options.times then
        return { onset = c.onset, times = c.times_level, before = c.level, n_before = 0, n_after = c.n, per_hour = c.slope * 3600, cycles = c }, true
      end
      if c.ended ~= "collection" then return end
      if c.told == "counter" and c.heap == false and c.depth >= 0.5 then
        return false, false, "memory falls back " .. c.falls .. " times while a counter of the process goes on: freed, or workers that begin anew",
          "memory or start time of each worker process"
      end
      local f = floor(frame, reset)
      if not f and c.rising_floor and c.first_level > 0 and c.last_level / c.first_level >= options.times then
        local hours = (c.last - c.onset).seconds / 3600
        f = { onset = c.onset, times = c.last_level / c.first_level, before = c.first_level, n_before = 0, n_after = c.n,
              per_hour = (c.last_level - c.first_level) / hours, floor = true }
      end
      return f or false, true
    end
    -- A heap that climbed, was collected once and climbs again has grown when it is higher than it was.
    local function collected(c) return c.ended == "collection" and c.falls == 1 and c.cycles > 0 and c.climbing == c.cycles end
    local function by_shape(frame, reset, c)
      local best, could, why, smallest
      local cuts = stretches(reset, c.ended == "restart")
      for _, cut in ipairs(cuts) do
        if not (collected(c) and cut.to) then
          local g, seen, because, least = growth(frame, reset, cut, c.ended == "restart")
          could, why, smallest = could or seen, why or because, smallest or least
          if g and collected(c) and g.before * g.times < 1.1 * reset.before then g = nil end
          if g and (not best or g.times > best.times) then best = g end
        end
      end
      return best, could, why, smallest
    end
    local function judge(reset, of_service, c)
      local subject = { service = reset.service, instance = reset.instance }
      local frame = reset.instance and of_service:where { instance = reset.instance } or of_service
      local smallest
      local best, could, why, cure = known(frame, reset, c)
      local told = best ~= nil
      if not told then best, could, why, smallest = by_shape(frame, reset, c) end
      if not best and not told then
        best = floor(frame, reset)
        could = could or best ~= nil
      end
      -- Two falls or more while the samples keep their rhythm: what grew between may be garbage, freed by a collector, or a
      -- leak, ended by restarts that whoever reads memory from outside did not miss a sample by.
      local rhythm_kept = not told and c.ended ~= "restart" and (reset.count or 0) >= 2 and not reset.rhythmic and reset.breaks * 2 <= reset.count
      if best and rhythm_kept and not best.floor then
        best, could = nil, false
        why = "memory rises and falls " .. reset.count .. " times while its samples keep their rhythm: restarts or a collector, nobody tells"
        cure = "uptime or start time of the process, or memory after each collection"
      end
      if best then
        local strength = 1 - 0.5 / best.times
        if best.weak then strength = strength * 0.6 end
        found[#found + 1] = { kind = "memory_growth", subject = subject, onset = best.onset, strength = strength,
          numbers = { before = best.before, peak = best.before * best.times, times = best.times, per_hour = best.per_hour,
                      n_before = best.n_before, n_after = best.n_after } }
        if best.cycles then
          local times = {}
          for time in string.gmatch(c.times, "[^, ]+") do times[#times + 1] = time end
          found[#found + 1] = { kind = "memory_cycles", subject = subject, onset = c.onset, strength = strength,
            numbers = { restarts = c.falls, before = c.level, peak = c.peak, climbing = c.climbing, cycles = c.cycles }, lists = { times = times } }
        end
      end
      if could then
        examined[#examined + 1] = { kind = "memory_growth", subject = subject, smallest = { times = math.max(options.times, smallest or 0) } }
      else
        unknown[#unknown + 1] = { kind = "memory_growth", subject = subject, why = why or "too few samples of memory",
          cure = cure or "a longer window or a shorter export interval: at least 8 samples" }
      end
    end
    -- Service by service: a table of rows holds a few hundred instances.
    for group in kernel.groups(frames.memory, { by = { "service" } }):each("service") do
      local of_service = frames.memory:where { service = group.service }
      local cycles = kernel.cycles(of_service):table()
      for i, reset in ipairs(kernel.resets(of_service):table()) do judge(reset, of_service, cycles[i]) end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
