-- Restarts: memory of an instance falls at once and stays down.
-- SPDX-License-Identifier: Apache-2.0
-- Three falls or more with fewer than 15 samples between are a collector's work, unless samples are missing or change
-- their rhythm at the falls. `times` lists every restart, the numbers are of the largest.
return review {
  version = 1,
  doc = "Falls of memory by more than `share` that last, fewer than a collector's sawtooth has: the process began anew.",
  takes = { memory = "metric.memory" },
  options = { share = number { default = 0.3 } },
  yields = {
    restarts = {
      subject = { "service", "instance" },
      numbers = { count = "", before = "By", after = "By" },
      lists = { "times" },
      says = "restarts of $service: $count, memory fell from $before to $after at $onset",
    },
  },
  run = function (frames, options)
    local found, examined, unknown = {}, {}, {}
    -- A process that begins anew misses a sample or begins a new rhythm of samples; a collector does neither.
    local function rhythm_breaks(frame, reset)
      if frame:rows() > 10000 then return false end
      local times, gaps, sorted, breaks = frame:column("time"), {}, {}, 0
      for i = 2, #times do
        gaps[tostring(times[i])] = (times[i] - times[i - 1]).seconds
        sorted[i - 1] = gaps[tostring(times[i])]
      end
      table.sort(sorted)
      local usual = sorted[math.ceil(#sorted / 2)] or 0
      for time in string.gmatch(reset.times or "", "[^, ]+") do
        local gap = gaps[time]
        if gap and math.abs(gap - usual) > 0.05 * usual then breaks = breaks + 1 end
      end
      return breaks > reset.count / 2
    end
    -- Three falls or more, with few samples between: a collector's work, as memory_growth takes them, unless the rhythm of the samples says restarts.
    local function is_sawtooth(frame, reset)
      return reset.sawtooth or reset.count >= 3 and reset.n / (reset.count + 1) < 15 and not rhythm_breaks(frame, reset)
    end
    local function judge(row, of_service)
      local subject = { service = row.service, instance = row.instance }
      local frame = row.instance and of_service:where { instance = row.instance } or of_service
      if (row.count or 0) > 0 and not is_sawtooth(frame, row) then
        local times = {}
        for time in string.gmatch(row.times or "", "[^, ]+") do times[#times + 1] = time end
        found[#found + 1] = { kind = "restarts", subject = subject, onset = row.at, strength = math.min(1, 0.5 + (row.share or 0) / 2),
          numbers = { count = row.count, before = row.before, after = row.after }, lists = { times = times } }
      end
      if (row.why and row.count == 0) or row.n < 2 then
        unknown[#unknown + 1] = { kind = "restarts", subject = subject, why = row.why or "fewer than 2 samples of memory", cure = "a longer window" }
      else
        examined[#examined + 1] = { kind = "restarts", subject = subject }
      end
    end
    for _, group in ipairs(kernel.groups(frames.memory, { by = { "service" } }):table()) do
      local of_service = frames.memory:where { service = group.service }
      for _, row in ipairs(kernel.resets(of_service, { share = options.share }):table()) do judge(row, of_service) end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
