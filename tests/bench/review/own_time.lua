-- Q4: the steps in which the slowest requests spend most time of their own.
-- SPDX-License-Identifier: Apache-2.0
return review {
  version = 1,
  doc = "Self time, children's intervals taken off, summed over the traces; the three largest.",
  takes = { slowest = "spans.slowest" },
  options = { most = number { default = 3 } },
  yields = {
    own_time = { subject = { "service", "operation" }, numbers = { self = "s", rank = "" }, lists = {},
      says = "$operation of $service spends $self itself." },
  },
  run = function (frames, options)
    local found = {}
    local rows = kernel.self_time(frames.slowest, { by = { "service", "operation" } })
    for rank, row in ipairs(rows:sort("self", "descending"):first(options.most):table()) do
      found[rank] = { subject = { service = row.service, operation = row.operation }, strength = 1 / rank,
        numbers = { self = row.self, rank = rank } }
    end
    return { found = found }
  end,
}
