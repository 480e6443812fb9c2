-- Restarts: memory of an instance falls at once and stays down.
-- SPDX-License-Identifier: Apache-2.0
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
      says = "$service restarted ($count), at $onset memory fell from $before to $after",
    },
  },
  run = function (frames, options)
    local found, examined, unknown = {}, {}, {}
    for _, row in ipairs(kernel.resets(frames.memory, { share = options.share }):table()) do
      local subject = { service = row.service, instance = row.instance }
      if (row.count or 0) > 0 and not row.sawtooth then
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
    return { found = found, examined = examined, unknown = unknown }
  end,
}
