-- Q2: the operations whose p95 rose most, by the ratio after to before, with all three percentiles of both windows.
-- SPDX-License-Identifier: Apache-2.0
return review {
  version = 1,
  doc = "Exact nearest-rank percentiles; the four largest ratios of p95.",
  takes = { latency = "spans.percentiles" },
  options = { most = number { default = 4 } },
  yields = {
    slower = { subject = { "service", "operation" },
      numbers = { times = "ratio", rank = "", p50_before = "s", p95_before = "s", p99_before = "s", p50_after = "s",
                  p95_after = "s", p99_after = "s" },
      lists = {}, says = "$operation of $service: p95 $p95_before → $p95_after ($times)." },
  },
  run = function (frames, options)
    local before, rows, found = {}, {}, {}
    local function key(row) return (row.service or "") .. "\0" .. row.operation end
    for _, row in ipairs(frames.latency:where { window = "then" }:table()) do before[key(row)] = row end
    for _, row in ipairs(frames.latency:where { window = "now" }:table()) do
      local was = before[key(row)]
      if was and was.p95.seconds > 0 then rows[#rows + 1] = { was = was, is = row, times = row.p95.seconds / was.p95.seconds } end
    end
    table.sort(rows, function (a, b)
      if a.times ~= b.times then return a.times > b.times end
      return key(a.is) < key(b.is)
    end)
    for rank = 1, math.min(options.most, #rows) do
      local was, is = rows[rank].was, rows[rank].is
      found[rank] = { subject = { service = is.service, operation = is.operation }, strength = 1 / rank,
        numbers = { times = rows[rank].times, rank = rank, p50_before = was.p50, p95_before = was.p95, p99_before = was.p99,
                    p50_after = is.p50, p95_after = is.p95, p99_after = is.p99 } }
    end
    return { found = found }
  end,
}
