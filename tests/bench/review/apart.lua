-- Q3: the attribute values that tell slow spans from the others, by risk ratio with half a span added on each side.
-- SPDX-License-Identifier: Apache-2.0
return review {
  version = 1,
  doc = "Risk of being slow with the value over that without it, smoothed by 0.5; the three largest.",
  takes = { contrast = "spans.contrast" },
  options = { most = number { default = 3 } },
  yields = {
    apart = { subject = { "service", "operation", "attribute", "value" }, numbers = { slow = "", fast = "", ratio = "ratio", rank = "" },
      lists = {}, says = "$attribute is $value in $slow slow and $fast other requests of $operation (risk ratio $ratio)." },
  },
  run = function (frames, options)
    local columns, rows, found = {}, {}, {}
    for _, name in ipairs { "service", "operation", "attribute", "value", "slow", "fast", "slow_rows", "fast_rows" } do
      columns[name] = frames.contrast:column(name)
    end
    for i, slow in ipairs(columns.slow) do
      local fast, all_slow, all_fast = columns.fast[i], columns.slow_rows[i], columns.fast_rows[i]
      local other = (all_slow - slow + 0.5) / (all_slow - slow + all_fast - fast + 1)
      rows[i] = { at = i, ratio = slow / (slow + fast) / other }
    end
    table.sort(rows, function (a, b)
      if a.ratio ~= b.ratio then return a.ratio > b.ratio end
      return a.at < b.at
    end)
    for rank = 1, math.min(options.most, #rows) do
      local at = rows[rank].at
      found[rank] = { strength = 1 / rank,
        subject = { service = columns.service[at], operation = columns.operation[at], attribute = columns.attribute[at], value = columns.value[at] },
        numbers = { slow = columns.slow[at], fast = columns.fast[at], ratio = rows[rank].ratio, rank = rank } }
    end
    return { found = found }
  end,
}
