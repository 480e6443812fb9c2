-- Q5: kinds of log messages that did not occur before and do now.
-- SPDX-License-Identifier: Apache-2.0
return review {
  version = 1,
  doc = "Templates without a line before and at least `least` after, of all services together.",
  takes = { kinds = "logs.templates" },
  options = { least = number { default = 10 } },
  yields = {
    fresh = { subject = { "template" }, numbers = { lines = "", rank = "" }, lists = {}, says = "$lines lines of a new kind: $template" },
  },
  run = function (frames, options)
    local found = {}
    local rows = kernel.template_diff(frames.kinds, { by = { "template" } }):where { before = 0 }
    for _, row in ipairs(rows:sort("after", "descending"):first(100):table()) do
      if row.after < options.least then break end
      found[#found + 1] = { subject = { template = row.template }, strength = 1 / (#found + 1),
        numbers = { lines = row.after, rank = #found + 1 } }
    end
    return { found = found }
  end,
}
