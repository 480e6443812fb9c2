-- The suspects: services in which several signals changed, less what their callees explain.
-- SPDX-License-Identifier: Apache-2.0
--
-- Each sign of a service adds to its score as independent evidence does: 1 − ∏(1 − weight × strength). Signs are the
-- earlier findings about it, and the shifts of its memory, CPU and errors at the common onset: the moment at which most
-- series of the system change, found from the series themselves. A shift counts by its ratio (a floor of the level keeps
-- series that stand still from counting for nothing), by its size beside the largest of the system, and by what noise
-- does; what more requests explain does not count.
-- A service that calls one which slowed as well, and whose own resources are well, is slow because of its callee: its
-- latency counts a quarter. So do the errors of one that calls one which fails as well.
local weights = { memory_growth = 0.7, latency_tail = 0.4, error_rise = 0.45, restarts = 0.3, cpu_spikes = 0.25 }
local order = { "memory_growth", "latency_tail", "error_rise", "restarts", "cpu_spikes" }
-- `floor`: what is nothing, in the unit of the measure; `print`: how a level is told.
local shifting = {
  { slot = "cpu", weight = 0.5, floor = 0.01, instead = "cpu_spikes", text = "%.3g → %.3g cores", scale = 1 },
  { slot = "memory", weight = 0.5, floor = 2e6, instead = "memory_growth", text = "%.4g → %.4g MB", scale = 1e-6 },
  { slot = "errors", weight = 0.45, floor = 0.02, instead = "error_rise", text = "%.3g → %.3g of requests", scale = 1 },
}

