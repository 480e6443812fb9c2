-- A series that moved and stayed there: what the reviews `rise` and `drop` share.
-- SPDX-License-Identifier: Apache-2.0
-- One look for each series (instance, label); of several series of one subject the strongest is told. Weak where fewer
-- than four samples are beyond. Unknown: fewer than 8 samples, or a move of the last sample alone; under `against` fewer
-- than 6 samples in a window.
--     shift(frames.series, options, { kind = "rise", sign = 1, direction = "up", word = "higher" })
return function (series, options, way)
  local kind = options.yields or way.kind
  if series:rows() == 0 then
    return { unknown = { { kind = kind, slot = "series", why = "no samples in the window", cure = "a longer window, or a source that has this series" } } }
  end
  local against = series:has("window")
  local labels = {}
  for _, name in ipairs(series:columns()) do
    if name ~= "time" and name ~= "value" and name ~= "window" then labels[#labels + 1] = name end
  end
  local rows = against and kernel.compare(series, { by = labels })
    or kernel.change_point(series, { by = labels, direction = way.direction })
  local best, seen, subjects = {}, {}, {}
  for row in rows:each() do
    local parts, subject, id = {}, {}, {}
    for _, name in ipairs(labels) do
      if row[name] then parts[#parts + 1] = name .. "=" .. row[name] end
    end
    for _, name in ipairs(options.by) do
      subject[name] = row[name]
      id[#id + 1] = row[name] or ""
    end
    id = table.concat(id, "\0")
    local state = seen[id]
    if not state then
      state = { subject = subject }
      seen[id] = state
      subjects[#subjects + 1] = id
    end
    local why, there, weak
    if against then
      if not row.p or row.n_before < 6 or row.n_after < 6 then
        why = "samples: " .. (row.n_before or 0) .. " then, " .. (row.n_after or 0) .. " now, at least 6 of each are needed"
      end
      there = not why and row.p <= 0.01
    else
      if not row.examined then why = row.why or "fewer than 8 samples" end
      if row.found and row.n_after < 2 then why = "only the last sample is " .. way.word end
      there, weak = row.found and not why, row.weak
    end
    if why then
      state.why = state.why or why
    else
      state.examined = true
      if row.smallest_times then state.times = math.max(state.times or 0, row.smallest_times) end
      local shift = there and (row.after - row.before) or 0
      local times = row.times
      if there and row.before > 0 and row.after <= 0 then times = 0 end
      local far = times and (way.sign > 0 and times >= options.times or way.sign < 0 and times * options.times <= 1)
      local enough = there and shift * way.sign > 0 and (row.before <= 0 or far)
      if enough and math.abs(shift) >= options.least then
        local strength = 0.8
        if times then strength = 1 - 0.5 * (way.sign > 0 and 1 / math.max(1, times) or math.min(1, times)) end
        if weak then strength = strength * 0.6 end
        if not best[id] or strength > best[id].strength then
          best[id] = { kind = kind, subject = subject, onset = row.onset, strength = strength,
            numbers = { before = row.before, after = row.after, times = times, shift = shift, p = row.p, n_before = row.n_before, n_after = row.n_after },
            lists = { series = #parts > 0 and parts or { "the series" } } }
        end
      end
    end
  end
  local found, examined, unknown = {}, {}, {}
  for _, id in ipairs(subjects) do
    local state = seen[id]
    found[#found + 1] = best[id]
    if state.examined then
      local times = way.sign > 0 and math.max(options.times, state.times or 0) or 1 / options.times
      examined[#examined + 1] = { kind = kind, subject = state.subject, smallest = { times = times, shift = options.least } }
    else
      unknown[#unknown + 1] = { kind = kind, subject = state.subject, why = state.why, cure = "a longer window" }
    end
  end
  return { found = found, examined = examined, unknown = unknown }
end
