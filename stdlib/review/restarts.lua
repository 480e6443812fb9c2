-- Restarts: memory of an instance falls at once and stays down.
-- SPDX-License-Identifier: Apache-2.0
-- What ended a climb is known (kernel cycles) from counters that began anew or went on, from missing samples, from the
-- name (a heap falls by collections; memory that the kernel counts falls back to its beginning only with the process).
-- Where none tells: three falls or more with fewer than 15 samples between are a collector's work, and two or more in an
-- unbroken rhythm are half as strong. `times` lists every restart, the numbers are of the largest.
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
    local function judge(row, cycles)
      local subject = { service = row.service, instance = row.instance }
      local known = cycles.ended == "restart"
      if (row.count or 0) > 0 and (known or not row.rhythmic) and cycles.ended ~= "collection" then
        -- Two falls or more that break no rhythm may be a collector's as well.
        local sure = (known or row.count < 2 or row.breaks * 2 > row.count) and 1 or 0.5
        local times = {}
        for time in string.gmatch(row.times or "", "[^, ]+") do times[#times + 1] = time end
        found[#found + 1] = { kind = "restarts", subject = subject, onset = row.at, strength = sure * math.min(1, 0.5 + (row.share or 0) / 2),
          numbers = { count = row.count, before = row.before, after = row.after }, lists = { times = times } }
      end
      if (row.why and row.count == 0) or row.n < 2 then
        unknown[#unknown + 1] = { kind = "restarts", subject = subject, why = row.why or "fewer than 2 samples of memory", cure = "a longer window" }
      else
        examined[#examined + 1] = { kind = "restarts", subject = subject }
      end
    end
    for group in kernel.groups(frames.memory, { by = { "service" } }):each("service") do
      local of_service = frames.memory:where { service = group.service }
      local cycles = kernel.cycles(of_service, { share = options.share }):table()
      for i, row in ipairs(kernel.resets(of_service, { share = options.share }):table()) do judge(row, cycles[i]) end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
