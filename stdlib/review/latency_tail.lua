-- A longer tail of latency: the p95 of a service's entry spans rose at a change point.
-- SPDX-License-Identifier: Apache-2.0
-- The change point is looked for in p95 per bucket of time, the numbers are of all requests before and since. Client
-- spans do not count. Weak: fewer than `least` requests since. Unknown: fewer than 8 buckets of time.
return review {
  version = 1,
  doc = "Entry spans (server, consumer, roots without a service) of one operation: p95 per time bucket rose at a change point, "
    .. "and p95 over all requests since then is at least `times` that before.",
  takes = { latency = "spans.latency" },
  options = { times = number { default = 1.5 }, least = number { default = 8 } },
  yields = {
    latency_tail = {
      subject = { "service", "operation" },
      numbers = { p50_before = "s", p50_after = "s", p95_before = "s", p95_after = "s", times = "ratio", n_before = "", n_after = "" },
      lists = {},
      says = "$operation of $service: p95 $p95_before → $p95_after ($times) since $onset, p50 $p50_before → $p50_after, n $n_before / $n_after",
    },
  },
  run = function (frames, options)
    local found, examined, unknown = {}, {}, {}
    local by = { "service", "operation" }
    local entry = frames.latency:where { kind = { "server", "consumer", "root" } }
    if entry:rows() == 0 then
      return { unknown = { { kind = "latency_tail", why = "no entry spans (server, consumer) in the window", cure = "a longer window" } } }
    end
    local function rose(row, of_service)
      local s = kernel.latency_summary(of_service:where { operation = row.operation }, { by = by, at = row.onset }):table()[1]
      local times = s and s.p95_times
      if times and times >= options.times and s.n_before >= options.least and s.n_after >= 3 then
        local strength = 1 - 0.5 / times
        if row.weak or s.n_after < options.least then strength = strength * 0.6 end
        found[#found + 1] = { kind = "latency_tail", subject = { service = row.service, operation = row.operation }, onset = row.onset,
          strength = strength,
          numbers = { p50_before = s.p50_before, p50_after = s.p50_after, p95_before = s.p95_before, p95_after = s.p95_after,
                      times = times, n_before = s.n_before, n_after = s.n_after } }
      end
    end
    for _, group in ipairs(kernel.groups(entry, { by = { "service" } }):table()) do
      local of_service = entry:where { service = group.service }
      local series = kernel.latency_series(of_service, { by = by })
      local rows = kernel.change_point(series, { by = by, value = "p95", direction = "up" })
      for _, row in ipairs(rows:where { found = true }:first(300):table()) do rose(row, of_service) end
      local seen, why, least = rows:column("examined"), rows:column("why"), rows:column("smallest_times")
      for i, operation in ipairs(rows:column("operation")) do
        local subject = { service = group.service, operation = operation }
        if seen[i] then
          local smallest = least[i] ~= null and math.max(options.times, least[i]) or options.times
          examined[#examined + 1] = { kind = "latency_tail", subject = subject, smallest = { times = smallest } }
        else
          unknown[#unknown + 1] = { kind = "latency_tail", subject = subject, why = why[i] ~= null and why[i] or "too few requests",
            cure = "a longer window" }
        end
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
