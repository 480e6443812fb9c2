-- A longer tail of latency: the p95 of a service's entry spans rose at a change point.
-- SPDX-License-Identifier: Apache-2.0
-- The change point is looked for in p95 per bucket of time, the numbers are of all requests before and since. Client
-- spans do not count. Weak: fewer than `least` requests since. Unknown: fewer than 8 buckets of time with requests, a
-- rise with fewer than `least` requests before it or fewer than 3 since.
return review {
  version = 2,
  doc = "Entry spans (server, consumer, roots without a service) of one operation: p95 per time bucket rose at a change point, "
    .. "and p95 over all requests since then is at least `times` that before.",
  takes = { latency = "spans.latency" },
  options = { times = number { default = 1.5, least = 1 }, least = number { default = 8, least = 1 } },
  yields = {
    latency_tail = {
      subject = { "service", "operation" },
      numbers = { p50_before = "s", p50_after = "s", p95_before = "s", p95_after = "s", p99_before = "s", p99_after = "s", times = "ratio",
                  n_before = "", n_after = "" },
      lists = {},
      says = "$operation of $service: p95 $p95_before → $p95_after ($times) since $onset, p50 $p50_before → $p50_after, "
        .. "p99 $p99_before → $p99_after, n $n_before / $n_after",
    },
  },
  run = function (frames, options)
    local found, examined, unknown = {}, {}, {}
    local by = { "service", "operation" }
    local entry = frames.latency:where { kind = { "server", "consumer", "root" } }
    if entry:rows() == 0 then
      return { unknown = { { kind = "latency_tail", why = "no entry spans (server, consumer) in the window", cure = "a longer window, or send the server spans of the service" } } }
    end
    -- What all requests before and since say of a rise of the buckets; gives why it cannot be told, if so.
    local function rose(row, of_service)
      local s = kernel.latency_summary(of_service:where { operation = row.operation }, { by = by, at = row.onset }):table()[1]
      local times = s and s.p95_times
      if not times or times < options.times then return end
      if s.n_before < options.least or s.n_after < 3 then
        return "p95 rose, but there are " .. s.n_before .. " requests before and " .. s.n_after .. " since; " .. options.least .. " and 3 are needed"
      end
      local strength = 1 - 0.5 / times
      if row.weak or s.n_after < options.least then strength = strength * 0.6 end
      found[#found + 1] = { kind = "latency_tail", subject = { service = row.service, operation = row.operation }, onset = row.onset, strength = strength,
        numbers = { p50_before = s.p50_before, p50_after = s.p50_after, p95_before = s.p95_before, p95_after = s.p95_after,
                    p99_before = s.p99_before, p99_after = s.p99_after, times = times, n_before = s.n_before, n_after = s.n_after } }
    end
    for group in kernel.groups(entry, { by = { "service" } }):each("service") do
      local of_service = entry:where { service = group.service }
      local series = kernel.latency_series(of_service, { by = by })
      local rows = kernel.change_point(series, { by = by, value = "p95", direction = "up" })
      for row in rows:each("service", "operation", "examined", "found", "weak", "onset", "smallest_times", "why", "n") do
        local subject = { service = row.service, operation = row.operation }
        local why = not row.examined and "requests in " .. row.n .. " buckets of time, at least 8 are needed"
        if row.found then why = rose(row, of_service) end
        if why then
          unknown[#unknown + 1] = { kind = "latency_tail", subject = subject, why = why, cure = "a longer window, or a higher sampling rate" }
        else
          examined[#examined + 1] = { kind = "latency_tail", subject = subject, smallest = { times = math.max(options.times, row.smallest_times or 0) } }
        end
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
