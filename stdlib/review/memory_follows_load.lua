-- Memory growth that requests explain: the load of the service rises and falls with its memory.
-- SPDX-License-Identifier: Apache-2.0
-- Per common bucket of time, load = a · (1 + β · (memory / memory before − 1)), by least squares over the whole window,
-- restarts and all: β 0 is a leak, 1 memory in proportion to load. Found and not found need β three quarters of its
-- standard error away from `share`, found also that β is 2.3 of them above 0 (p 0.01). Not found where memory did not
-- grow, whatever the load did. Unknown: no request rate of the service, fewer than 8 common buckets, or so few requests
-- that β may lie on either side of `share`. A service that no metric counts the requests of is judged by its entry spans
-- (server, consumer, roots without a service): sampling at an even share keeps their course.
return review {
  version = 3,
  doc = "Fits requests per second to memory over common buckets of time: found when the load rose by at least `share` of what memory "
    .. "rose by, and by `least` in all; unknown when so few requests came that either could be.",
  takes = { memory = "metric.memory", load = { "metric.request_rate", optional = true }, spans = { "spans.latency", optional = true } },
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
    local found, examined, unknown, growth, loads = {}, {}, {}, {}, {}
    for _, f in ipairs(earlier) do
      if f.kind == "memory_growth" and f.subject.service then
        local g = growth[f.subject.service]
        if not g or f.strength > g.strength then growth[f.subject.service] = f end
      end
    end
    local entry = frames.spans and frames.spans:where { kind = { "server", "consumer", "root" } }
    for slot, frame in pairs { load = frames.load, spans = entry } do
      for row in kernel.groups(frame, { by = { "service" } }):each("service") do
        if row.service and loads[row.service] ~= "load" then loads[row.service] = slot end
      end
    end
    -- The length of the buckets of time that spans are counted in, in seconds.
    local width
    if entry and entry:rows() > 0 then
      local last
      for row in kernel.bucket(entry, { by = {}, value = "count", reduce = "sum" }):each("time") do
        local apart = last and (row.time - last).seconds
        if apart and apart > 0 and (not width or apart < width) then width = apart end
        last = row.time
      end
    end
    -- When the series of a frame begins and the distance of its samples in seconds (that of its longest series).
    local function rhythm(frame)
      local first, n, interval
      for _, row in ipairs(kernel.groups(frame):first(300):table()) do
        if row.first and (not n or row.n > n) then
          n, interval = row.n, row.n > 1 and (row.last - row.first).seconds / (row.n - 1) or 0
        end
        if row.first and (not first or row.first < first) then first = row.first end
      end
      return first, interval or 0
    end
    -- Common buckets: { memory, load, time }; the load is summed over the instances that were sampled.
    local function buckets(memory, load, counted)
      local first, a = rhythm(memory)
      local b = counted and width or 0
      if not counted then b = select(2, rhythm(load)) end
      local step = 2 * math.max(a, b)
      if not first or step <= 0 then return {} end
      local span = kernel.groups(memory, { by = { "service" } }):table()[1]
      step = math.max(step, (span.last - span.first).seconds / 240)
      local sums, out = {}, {}
      local how = { step = step, origin = first, reduce = "mean" }
      if counted then
        step = b * math.ceil(step / b)
        first = kernel.groups(entry, { by = {} }):table()[1].first
        how = { step = step, origin = first, reduce = "sum", value = "count" }
      end
      local rows = kernel.bucket(load, how)
      local times, values = rows:column("time"), rows:column("value")
      for i, time in ipairs(times) do
        local key = tostring(time)
        sums[key] = (sums[key] or 0) + (counted and values[i] / step or values[i])
      end
      -- Around a restart requests are missing from the counters: the buckets beside a deep fall of memory tell nothing.
      local last, skip
      for _, row in ipairs(kernel.bucket(memory, { by = { "service" }, step = step, origin = first, reduce = "median" }):table()) do
        if row.value then
          if last and row.value < 0.7 * last then skip = 2 end
          local l = sums[tostring(row.time)]
          if l and not (skip and skip > 0) then out[#out + 1] = { memory = row.value, load = l, time = row.time } end
          if skip then skip = skip - 1 end
          last = row.value
        end
      end
      return out
    end
    local function mean(list)
      local sum = 0
      for _, v in ipairs(list) do sum = sum + v end
      return #list > 0 and sum / #list or nil
    end
    -- The fit: β, its standard error, levels on both sides; nil with fewer than 8 buckets.
    local function fit(memory, load, g, counted)
      local rows = buckets(memory, load, counted)
      local n, level = #rows, g.numbers.before
      if n < 8 or not level or level <= 0 then return nil, n end
      local sx, sy, sxx, sxy, top = 0, 0, 0, 0, 0
      for _, row in ipairs(rows) do
        row.x = row.memory / level - 1
        top = math.max(top, row.x)
        sx, sy, sxx, sxy = sx + row.x, sy + row.load, sxx + row.x * row.x, sxy + row.x * row.load
      end
      local spread = sxx - sx * sx / n
      if spread <= 0 or sy <= 0 then return nil, n end
      local slope = (sxy - sx * sy / n) / spread
      local at_rest = math.max((sy - slope * sx) / n, 0.02 * sy / n)
      local rest = 0
      for _, row in ipairs(rows) do rest = rest + (row.load - (sy - slope * sx) / n - slope * row.x) ^ 2 end
      -- Before the onset against since; of growth since the first sample, and between restarts, low memory against high.
      local low, high, m_low, m_high = {}, {}, {}, {}
      local middle = g.numbers.n_before == 0 and sx / n or nil
      for _, row in ipairs(rows) do
        local is_low = row.time < g.onset
        if middle then is_low = row.x < middle end
        local l, m = is_low and low or high, is_low and m_low or m_high
        l[#l + 1], m[#m + 1] = row.load, row.memory
      end
      local before, after = mean(low) or 0, mean(high) or 0
      return { beta = slope / at_rest, error = math.sqrt(rest / (n - 2) / spread) / at_rest, top = top,
               before = before, after = after, times = before > 0 and after / before or nil, n_before = #low, n_after = #high,
               memory_times = mean(m_low) and mean(m_high) and mean(m_high) / mean(m_low) or g.numbers.times }
    end
    local function judge(service, g)
      local subject = { service = service }
      local slot = loads[service]
      local counted = slot == "spans"
      local memory, load = frames.memory:where { service = service }, (counted and entry or frames.load):where { service = service }
      if g.subject.instance then memory = memory:where { instance = g.subject.instance } end
      local function unclear(c)
        return math.abs(c.beta - options.share) < 0.75 * c.error or c.beta > options.share and c.beta < 2.3 * c.error
      end
      -- The load of the instance that grows, where it is known and enough; else that of all.
      local own = g.subject.instance and load:where { instance = g.subject.instance }
      local c, n = nil, 0
      if own and own:rows() > 0 then c, n = fit(memory, own, g, counted) end
      if not c or unclear(c) then
        local all, n_all = fit(memory, load, g, counted)
        if all then c = all else n = math.max(n or 0, n_all or 0) end
      end
      -- A metric with too few samples: the spans may tell more.
      if not c and not counted and entry then
        local n_spans
        c, n_spans = fit(memory, entry:where { service = service }, g, true)
        n = math.max(n or 0, n_spans or 0)
        if c then slot = "spans" end
      end
      if not c then
        unknown[#unknown + 1] = { kind = "memory_follows_load", subject = subject, slot = slot,
          why = "too few samples of the request rate of " .. service .. ": " .. n .. " common with memory, at least 8 are needed", cure = "a longer window" }
      elseif unclear(c) then
        unknown[#unknown + 1] = { kind = "memory_follows_load", subject = subject, slot = slot,
          why = "so few requests came to " .. service .. " that their rate may have risen with memory or not", cure = "a longer window, or more requests" }
      else
        if c.beta > options.share and 1 + c.beta * c.top >= options.least then
          local times = c.times or 1e6
          found[#found + 1] = { kind = "memory_follows_load", subject = subject, onset = g.onset, from = { "memory", slot },
            strength = math.max(0.3, math.min(1, 1 - 0.5 / math.max(1, times))),
            numbers = { memory_times = c.memory_times, load_times = times, before = c.before, after = c.after,
                        n_before = c.n_before, n_after = c.n_after } }
        end
        examined[#examined + 1] = { kind = "memory_follows_load", subject = subject, from = { "memory", slot },
          smallest = { load_times = math.max(options.least, 1 + (options.share + 0.75 * c.error) * c.top) } }
      end
    end
    for row in kernel.groups(frames.memory, { by = { "service" } }):each("service") do
      local service = row.service
      if service and not loads[service] then
        unknown[#unknown + 1] = { kind = "memory_follows_load", subject = { service = service }, slot = "load",
          why = "no request rate of " .. service, cure = "send request durations or span metrics of this service" }
      elseif service and growth[service] then
        judge(service, growth[service])
      elseif service then
        examined[#examined + 1] = { kind = "memory_follows_load", subject = { service = service }, from = { "memory" } }
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
