-- The load of a service changed: requests per second before and after a change point.
-- SPDX-License-Identifier: Apache-2.0
-- The rate is that of the service, summed over its instances, so that one instance more is no fall of the load. A load
-- that stopped changed 0 times; one that began out of nothing has no ratio. Weak where fewer than four samples differ.
-- Unknown: fewer than 8 samples, or a change of the last sample alone.
return review {
  version = 2,
  doc = "Requests per second of a service rose or fell by `times` at a change point and stayed there.",
  takes = { load = "metric.request_rate" },
  options = { times = number { default = 1.5, least = 1 } },
  yields = {
    load_change = {
      subject = { "service" },
      numbers = { before = "req/s", after = "req/s", times = "ratio", p = "", n_before = "", n_after = "" },
      lists = {},
      says = "$service serves $before → $after since $onset, n $n_before / $n_after",
    },
  },
  run = function (frames, options)
    if frames.load:rows() == 0 then
      return { unknown = { { kind = "load_change", why = "no samples of the request rate in the window",
        cure = "send http.server.request.duration or the Collector's span metrics, or take a longer window" } } }
    end
    local found, examined, unknown = {}, {}, {}
    local function judge(rows)
      for row in rows:each() do
        local subject = { service = row.service }
        local why = not row.examined and (row.why or "fewer than 8 samples")
        if row.found and row.n_after < 2 then why = "only the last sample differs" end
        if why then
          unknown[#unknown + 1] = { kind = "load_change", subject = subject, why = why, cure = "a longer window" }
        else
          local t = row.times
          if row.found and row.before > 0 and row.after <= 0 then t = 0 end
          local begun = row.found and row.before <= 0 and row.after > 0
          if row.found and (begun or t and (t >= options.times or t * options.times <= 1)) then
            local strength = 1
            if t and t > 0 then strength = 1 - 0.5 * math.min(t, 1 / t) end
            found[#found + 1] = { kind = "load_change", subject = subject, onset = row.onset, strength = strength * (row.weak and 0.6 or 1),
              numbers = { before = row.before, after = row.after, times = t, p = row.p, n_before = row.n_before, n_after = row.n_after } }
          end
          examined[#examined + 1] = { kind = "load_change", subject = subject, smallest = { times = math.max(options.times, row.smallest_times or 0) } }
        end
      end
    end
    local instances, one, many = {}, {}, {}
    for row in kernel.groups(frames.load, { by = { "service", "instance" } }):each("service") do
      if row.service then instances[row.service] = (instances[row.service] or 0) + 1 end
    end
    for row in kernel.groups(frames.load, { by = { "service" } }):each("service") do
      local list = (instances[row.service or ""] or 1) > 1 and many or one
      list[#list + 1] = row.service
    end
    if #many == 0 then
      judge(kernel.change_point(frames.load, { by = { "service" } }))
    else
      if #one > 0 then judge(kernel.change_point(frames.load:where { service = one }, { by = { "service" } })) end
      -- One sample of each instance in a bucket; the last bucket may lack some of them and is left out.
      local each = kernel.bucket(frames.load:where { service = many }, { by = { "service", "instance" } })
      local last
      for row in each:each("time") do
        if not last or last < row.time then last = row.time end
      end
      judge(kernel.change_point(kernel.bucket(each, { by = { "service" }, reduce = "sum" }), { by = { "service" }, to = last }))
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
