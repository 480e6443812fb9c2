-- Errors rose: the share of failed requests of a service at a change point, with the requests counted where there are spans.
-- SPDX-License-Identifier: Apache-2.0
-- The share over time is that of the metric, a mean over instances, else that of the entry spans. Where spans are asked
-- for too, the requests before and since are counted and a rise needs Fisher's p of at most 0.01 (from 20 requests a
-- side). Unknown: fewer than 8 samples, or a rise of the last sample alone; weak where fewer than four are higher.
return review {
  version = 2,
  doc = "The error rate of a service's entry spans rose by at least `least` (a share) at a change point; exact counts and Fisher's test where there are spans.",
  takes = { errors = { "metric.error_rate", optional = true }, latency = { "spans.latency", optional = true } },
  options = { least = number { default = 0.02, least = 0, most = 1 } },
  yields = {
    error_rise = {
      subject = { "service" },
      numbers = { before = "share", after = "share", rise = "share", times = "ratio", p = "", n_before = "", n_after = "", failed_before = "", failed_after = "",
                  requests_before = "", requests_after = "" },
      lists = { "counts" },
      says = "errors of $service: $before → $after of its requests since $onset ($counts)",
    },
  },
  run = function (frames, options)
    local found, examined, unknown, judged = {}, {}, {}, {}
    local cure = "send http.server.request.duration or the Collector's span metrics, or spans of kind server"
    if not frames.errors and not frames.latency then
      return { unknown = { { kind = "error_rise", slot = "errors", why = "neither metrics nor spans were answered", cure = cure } } }
    end
    local entry = frames.latency and frames.latency:where { kind = { "server", "consumer", "root" } }
    if entry and entry:rows() == 0 then entry = nil end
    local by = { "service" }

    -- The requests of one service before and since: exact counts, nil without spans.
    local function counted(service, onset)
      if not (entry and service and onset) then return end
      local s = kernel.latency_summary(entry:where { service = service }, { by = by, at = onset }):table()[1]
      if s and (s.n_before or 0) > 0 and (s.n_after or 0) > 0 then return s end
    end
    local function judge(rows)
      for row in rows:each() do
        local subject = { service = row.service }
        local why = not row.examined and (row.why or "fewer than 8 samples")
        if row.found and row.n_after < 2 then why = "only the last sample is higher" end
        judged[row.service or ""] = not why
        if why then
          unknown[#unknown + 1] = { kind = "error_rise", subject = subject, slot = frames.errors and "errors" or "latency", why = why, cure = "a longer window" }
        else
          local rise = row.found and row.after - row.before or 0
          local s = row.found and rise >= options.least and counted(row.service, row.onset)
          local enough = s and s.n_before >= 20 and s.n_after >= 20
          if row.found and rise >= options.least and not (enough and s.error_p and s.error_p > 0.01) then
            local counts = "n " .. row.n_before .. " / " .. row.n_after
            local numbers = { before = row.before, after = row.after, rise = rise, times = row.times, p = row.p, n_before = row.n_before, n_after = row.n_after }
            if s then
              counts = s.errors_before .. "/" .. s.n_before .. " → " .. s.errors_after .. "/" .. s.n_after
              numbers.p, numbers.failed_before, numbers.failed_after = s.error_p, s.errors_before, s.errors_after
              numbers.requests_before, numbers.requests_after = s.n_before, s.n_after
            end
            found[#found + 1] = { kind = "error_rise", subject = subject, onset = row.onset,
              strength = math.min(1, 0.4 + rise) * (row.weak and 0.6 or 1), numbers = numbers, lists = { counts = { counts } } }
          end
          examined[#examined + 1] = { kind = "error_rise", subject = subject,
            smallest = { after = (row.before or 0) + math.max(options.least, row.smallest or 0), rise = math.max(options.least, row.smallest or 0) } }
        end
      end
    end
    local options_of = { by = by, direction = "up", floor = options.least / 5 }
    if frames.errors and frames.errors:rows() > 0 then
      local instances, many, one = {}, {}, {}
      for row in kernel.groups(frames.errors, { by = { "service", "instance" } }):each("service") do
        if row.service then instances[row.service] = (instances[row.service] or 0) + 1 end
      end
      for row in kernel.groups(frames.errors, { by = by }):each("service") do
        local list = (instances[row.service or ""] or 1) > 1 and many or one
        list[#list + 1] = row.service
      end
      if #many == 0 then
        judge(kernel.change_point(frames.errors, options_of))
      else
        if #one > 0 then judge(kernel.change_point(frames.errors:where { service = one }, options_of)) end
        local each = kernel.bucket(frames.errors:where { service = many }, { by = { "service", "instance" } })
        judge(kernel.change_point(kernel.bucket(each, { by = by, reduce = "mean" }), options_of))
      end
    end
    -- Services of which no metric tells, from their spans.
    local rest = {}
    if entry then
      for row in kernel.groups(entry, { by = by }):each("service") do
        if row.service and not judged[row.service] then rest[#rest + 1] = row.service end
      end
    end
    if #rest > 0 then
      for i = #unknown, 1, -1 do   -- spans may know what the metric does not
        if unknown[i].subject.service and judged[unknown[i].subject.service] == false then table.remove(unknown, i) end
      end
      judge(kernel.change_point(kernel.latency_series(entry:where { service = rest }, { by = by }),
        { by = by, value = "error_rate", direction = "up", floor = options.least / 5 }))
    end
    if #found + #examined + #unknown == 0 then
      return { unknown = { { kind = "error_rise", slot = frames.errors and "errors" or "latency", why = "no requests in the window", cure = cure } } }
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