return review {
  version = 1,
  doc = "Ranks services by what was found about them and by how far memory, CPU and errors shifted at the common onset; the onset is "
    .. "that of the memory growth, else of the tail of latency, else the common one.",
  takes = {
    memory = { "metric.memory", optional = true }, cpu = { "metric.cpu", optional = true }, errors = { "metric.error_rate", optional = true },
    load = { "metric.request_rate", optional = true }, latency = { "spans.latency", optional = true }, calls = { "spans.calls", optional = true },
  },
  options = { least = number { default = 0.2 } },
  yields = {
    suspect = {
      subject = { "service" },
      numbers = { score = "" },
      lists = { "signs" },
      says = "$service is suspect (score $score): $signs",
    },
  },
  run = function (frames, options, earlier)
    local best, services = {}, {}
    for _, f in ipairs(earlier) do
      local s = f.subject.service
      if s and weights[f.kind] then
        if not best[s] then best[s] = {}; services[#services + 1] = s end
        local b = best[s][f.kind]
        if not b or f.strength > b.strength then best[s][f.kind] = f end
      end
    end
    -- Rows of a kernel without the limit of a table: by column.
    local function columns(frame, names)
      local out = { n = frame:rows() }
      for _, name in ipairs(names) do out[name] = frame:has(name) and frame:column(name) or {} end
      return out
    end
    -- How far from `a` to `b`, 0 to 1: 0.5 is twice or half.
    local function ratio(a, b, floor)
      local low, high = math.min(a, b) + floor, math.max(a, b) + floor
      return low > 0 and 1 - low / high or 0
    end
    -- The onset that most of what changed has in common, within a fiftieth of the window.
    local function common_onset()
      local votes, first, last = {}, nil, nil
      for _, signal in ipairs(shifting) do
        local frame = frames[signal.slot]
        if frame and frame:rows() > 0 then
          local c = columns(kernel.change_point(frame):first(10000), { "found", "weak", "onset", "before", "after" })
          for i = 1, c.n do
            if c.found[i] == true and c.weak[i] ~= true then
              votes[#votes + 1] = { at = c.onset[i], weight = ratio(c.before[i], c.after[i], signal.floor) }
            end
          end
          for _, row in ipairs(kernel.groups(frame, { by = {} }):first(1):table()) do
            if row.first and (not first or row.first < first) then first = row.first end
            if row.last and (not last or row.last > last) then last = row.last end
          end
        end
      end
      -- The 200 that changed most decide: the rest would add time, not sense.
      table.sort(votes, function (a, b)
        if a.weight ~= b.weight then return a.weight > b.weight end
        return a.at < b.at
      end)
      for i = #votes, 201, -1 do votes[i] = nil end
      local top
      for _, v in ipairs(votes) do
        v.sum = 0
        for _, w in ipairs(votes) do
          if math.abs((w.at - v.at).seconds) <= (last - first).seconds / 50 then v.sum = v.sum + w.weight end
        end
        if not top or v.sum > top.sum or (v.sum == top.sum and v.weight > top.weight) then top = v end
      end
      return top and top.sum >= 0.2 and top.at or nil
    end
    -- service -> slot -> { score, text } at the common onset.
    local function shifts_at(onset)
      local out, times = {}, {}
      if frames.load and frames.load:rows() > 0 then
        local c = columns(kernel.compare(frames.load, { by = { "service" }, at = onset }):first(10000), { "service", "times", "p", "n_before", "n_after" })
        for i = 1, c.n do
          if c.service[i] ~= null and c.times[i] and c.times[i] ~= null and c.p[i] ~= null and c.p[i] <= 0.01 then
            times[c.service[i]] = math.max(1, c.times[i])
          end
        end
      end
      for _, signal in ipairs(shifting) do
        local rows, largest = {}, 0
        local frame = frames[signal.slot]
        if frame and frame:rows() > 0 then
          local c = columns(kernel.compare(frame, { at = onset }):first(10000), { "service", "n_before", "n_after", "before", "after", "mad_before", "p" })
          for i = 1, c.n do
            if c.service[i] ~= null and c.n_before[i] >= 4 and c.n_after[i] >= 4 and c.p[i] ~= null and c.p[i] <= 0.01 then
              local before, after = c.before[i], c.after[i]
              -- What the load explains of a rise is none of the service's own.
              local expected = signal.slot ~= "errors" and before * (times[c.service[i]] or 1) or before
              if after > before then expected = math.min(expected, after) else expected = before end
              local delta = math.abs(after - expected)
              local noise = 5 * (c.mad_before[i] + 0.01 * math.abs(before)) + signal.floor / 2
              local score = ratio(expected, after, signal.floor) * math.min(1, delta / noise)
              if after < expected then score = 0.3 * score end   -- a fall is rather an effect than a cause
              rows[#rows + 1] = { service = c.service[i], delta = delta, score = score,
                                  text = string.format(signal.text, before * signal.scale, after * signal.scale) }
              largest = math.max(largest, delta)
            end
          end
        end
        for _, row in ipairs(rows) do
          local score = row.score * math.sqrt(row.delta / math.max(largest, 1e-300))
          local of = out[row.service] or {}
          out[row.service] = of
          if score >= 0.15 and (not of[signal.slot] or score > of[signal.slot].score) then of[signal.slot] = { score = score, text = row.text } end
        end
      end
      return out
    end
    local onset_of_all = common_onset()
    local shifts = onset_of_all and shifts_at(onset_of_all) or {}
    for service in pairs(shifts) do
      if not best[service] and next(shifts[service]) then
        best[service] = {}
        services[#services + 1] = service
      end
    end
    table.sort(services)
    local callees = {}
    if frames.calls then
      for row in kernel.groups(frames.calls, { by = { "caller", "callee" } }):each("caller", "callee") do
        if row.caller and row.callee and row.caller ~= row.callee then
          local list = callees[row.caller] or {}
          callees[row.caller] = list
          list[#list + 1] = row.callee
        end
      end
      for _, list in pairs(callees) do table.sort(list) end
    end
    -- Services reached through calls, however deep, nearest first.
    local function reached(service)
      local seen, queue, at = { [service] = true }, { service }, 1
      while queue[at] do
        for _, callee in ipairs(callees[queue[at]] or {}) do
          if not seen[callee] then
            seen[callee] = true
            queue[#queue + 1] = callee
          end
        end
        at = at + 1
      end
      return queue, seen
    end
    local function extra(tail)
      return tail.numbers.p95_after - tail.numbers.p95_before
    end
    -- What a slow service waits for: a callee that leaks, or slowed as much, or adds a third of the extra time (a caller
    -- that calls it again and again slows more than it). In a ring only the first two count, or all would be excused.
    local function slow_callee(service)
      local mine = best[service].latency_tail
      local queue = reached(service)
      for at = 2, #queue do
        local callee = best[queue[at]] or {}
        local theirs = callee.latency_tail
        if theirs then
          if callee.memory_growth or theirs.strength >= mine.strength then return queue[at] end
          local _, back = reached(queue[at])
          if not back[service] and extra(theirs) >= 0.3 * extra(mine) then return queue[at] end
        end
      end
    end
    -- What a failing service fails with: a callee that fails too, nearest first; in a ring nobody is excused.
    local function failing_callee(service)
      local queue = reached(service)
      for at = 2, #queue do
        local _, back = reached(queue[at])
        if (best[queue[at]] or {}).error_rise and not back[service] then return queue[at] end
      end
    end
    local found, examined = {}, {}
    for _, s in ipairs(services) do
      local left, signs, onset = 1, {}, nil
      local resources = best[s].memory_growth or best[s].restarts
      local told = {}
      for _, signal in ipairs(shifting) do
        local shift, f = shifts[s] and shifts[s][signal.slot], best[s][signal.instead]
        local weight = signal.weight
        if shift and signal.slot == "errors" and failing_callee(s) then weight = weight / 4 end
        if shift and (not f or weights[signal.instead] * f.strength < weight * shift.score) then
          told[signal.instead] = true
          left = left * (1 - weight * shift.score)
          signs[#signs + 1] = signal.slot .. " " .. shift.text
        end
      end
      for _, kind in ipairs(order) do
        local f = best[s][kind]
        if f and not told[kind] then
          local weight = weights[kind]
          local note = ""
          if kind == "latency_tail" and not resources then
            local callee = slow_callee(s)
            if callee then weight = weight / 4; note = " (it waits for " .. callee .. ")" end
          elseif kind == "error_rise" then
            local callee = failing_callee(s)
            if callee then weight = weight / 4; note = " (its callee " .. callee .. " fails)" end
          end
          left = left * (1 - weight * f.strength)
          signs[#signs + 1] = kind .. note
          if not onset and (kind == "memory_growth" or kind == "latency_tail" or kind == "error_rise") then onset = f.onset end
        end
      end
      if shifts[s] and next(shifts[s]) then onset = onset or onset_of_all end
      for _, kind in ipairs(order) do onset = onset or (best[s][kind] and best[s][kind].onset) end
      local score = 1 - left
      if score >= options.least then
        found[#found + 1] = { kind = "suspect", subject = { service = s }, onset = onset, strength = score,
          numbers = { score = score }, lists = { signs = signs } }
      end
    end
    local seen = {}
    for _, slot in ipairs { "memory", "cpu", "errors", "latency" } do
      if frames[slot] then
        for row in kernel.groups(frames[slot], { by = { "service" } }):each("service") do
          if row.service and not seen[row.service] then
            seen[row.service] = true
            examined[#examined + 1] = { kind = "suspect", subject = { service = row.service }, smallest = { score = options.least } }
          end
        end
      end
    end
    if not (frames.memory or frames.cpu or frames.errors or frames.latency) then
      return { unknown = { { kind = "suspect", slot = "memory", why = "neither metrics nor spans were answered", cure = "add a source of metrics or spans" } } }
    end
    return { found = found, examined = examined }
  end,
}
