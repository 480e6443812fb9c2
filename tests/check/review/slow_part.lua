-- A review for the files of tests/check: operations and traces of the slow part.
-- SPDX-License-Identifier: Apache-2.0
local function judge(frames)
  for _, row in ipairs(frames.latency:table()) do
    if row.n > 1 then repeat row = nil until not row end
  end
  return { found = {} }
end

return review {
  version = 1,
  doc = "One operation is slow.",
  takes = { latency = "spans.latency" },
  yields = {
    slow_part = { subject = { "service", "operation" }, numbers = { times = "ratio" }, lists = { "traces" }, says = "$operation of $service is slow" },
  },
  run = judge,
}
