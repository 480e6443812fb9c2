-- Jobs pile up: the queue of a printer rose at a change point and still rises. A review of one's own.
-- SPDX-License-Identifier: Apache-2.0
return review {
  version = 1,
  doc = "The queue rose by at least `jobs` at a change point and has not come back down.",
  takes = { waiting = "metric.jobs_waiting" },
  options = { jobs = number { default = 5 } },
  yields = {
    backlog = {
      subject = { "service" },
      numbers = { before = "{job}", waiting = "{job}" },
      lists = {},
      says = "jobs of $service pile up since $onset: $before → $waiting",
    },
  },
  run = function (frames, options)
    local found, examined, unknown = {}, {}, {}
    for _, row in ipairs(kernel.change_point(frames.waiting, { by = { "service" }, direction = "up" }):table()) do
      local subject = { service = row.service }
      if not row.examined then
        unknown[#unknown + 1] = { kind = "backlog", subject = subject, why = row.why or "too few samples", cure = "a longer window" }
      else
        if row.found and row.last - row.before >= options.jobs then
          found[#found + 1] = { subject = subject, onset = row.onset, strength = row.weak and 0.5 or 0.9,
            numbers = { before = row.before, waiting = row.last } }
        end
        examined[#examined + 1] = { subject = subject, smallest = { waiting = (row.before or 0) + options.jobs } }
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
