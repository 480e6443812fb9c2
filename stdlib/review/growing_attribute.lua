-- A number on spans that grows since the onset: a size or a count that should stay.
-- SPDX-License-Identifier: Apache-2.0
-- `first` is the level right after the onset, `max` the highest since, which must be `times` the highest before as well.
-- Not found: constants, noise, a pace as before, sequence numbers, less than `times`. Unknown: nothing sent before the
-- onset, or fewer than 3 buckets of time before or 4 after.
return review {
  version = 1,
  doc = "The slope after the onset is positive, at least three times that before, and the values repeat (sequence numbers always grow).",
  takes = { numbers = "spans.numbers" },
  options = { times = number { default = 1.5 } },
  yields = {
    growing_attribute = {
      subject = { "service", "operation", "attribute" },
      numbers = { before = "", first = "", last = "", max = "", times = "ratio", n_before = "", n_after = "" },
      lists = {},
      says = "$attribute of $operation grows: $before before, $first → $max since, n $n_before / $n_after",
    },
  },
  run = function (frames, options)
    local found, examined, unknown, order, populations = {}, {}, {}, {}, {}
    local rows = kernel.growing(frames.numbers)
    local function judge(row)
      local rise = row.first and row.max and row.first > 0 and row.max / row.first or (row.max and row.max > 0 and math.huge or 0)
      -- The highest before the onset: what varies as widely without growing does not grow.
      local mine = frames.numbers:where { service = row.service, operation = row.operation, attribute = row.attribute }
      local top = kernel.quantile(mine, { by = { "attribute" }, value = "value", window = "then" }):table()[1]
      if top and top.max and top.max > 0 and row.max < options.times * top.max then return end
      if rise >= options.times then
        found[#found + 1] = { kind = "growing_attribute", strength = math.max(0.3, math.min(1, row.r or 0.5)),
          subject = { service = row.service, operation = row.operation, attribute = row.attribute },
          numbers = { before = row.before, first = row.first, last = row.last, max = row.max, times = rise < math.huge and rise or nil,
                      n_before = row.n_before, n_after = row.n_after } }
      end
    end
    for _, row in ipairs(rows:where { state = "found" }:first(400):table()) do judge(row) end
    for _, row in ipairs(kernel.groups(rows, { by = { "service", "operation", "state", "why" } }):table()) do
      local key = (row.service or "") .. "\0" .. row.operation
      local p = populations[key]
      if not p then
        p = { service = row.service, operation = row.operation }
        populations[key] = p
        order[#order + 1] = p
      end
      if row.state == "unknown" then p.why = p.why or row.why else p.seen = true end
    end
    for _, p in ipairs(order) do
      local subject = { service = p.service, operation = p.operation }
      if p.seen then examined[#examined + 1] = { kind = "growing_attribute", subject = subject, smallest = { times = options.times } }
      else
        unknown[#unknown + 1] = { kind = "growing_attribute", subject = subject, why = p.why or "too few requests",
          cure = "a longer window before and after the onset" }
      end
    end
    if #order == 0 then
      unknown[1] = { kind = "growing_attribute", why = "no spans with numeric attributes in the window", cure = "put sizes and counts on spans" }
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
