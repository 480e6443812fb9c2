-- One subject holds most of a whole: its part of the sum of a series over all subjects.
-- SPDX-License-Identifier: Apache-2.0
-- The sum of its samples over the sum of all, so a subject without samples for a while holds less. Under `against` the
-- part in the later window counts and that in the earlier one is told. Unknown: one subject alone (its part is always
-- 1), fewer than `least` samples, negative values.
return review {
  version = 1,
  doc = "Any series: one subject's samples sum up to at least `over` (0 to 1) of all samples in the window.",
  takes = { series = { shape = "series" } },
  options = { over = number { default = 0.5, least = 0, most = 1 }, least = number { default = 3, least = 1, whole = true }, by = list { default = { "service" } } },
  generic = true,
  yields = {
    share = {
      subject = { "service" },
      numbers = { share = "share", share_before = "share", value = "", subjects = "", n = "", n_others = "" },
      lists = { "series" },
      says = "$kind: $series holds $share of the sum over $subjects, n $n / $n_others",
    },
  },
  run = function (frames, options)
    local kind = options.yields or "share"
    if frames.series:rows() == 0 then
      return { unknown = { { kind = kind, slot = "series", why = "no samples in the window", cure = "a longer window, or a source that has this series" } } }
    end
    local against = frames.series:has("window")
    local all, order, total, total_before, n, negative = {}, {}, 0, 0, 0, false
    for row in frames.series:each() do
      local parts, subject, value = {}, {}, row.value
      for _, name in ipairs(options.by) do
        subject[name] = row[name]
        parts[#parts + 1] = row[name] and name .. "=" .. row[name] or ""
      end
      local id = table.concat(parts, "\0")
      local s = all[id]
      if not s then
        s = { subject = subject, parts = parts, n = 0, sum = 0, before = 0 }
        all[id] = s
        order[#order + 1] = s
      end
      if value and value - value == 0 then   -- neither NaN nor infinite
        negative = negative or value < 0
        if row.window == "then" then
          s.before, total_before = s.before + value, total_before + value
        else
          s.n, s.sum, total, n = s.n + 1, s.sum + value, total + value, n + 1
        end
      end
    end
    local why, cure
    if #order < 2 then why, cure = "nothing to compare with: one subject alone", "lift the limit: outside = { \"service\" } on the ask" end
    if negative then why, cure = "negative values have no share", "a series that counts or measures an amount" end
    local found, examined, unknown = {}, {}, {}
    for _, s in ipairs(order) do
      if why or s.n < options.least then
        unknown[#unknown + 1] = { kind = kind, subject = s.subject, cure = cure or "a longer window",
          why = why or s.n .. " finite samples, at least " .. options.least .. " are needed" }
      else
        local share = total > 0 and s.sum / total or 0
        if total > 0 and share >= options.over then
          found[#found + 1] = { kind = kind, subject = s.subject, strength = math.min(1, share),
            numbers = { share = share, share_before = against and total_before > 0 and s.before / total_before or nil, value = s.sum / s.n,
                        subjects = #order, n = s.n, n_others = n - s.n },
            lists = { series = s.parts } }
        end
        examined[#examined + 1] = { kind = kind, subject = s.subject, smallest = { share = options.over } }
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
