-- Errors rose: the share of failed requests of a service at a change point.
-- SPDX-License-Identifier: Apache-2.0
-- Unknown: fewer than 8 samples, or a rise of the last sample alone; weak where fewer than four samples are higher.
return review {
  version = 1,
  doc = "The error rate of a service's entry spans rose by at least `least` (a share) at a change point.",
  takes = { errors = "metric.error_rate" },
  options = { least = number { default = 0.02 } },
  yields = {
    error_rise = {
      subject = { "service" },
      numbers = { before = "share", after = "share", n_before = "", n_after = "" },
      lists = {},
      says = "errors of $service: $before → $after of its requests since $onset, n $n_before / $n_after",
    },
  },
  run = function (frames, options)
    local found, examined, unknown = {}, {}, {}
    for _, row in ipairs(kernel.change_point(frames.errors, { by = { "service" }, direction = "up", floor = options.least / 5 }):table()) do
      local subject = { service = row.service }
      local why = not row.examined and (row.why or "too few samples")
      if row.found and row.n_after < 2 then why = "only the last sample is higher" end
      if why then
        unknown[#unknown + 1] = { kind = "error_rise", subject = subject, why = why, cure = "a longer window" }
      else
        if row.found and row.after - row.before >= options.least then
          found[#found + 1] = { kind = "error_rise", subject = subject, onset = row.onset,
            strength = math.min(1, 0.4 + (row.after - row.before)) * (row.weak and 0.6 or 1),
            numbers = { before = row.before, after = row.after, n_before = row.n_before, n_after = row.n_after } }
        end
        examined[#examined + 1] = { kind = "error_rise", subject = subject, smallest = { after = (row.before or 0) + options.least } }
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
