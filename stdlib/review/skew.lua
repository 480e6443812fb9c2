-- One of many differs: an instance, partition or other label whose level lies apart from those of its peers.
-- SPDX-License-Identifier: Apache-2.0
-- The median of each member against the median of all members of the service, in deviations of the members (MAD, at
-- least a tenth of the level). Unknown: fewer than 3 members, or fewer than `least` samples of one.
return review {
  version = 1,
  doc = "Any series: among the members of a service told apart by `by`, the level of one is `times` that of the middle one and at least 3 MAD away.",
  takes = { series = { shape = "series" } },
  options = { by = text { default = "instance" }, times = number { default = 1.5, least = 1 }, least = number { default = 3, least = 1, whole = true } },
  generic = true,
  yields = {
    skew = {
      subject = { "service", "instance" },
      numbers = { value = "", middle = "", times = "ratio", members = "", n = "" },
      lists = { "member" },
      says = "$kind: $member of $service at $value, the middle of $members at $middle ($times), n $n",
    },
  },
  run = function (frames, options)
    local kind = options.yields or "skew"
    if frames.series:rows() == 0 then
      return { unknown = { { kind = kind, slot = "series", why = "no samples in the window", cure = "a longer window, or a source that has this series" } } }
    end
    if not frames.series:has(options.by) then
      return { unknown = { { kind = kind, slot = "series", why = "the series has no label " .. options.by, cure = "by = \"…\" with a label of the series" } } }
    end
    local function middle(list)
      table.sort(list)
      local n = #list
      return (list[math.floor((n + 1) / 2)] + list[math.floor(n / 2) + 1]) / 2
    end
    local services, order = {}, {}
    for row in frames.series:each() do
      local s, m = services[row.service or ""], row[options.by]
      if not s then
        s = { name = row.service, members = {}, order = {} }
        services[row.service or ""] = s
        order[#order + 1] = s
      end
      if m then
        if not s.members[m] then s.members[m] = {}; s.order[#s.order + 1] = m end
        local v, list = row.value, s.members[m]
        if row.window ~= "then" and v and v - v == 0 then list[#list + 1] = v end
      end
    end
    local found, examined, unknown = {}, {}, {}
    for _, s in ipairs(order) do
      local levels, sorted = {}, {}
      for _, m in ipairs(s.order) do
        if #s.members[m] >= options.least then
          levels[m] = middle(s.members[m])
          sorted[#sorted + 1] = levels[m]
        end
      end
      if #sorted < 3 then
        unknown[#unknown + 1] = { kind = kind, subject = { service = s.name }, cure = "a longer window, or a label that tells members apart",
          why = #sorted .. " members with " .. options.least .. " samples, at least 3 are needed" }
      else
        local mid, off = middle(sorted), {}
        for i, level in ipairs(sorted) do off[i] = math.abs(level - mid) end
        local mad = math.max(middle(off) * 1.4826, math.abs(mid) / 10)
        for _, m in ipairs(s.order) do
          local level = levels[m]
          local subject = { service = s.name, [options.by] = m }
          if level then
            local times = mid > 0 and level / mid or nil
            local far = math.abs(level - mid) >= 3 * mad and (not times or times >= options.times or times * options.times <= 1)
            if far and level ~= mid then
              found[#found + 1] = { kind = kind, subject = subject, strength = math.min(1, 0.4 + math.abs(level - mid) / (10 * mad)),
                numbers = { value = level, middle = mid, times = times, members = #sorted, n = #s.members[m] }, lists = { member = { options.by .. "=" .. m } } }
            end
            examined[#examined + 1] = { kind = kind, subject = subject, smallest = { value = mid + math.max(3 * mad, mid * (options.times - 1)) } }
          else
            unknown[#unknown + 1] = { kind = kind, subject = subject, why = #s.members[m] .. " finite samples, at least " .. options.least .. " are needed", cure = "a longer window" }
          end
        end
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
