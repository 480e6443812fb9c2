-- Messages and latency laid over memory: what rises together.
-- SPDX-License-Identifier: Apache-2.0
-- A message that rises with memory may be its cause, its effect or the load's: this helps a claim and never decides
-- it.
return review {
  version = 1,
  doc = "Rank correlation of memory with the p50 of latency (kind moves_together) and with the rate of each frequent message (kind overlay) "
    .. "on common buckets of time.",
  takes = { memory = "metric.memory", latency = "spans.latency", kinds = { "logs.templates", optional = true } },
  options = { r = number { default = 0.6 }, most = number { default = 12 } },
  yields = {
    moves_together = {
      subject = { "service" }, numbers = { r = "", n = "" }, lists = {},
      says = "latency of $service rises with its memory (rank correlation $r over $n buckets)",
    },
    overlay = {
      subject = { "service", "template" }, numbers = { r = "", n = "" }, lists = {},
      says = "“$template” of $service comes with its memory (rank correlation $r over $n buckets)",
    },
  },
  run = function (frames, options)
    local found, examined, unknown = {}, {}, {}
    local by = { by = { "service" } }
    local function judge(kind, subject, row)
      if not row or row.why or not row.r0 then
        unknown[#unknown + 1] = { kind = kind, subject = subject, why = row and row.why or "no common buckets of time", cure = "a longer window" }
        return
      end
      if row.r0 >= options.r and row.p and row.p <= 0.05 then
        found[#found + 1] = { kind = kind, subject = subject, strength = math.min(1, row.r0), numbers = { r = row.r0, n = row.n } }
      end
      examined[#examined + 1] = { kind = kind, subject = subject, smallest = { r = options.r } }
    end
    if frames.memory:rows() == 0 then
      return { unknown = { { kind = "moves_together", slot = "memory", why = "no memory in the window", cure = "a longer window" },
                           { kind = "overlay", slot = "memory", why = "no memory in the window", cure = "a longer window" } } }
    end
    local memory = {}
    for _, row in ipairs(kernel.groups(frames.memory, by):table()) do
      if row.service then memory[row.service] = frames.memory:where { service = row.service } end
    end
    local entry = frames.latency:where { kind = { "server", "consumer", "root" } }
    local latency = kernel.latency_series(entry, by)
    for _, row in ipairs(kernel.groups(latency, by):table()) do
      if memory[row.service] then
        judge("moves_together", { service = row.service },
          kernel.overlay(memory[row.service], latency:where { service = row.service }, { by = { "service" }, value2 = "p50", max_lag = 0 }):table()[1])
      end
    end
    if frames.kinds and frames.kinds:rows() > 0 then
      local counts = kernel.template_series(frames.kinds)
      local used = {}
      for _, row in ipairs(frames.kinds:sort("after", "descending"):first(200):table()) do
        local s = row.service
        if s and memory[s] and (used[s] or 0) < options.most and row.after >= 8 then
          used[s] = (used[s] or 0) + 1
          judge("overlay", { service = s, template = row.template },
            kernel.overlay(memory[s], counts:where { service = s, template = row.template }, { by = { "service" }, reduce2 = "sum", max_lag = 0 }):table()[1])
        end
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
