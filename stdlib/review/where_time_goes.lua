-- Where the slow requests spend longer: self time per step of slow traces against typical ones.
-- SPDX-License-Identifier: Apache-2.0
-- Self time is the time of a step less that of the steps it waits for, so a caller is never found for its callee's
-- slowness. Shares are of the sum of what all steps take longer. The critical path is what the request waited for: a
-- step that runs beside others has self time and no path. Weak: fewer than 5 slow traces or 5 typical ones.
return review {
  version = 2,
  doc = "Self time per trace of each service and operation, slow traces against typical ones; found where a step explains at "
    .. "least `share` of the difference and takes at least `times` as long.",
  takes = { slow = "spans.slowest", typical = "spans.typical" },
  options = { share = number { default = 0.2, least = 0, most = 1 }, times = number { default = 1.2, least = 1 } },
  yields = {
    where_time_goes = {
      subject = { "service", "operation" },
      numbers = { self_slow = "s", self_typical = "s", times = "ratio", share = "share", path_slow = "share", path_typical = "share",
                  calls_slow = "", calls_typical = "", slow_traces = "", typical_traces = "" },
      lists = { "waiting" },
      says = "slow requests spend $share of their extra time in $operation of $service itself: $self_typical → $self_slow a trace ($times), "
        .. "critical path $path_typical → $path_slow, n $typical_traces / $slow_traces traces; waiting for it: $waiting",
    },
  },
  run = function (frames, options)
    for _, slot in ipairs { "slow", "typical" } do
      if frames[slot]:rows() == 0 then
        return { unknown = { { kind = "where_time_goes", slot = slot, why = "no traces in the window", cure = "a longer window, or a higher sampling rate" } } }
      end
    end
    local by = { "service", "operation" }
    local function key(row) return (row.service or "") .. "\0" .. (row.operation or "") end
    local function paths(frame)
      local out = {}
      for row in kernel.critical_path(frame, { by = by }):each("service", "operation", "share") do out[key(row)] = row.share end
      return out
    end
    local path_slow, path_typical = paths(frames.slow), paths(frames.typical)
    local found, examined, steps = {}, {}, {}
    for row in kernel.where_time(frames.slow, frames.typical, { by = by }):each() do
      local subject = { service = row.service, operation = row.operation }
      if row.share and row.share >= options.share and (not row.times or row.times >= options.times) then
        local waiting = {}
        steps[key(row)] = { names = waiting, seen = {} }
        local few = row.slow_traces < 5 or row.typical_traces < 5
        found[#found + 1] = { kind = "where_time_goes", subject = subject, strength = math.min(1, row.share) * (few and 0.6 or 1),
          numbers = { self_slow = row.self_slow, self_typical = row.self_typical, times = row.times, share = row.share,
                      path_slow = path_slow[key(row)] or 0, path_typical = path_typical[key(row)] or 0, calls_slow = row.slow_count,
                      calls_typical = row.typical_count, slow_traces = row.slow_traces, typical_traces = row.typical_traces },
          lists = { waiting = waiting } }
      end
      examined[#examined + 1] = { kind = "where_time_goes", subject = subject, smallest = { share = options.share, times = options.times } }
    end
    -- Who waits for the steps found: the nearest caller of another service, else of another operation. Above 50 000
    -- spans the first ones tell.
    if #found > 0 then
      local spans, rows = {}, {}
      for row in frames.slow:first(50000):each("trace_id", "span_id", "parent_id", "service", "operation", "kind") do
        if row.span_id then spans[(row.trace_id or "") .. row.span_id] = row end
        if steps[key(row)] then rows[#rows + 1] = row end
      end
      for _, row in ipairs(rows) do
        local step, other, client, at = steps[key(row)], nil, nil, row
        for _ = 1, 64 do   -- deeper, or in a ring of parents: nobody
          at = at.parent_id and spans[(at.trace_id or "") .. at.parent_id]
          if not at then break end
          if at.service ~= row.service then
            if at.kind ~= "client" and at.kind ~= "producer" then other = at; break end
            client = client or at
          elseif at.operation ~= row.operation then
            other = other or at
          end
        end
        if client and (not other or other.service == row.service) then other = client end
        local name = other and (other.service or "?") .. " " .. (other.operation or "?")
        if name and not step.seen[name] then step.seen[name] = 0; step.names[#step.names + 1] = name end
        if name then step.seen[name] = step.seen[name] + 1 end
      end
      for _, step in pairs(steps) do
        local seen = step.seen
        table.sort(step.names, function (a, b) return seen[a] ~= seen[b] and seen[a] > seen[b] or seen[a] == seen[b] and a < b end)
        if #step.names == 0 then step.names[1] = "–" end
      end
    end
    return { found = found, examined = examined }
  end,
}
