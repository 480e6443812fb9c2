-- A series fell and stayed down.
-- SPDX-License-Identifier: Apache-2.0
-- One look for each series (instance, label); of several series of one subject the strongest is told. Weak where fewer
-- than four samples are lower. Unknown: fewer than 8 samples, or a fall of the last sample alone; under `against` fewer
-- than 6 samples in a window.
return review {
  version = 1,
  doc = "Any series: the median fell by `times` and by at least `least` at a change point and stayed there; under `against` from the earlier "
    .. "window to the later (Mann-Whitney, p at most 0.01).",
  takes = { series = { shape = "series" } },
  options = { times = number { default = 1.5, least = 1 }, least = number { default = 0, least = 0 }, by = list { default = { "service" } } },
  generic = true,
  yields = {
    drop = {
      subject = { "service" },
      numbers = { before = "", after = "", times = "ratio", shift = "", p = "", n_before = "", n_after = "" },
      lists = { "series" },
      says = "$kind: $series $before → $after since $onset, n $n_before / $n_after",
    },
  },
  run = function (frames, options)
    local kind = options.yields or "drop"
    if frames.series:rows() == 0 then
      return { unknown = { { kind = kind, slot = "series", why = "no samples in the window", cure = "a longer window, or a source that has this series" } } }
    end
    local against = frames.series:has("window")
    local labels = {}
    for _, name in ipairs(frames.series:columns()) do
      if name ~= "time" and name ~= "value" and name ~= "window" then labels[#labels + 1] = name end
    end
    local rows = against and kernel.compare(frames.series, { by = labels })
      or kernel.change_point(frames.series, { by = labels, direction = "down" })
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
        if row.found and row.n_after < 2 then why = "only the last sample is lower" end
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
        local enough = there and shift < 0 and (row.before <= 0 or times and times * options.times <= 1)
        if enough and math.abs(shift) >= options.least then
          local strength = times and 1 - 0.5 * math.min(1, times) or 0.8
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
        examined[#examined + 1] = { kind = kind, subject = state.subject, smallest = { times = 1 / options.times, shift = options.least } }
      else
        unknown[#unknown + 1] = { kind = kind, subject = state.subject, why = state.why, cure = "a longer window" }
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
