-- A series beyond a limit, and since when: what the reviews `above` and `below` share.
-- SPDX-License-Identifier: Apache-2.0
-- One look for each series (instance, label); of several series of one subject the strongest is told. Values that are
-- not finite are left out. Unknown: fewer than `least` samples.
--     limit(frames.series, options, { kind = "above", limit = options.over, sign = 1 })
return function (series, options, way)
  local kind = options.yields or way.kind
  local limit, least = way.limit, options.least
  local none = { kind = kind, slot = "series", why = "no samples in the window", cure = "a longer window, or a source that has this series" }
  if series:rows() == 0 then return { unknown = { none } } end
  local function beyond(value, than)
    if way.sign > 0 then return value > than end
    return value < than
  end
  local labels, all, order = {}, {}, {}
  for _, name in ipairs(series:columns()) do
    if name ~= "time" and name ~= "value" and name ~= "window" then labels[#labels + 1] = name end
  end
  for row in series:sort("time"):each() do
    local parts, value = {}, row.value
    for _, name in ipairs(labels) do
      if row[name] then parts[#parts + 1] = name .. "=" .. row[name] end
    end
    local key = table.concat(parts, "\0")
    local s = all[key]
    if not s then
      local subject = {}
      for _, name in ipairs(options.by) do subject[name] = row[name] end
      s = { n = 0, beyond = 0, run = 0, parts = parts, subject = subject, since = {} }
      all[key] = s
      order[#order + 1] = s
    end
    if row.window ~= "then" and value and value - value == 0 then   -- neither NaN nor infinite
      s.n = s.n + 1
      if beyond(value, limit) then
        s.beyond, s.run = s.beyond + 1, s.run + 1
        if s.run == 1 and not s.onset then s.first, s.since = row.time, {} end
        if s.run == least and not s.onset then s.onset, s.n_before = s.first, s.n - least end
        if not s.extreme or beyond(value, s.extreme) then s.extreme = value end
      else
        s.run = 0
      end
      if s.run > 0 or s.onset then s.since[#s.since + 1] = value end
    end
  end
  local best, seen, subjects = {}, {}, {}
  for _, s in ipairs(order) do
    local id = {}
    for _, name in ipairs(options.by) do id[#id + 1] = s.subject[name] or "" end
    id = table.concat(id, "\0")
    if not seen[id] then seen[id] = { subject = s.subject, n = 0 }; subjects[#subjects + 1] = id end
    seen[id].n = math.max(seen[id].n, s.n)
    if s.onset then
      local over = 0
      for _, value in ipairs(s.since) do
        if beyond(value, limit) then over = over + 1 end
      end
      table.sort(s.since)
      local n = #s.since
      local strength = (0.4 + 0.6 * over / n) * (n < 4 and 0.6 or 1)
      if not best[id] or strength > best[id].strength then
        best[id] = { kind = kind, subject = s.subject, onset = s.onset, strength = strength,
          numbers = { value = (s.since[math.floor((n + 1) / 2)] + s.since[math.floor(n / 2) + 1]) / 2, limit = limit, extreme = s.extreme,
                      n_beyond = s.beyond, n_before = s.n_before, n_after = n },
          lists = { series = #s.parts > 0 and s.parts or { "the series" } } }
      end
    end
  end
  local found, examined, unknown = {}, {}, {}
  for _, id in ipairs(subjects) do
    found[#found + 1] = best[id]
    if seen[id].n >= least then
      examined[#examined + 1] = { kind = kind, subject = seen[id].subject, smallest = { value = limit } }
    else
      unknown[#unknown + 1] = { kind = kind, subject = seen[id].subject, why = seen[id].n .. " finite samples, at least " .. least .. " are needed",
        cure = "a longer window" }
    end
  end
  return { found = found, examined = examined, unknown = unknown }
end
