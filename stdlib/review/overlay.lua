-- Messages and latency laid over memory: what rises together, and which comes first.
-- SPDX-License-Identifier: Apache-2.0
-- A message that rises with memory may be its cause, its effect or the load's: this helps a claim and never decides
-- it. Positive lag: memory moves first. Two smooth series move together by chance, so that r counts and not p alone.
-- Unknown: fewer than 8 common buckets of time, or a side that is constant, over which nothing can be laid.
return review {
  version = 2,
  doc = "Rank correlation of memory with the p50 of latency (kind moves_together) and with the rate of each frequent message (kind overlay) "
    .. "on common buckets of time, at lag 0 or at the lag where it is largest.",
  takes = { memory = "metric.memory", latency = "spans.latency", kinds = { "logs.templates", optional = true } },
  options = { r = number { default = 0.6, least = 0, most = 1 }, most = number { default = 12, least = 1 } },
  yields = {
    moves_together = {
      subject = { "service" }, numbers = { r = "", r0 = "", lag = "s", p = "", n = "" }, lists = {},
      says = "latency of $service rises with its memory (rank correlation $r at a lag of $lag, $r0 without, over $n buckets)",
    },
    overlay = {
      subject = { "service", "template" }, numbers = { r = "", r0 = "", lag = "s", p = "", n = "", with_latency = "" }, lists = {},
      says = "“$template” of $service comes with its memory (rank correlation $r at a lag of $lag, $r0 without, over $n buckets)",
    },
  },
  run = function (frames, options)
    local found, examined, unknown = {}, {}, {}
    local by = { by = { "service" } }
    local names = { ["the first series is constant"] = "its memory is constant: nothing can be laid over it",
                    ["only in the first frame"] = "no common buckets of time", ["only in the second frame"] = "no common buckets of time" }
    -- The best of lag 0 and of the lags, if it counts; where the lag adds less than a tenth, lag 0.
    local function judge(kind, slot, subject, memory, other, how, latency)
      local now, lagged = { by = { "service" }, max_lag = 0 }, { by = { "service" } }
      for k, v in pairs(how) do now[k], lagged[k] = v, v end
      local a = kernel.overlay(memory, other, now):table()[1]
      if not a or a.why or not a.r0 then
        local why = a and a.why or "no common buckets of time"
        if why == "the second series is constant" then why = kind == "overlay" and "its rate is constant" or "its latency is constant" end
        local constant = why:find("constant", 1, true)
        unknown[#unknown + 1] = { kind = kind, subject = subject, slot = slot, why = names[why] or why,
          cure = constant and "a stretch of time in which it changes" or "a longer window" }
        return
      end
      local best, lag, p = a.r0, 0, a.p
      local b = kernel.overlay(memory, other, lagged):table()[1]
      if b and b.r and b.r > best + 0.1 and b.p <= 0.05 then best, lag, p = b.r, b.lag, b.p end
      if best >= options.r and p and p <= 0.05 then
        local numbers = { r = best, r0 = a.r0, lag = lag, p = p, n = a.n }
        if kind == "overlay" and latency then
          local c = kernel.overlay(latency, other, { by = { "service" }, value = "p50", value2 = "value", reduce2 = "sum", max_lag = 0 }):table()[1]
          numbers.with_latency = c and c.r0
        end
        found[#found + 1] = { kind = kind, subject = subject, strength = math.min(1, best), numbers = numbers }
      end
      examined[#examined + 1] = { kind = kind, subject = subject, smallest = { r = math.max(options.r, math.min(1, 1.96 / math.sqrt(a.n - 1))) } }
    end
    local memory, services, latency_of = {}, {}, {}
    for row in kernel.groups(frames.memory, by):each("service") do
      if row.service then memory[row.service] = frames.memory:where { service = row.service } end
    end
    if not next(memory) then
      local none = { slot = "memory", why = "no memory in the window", cure = "send process.memory.usage, or take a longer window" }
      for _, kind in ipairs { "moves_together", "overlay" } do
        unknown[#unknown + 1] = { kind = kind, slot = none.slot, why = none.why, cure = none.cure }
      end
      return { unknown = unknown }
    end
    local latency = kernel.latency_series(frames.latency:where { kind = { "server", "consumer", "root" } }, by)
    for row in kernel.groups(latency, by):each("service") do
      local s = row.service
      if s and memory[s] then
        latency_of[s] = latency:where { service = s }
        judge("moves_together", "latency", { service = s }, memory[s], latency_of[s], { value2 = "p50" })
      end
    end
    for row in kernel.groups(frames.memory, by):each("service") do
      if row.service and not latency_of[row.service] then
        unknown[#unknown + 1] = { kind = "moves_together", slot = "latency", subject = { service = row.service }, why = "no entry spans of the service",
          cure = "send its server spans, or take a longer window" }
      end
    end
    if frames.kinds and frames.kinds:rows() > 0 then
      local counts = kernel.template_series(frames.kinds)
      for row in frames.kinds:sort("after", "descending"):each("service", "template", "after") do
        local s = row.service
        if s and memory[s] and (services[s] or 0) < options.most and row.after >= 8 then
          services[s] = (services[s] or 0) + 1
          judge("overlay", "kinds", { service = s, template = row.template }, memory[s], counts:where { service = s, template = row.template },
            { reduce2 = "sum" }, latency_of[s])
        end
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
