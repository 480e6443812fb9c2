-- The share of requests slower than a limit, against what a budget allows: a latency objective and how fast it burns.
-- SPDX-License-Identifier: Apache-2.0
-- Entry spans only. A bucket of durations counts as slow by its mean, so the limit is met within 0.8 %. Unknown: fewer
-- than `least` requests of the operation. `times` is the burn rate: 1 spends the budget exactly over the window.
return review {
  version = 1,
  doc = "Of the requests of an operation the share slower than `limit` exceeds `allowed` by `times`, and not by chance (three standard errors); "
    .. "under `against` the earlier window is told beside it.",
  takes = { latency = { shape = "latency" } },
  options = { limit = duration, allowed = number { default = 0.01, least = 0, most = 1 }, times = number { default = 1, least = 0 },
              least = number { default = 20, least = 1, whole = true } },
  generic = true,
  yields = {
    slow_share = {
      subject = { "service", "operation" },
      numbers = { share = "share", share_before = "share", times = "ratio", limit = "s", slow = "", n = "", n_before = "" },
      lists = {},
      says = "$kind: $share of $operation of $service took longer than $limit ($slow of $n requests), $times of what is allowed",
    },
  },
  run = function (frames, options)
    local kind = options.yields or "slow_share"
    local units = { ns = 1e-9, us = 1e-6, ms = 1e-3, s = 1, m = 60, h = 3600, d = 86400 }
    local limit = 0
    for number, unit in string.gmatch(options.limit, "([%d%.]+)(%a+)") do limit = limit + tonumber(number) * (units[unit] or 0) end
    local entry = frames.latency:where { kind = { "server", "consumer", "root" } }
    if entry:rows() == 0 then
      return { unknown = { { kind = kind, slot = "latency", why = "no entry spans (server, consumer) in the window", cure = "a longer window, or send the server spans of the service" } } }
    end
    local all, order = {}, {}
    for row in entry:each() do
      local id = (row.service or "") .. "\0" .. (row.operation or "")
      local s = all[id]
      if not s then
        s = { subject = { service = row.service, operation = row.operation }, n = 0, slow = 0, n_before = 0, slow_before = 0 }
        all[id] = s
        order[#order + 1] = s
      end
      local slow = row.count > 0 and row.sum.seconds / row.count > limit and row.count or 0
      if row.window == "then" then
        s.n_before, s.slow_before = s.n_before + row.count, s.slow_before + slow
      else
        s.n, s.slow = s.n + row.count, s.slow + slow
      end
    end
    local found, examined, unknown = {}, {}, {}
    for _, s in ipairs(order) do
      if s.n < options.least then
        unknown[#unknown + 1] = { kind = kind, subject = s.subject, why = s.n .. " requests, at least " .. options.least .. " are needed", cure = "a longer window" }
      else
        local share, bound = s.slow / s.n, options.allowed * options.times
        local error = math.sqrt(bound * (1 - math.min(1, bound)) / s.n)
        if share > bound and share - bound >= 3 * error then
          found[#found + 1] = { kind = kind, subject = s.subject, strength = math.max(0.5, 1 - bound / share),
            numbers = { share = share, share_before = s.n_before > 0 and s.slow_before / s.n_before or nil, times = options.allowed > 0 and share / options.allowed or nil,
                        limit = limit, slow = s.slow, n = s.n, n_before = s.n_before > 0 and s.n_before or nil } }
        end
        examined[#examined + 1] = { kind = kind, subject = s.subject, smallest = { share = math.min(1, bound + 3 * error), slow = math.ceil(s.n * bound + 1) } }
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
