-- The suspects: services in which several signals changed, less what their callees explain.
-- SPDX-License-Identifier: Apache-2.0
--
-- Each earlier finding about a service adds to its score as independent evidence does: 1 − ∏(1 − weight × strength).
-- A service that calls one which slowed as well, and whose own resources are well, is slow because of its callee: its
-- latency counts a quarter.
local weights = { memory_growth = 0.7, latency_tail = 0.4, error_rise = 0.3, restarts = 0.3, cpu_spikes = 0.25 }
local order = { "memory_growth", "latency_tail", "error_rise", "restarts", "cpu_spikes" }

return review {
  version = 1,
  doc = "Ranks services by what was found about them; the onset is that of the memory growth, else of the tail of latency.",
  takes = {
    memory = { "metric.memory", optional = true }, cpu = { "metric.cpu", optional = true }, errors = { "metric.error_rate", optional = true },
    latency = { "spans.latency", optional = true }, calls = { "spans.calls", optional = true },
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
    table.sort(services)
    local callees = {}
    if frames.calls then
      for _, row in ipairs(kernel.groups(frames.calls, { by = { "caller", "callee" } }):table()) do
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
    local found, examined = {}, {}
    for _, s in ipairs(services) do
      local left, signs, onset = 1, {}, nil
      local resources = best[s].memory_growth or best[s].restarts
      for _, kind in ipairs(order) do
        local f = best[s][kind]
        if f then
          local weight = weights[kind]
          local note = ""
          if kind == "latency_tail" and not resources then
            local callee = slow_callee(s)
            if callee then weight = weight / 4; note = " (it waits for " .. callee .. ")" end
          end
          left = left * (1 - weight * f.strength)
          signs[#signs + 1] = kind .. note
          if not onset and (kind == "memory_growth" or kind == "latency_tail" or kind == "error_rise") then onset = f.onset end
        end
      end
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
        for _, row in ipairs(kernel.groups(frames[slot], { by = { "service" } }):table()) do
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
