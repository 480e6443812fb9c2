-- Q1: the three instances whose memory rises most, by least squares over minutes, falls at restarts added back.
-- SPDX-License-Identifier: Apache-2.0
return review {
  version = 1,
  doc = "Slope in bytes a minute of the means of each minute, the three largest.",
  takes = { memory = "metric.named" },
  options = { most = number { default = 3 } },
  yields = {
    growth = { subject = { "service", "instance" }, numbers = { slope = "By", rank = "" }, lists = {},
      says = "$instance of $service grows by $slope a minute." },
  },
  run = function (frames, options)
    local found = {}
    local rows = kernel.line(frames.memory, { by = { "service", "instance" } })
    for rank, row in ipairs(rows:sort("slope", "descending"):first(options.most):table()) do
      found[rank] = { subject = { service = row.service, instance = row.instance }, strength = 1 / rank,
        numbers = { slope = (row.slope or 0) * 60, rank = rank } }
    end
    return { found = found }
  end,
}
