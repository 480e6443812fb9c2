-- Memory growth that requests explain: the load of the service rose by as much since the same time.
-- SPDX-License-Identifier: Apache-2.0
-- Not found where memory did not grow, whatever the load did. Unknown: no request rate of the service, or fewer than 3
-- samples on a side whose peaks cannot be compared either.
return review {
  version = 1,
  doc = "Compares the medians of requests per second and of memory before and after the onset of the memory growth, up to the "
    .. "first restart: found when the load rose by at least `share` of what memory rose by, and visibly (p ≤ 0.05).",
  takes = { memory = "metric.memory", load = "metric.request_rate" },
  options = { share = number { default = 0.5 }, least = number { default = 1.2 } },
  yields = {
    memory_follows_load = {
      subject = { "service" },
      numbers = { memory_times = "ratio", load_times = "ratio", before = "req/s", after = "req/s", n_before = "", n_after = "" },
      lists = {},
      says = "memory of $service follows its load: requests $before → $after ($load_times), memory $memory_times, n $n_before / $n_after",
    },
  },
  run = function (frames, options, earlier)
    local found, examined, unknown, seen = {}, {}, {}, {}
    local growth = {}
    for _, f in ipairs(earlier) do
      if f.kind == "memory_growth" and f.subject.service then
        local g = growth[f.subject.service]
        if not g or f.strength > g.strength then growth[f.subject.service] = f end
      end
    end
    local function median(list)
      table.sort(list)
      return list[math.ceil(#list / 2)]
    end
    -- Common buckets of time, split at the median of memory: the load in either half, of at least 8 buckets.
    local function high_and_low(memory, load)
      local first = kernel.groups(memory, { by = { "service" } }):table()[1]
      local span = first and first.first and (first.last - first.first).seconds or 0
      if span <= 0 then return end
      local step = span / math.max(8, math.min(60, math.floor(first.n / 2)))
      local with = { by = { "service" }, step = step, origin = first.first }
      local of_time, both, values = {}, {}, {}
      for _, row in ipairs(kernel.bucket(load, with):table()) do of_time[tostring(row.time)] = row.value end
      for _, row in ipairs(kernel.bucket(memory, with):table()) do
        local l = of_time[tostring(row.time)]
        if l and row.value then
          both[#both + 1] = { row.value, l }
          values[#values + 1] = row.value
        end
      end
      if #both < 8 then return end
      local middle, low, high = median(values), {}, {}
      for _, pair in ipairs(both) do
        local side = pair[1] <= middle and low or high
        side[#side + 1] = pair[2]
      end
      if #low < 3 or #high < 3 then return end
      local n_low, n_high = #low, #high
      local above, before, after = 0, median(low), median(high)
      for _, l in ipairs(high) do
        if l > before then above = above + 1 end
      end
      -- Three in four of the high buckets above the middle of the low ones, or it is chance.
      return { before = before, after = after, times = before > 0 and after / before or nil, n_before = n_low, n_after = n_high,
               p = above >= 0.75 * n_high and 0.05 or 1 }
    end
    local loads = {}
    for _, row in ipairs(kernel.groups(frames.load, { by = { "service" } }):table()) do
      if row.service then loads[row.service] = true end
    end
    for _, row in ipairs(kernel.groups(frames.memory, { by = { "service" } }):table()) do
      local service = row.service
      if service and not seen[service] then
        seen[service] = true
        local g = growth[service]
        if not loads[service] then
          unknown[#unknown + 1] = { kind = "memory_follows_load", subject = { service = service }, slot = "load",
            why = "no request rate of " .. service, cure = "send request durations or span metrics of this service" }
        elseif not g then
          examined[#examined + 1] = { kind = "memory_follows_load", subject = { service = service } }
        else
          -- Up to the first restart after the onset, medians of the same time on both sides; growth since the first
          -- sample has no time before, there the halves are compared.
          local cells = { service = service }
          if g.subject.instance then cells.instance = g.subject.instance end
          local memory = frames.memory:where(cells)
          local t = kernel.trend(memory, { at = g.onset }):table()[1]
          local split = { by = { "service" }, at = g.onset, to = t and t.first_reset }
          if g.numbers.n_before == 0 and t and t.peak_time then split.at = g.onset + (t.peak_time - g.onset) / 2 end
          local c = kernel.compare(frames.load:where { service = service }, split):table()[1]
          local m = kernel.compare(memory, split):table()[1]
          if not c or not c.before or not c.after or c.n_before < 3 or c.n_after < 3 then
            -- Too few samples around the onset, as between restarts that follow soon: the load while memory was high
            -- against the load while it was low, over the whole window.
            local h = high_and_low(memory, frames.load:where { service = service })
            if h then c, m = h, nil end
          end
          if not c or not c.before or not c.after or c.n_before < 3 or c.n_after < 3 then
            -- Too few samples after a late onset to compare medians: the peaks still can be.
            if c and c.max_before and c.max_after then
              local times = c.max_before > 0 and c.max_after / c.max_before or 1
              local mem = g.numbers.times or 1
              if times >= options.least and times - 1 >= options.share * (mem - 1) then
                found[#found + 1] = { kind = "memory_follows_load", subject = { service = service }, onset = g.onset, strength = 0.4,
                  numbers = { memory_times = mem, load_times = times, before = c.max_before, after = c.max_after,
                              n_before = c.n_before, n_after = c.n_after } }
              end
              examined[#examined + 1] = { kind = "memory_follows_load", subject = { service = service }, smallest = { load_times = options.least } }
            else
              unknown[#unknown + 1] = { kind = "memory_follows_load", subject = { service = service }, slot = "load",
                why = "too few samples of the request rate of " .. service .. " around the onset", cure = "a longer window" }
            end
          else
            local times = c.times or (c.before <= 0 and c.after > 0 and 1e6 or 1)
            local mem = m and m.times or g.numbers.times or 1
            if times >= options.least and (c.p or 1) <= 0.05 and times - 1 >= options.share * (mem - 1) then
              found[#found + 1] = { kind = "memory_follows_load", subject = { service = service }, onset = g.onset,
                strength = 1 - 0.5 / times,
                numbers = { memory_times = mem, load_times = times, before = c.before, after = c.after,
                            n_before = c.n_before, n_after = c.n_after } }
            end
            examined[#examined + 1] = { kind = "memory_follows_load", subject = { service = service },
              smallest = { load_times = math.max(options.least, 1 + options.share * (mem - 1)) } }
          end
        end
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
