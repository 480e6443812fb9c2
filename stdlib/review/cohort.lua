-- The cohort of the slow requests: the attribute value that tells them from fast ones of the same operation at the same time.
-- SPDX-License-Identifier: Apache-2.0
-- Of a number the value is "above N" or "at most N", N being the split that parts slow from fast best; where no split
-- does, "higher" or "lower". `slow_traces` are traces of the list of slow ones that carry the value, `typical_traces` those of the list of typical ones. Unknown: fewer than 20 rows on a side and
-- nothing found.
return review {
  version = 1,
  doc = "Slow means above the median of the same operation in the same stretch of time, so a drift of all requests cannot hide "
    .. "a difference. Found with at least 5 rows on each side and p at most 0.05 after the number of attributes tried.",
  takes = { contrast = "spans.contrast", slow = { "spans.slowest", optional = true }, typical = { "spans.typical", optional = true } },
  options = { most = number { default = 20 } },
  yields = {
    cohort = {
      subject = { "service", "operation", "attribute", "value" },
      numbers = { slow = "", slow_rows = "", fast = "", fast_rows = "", share = "share", times = "ratio", p = "" },
      lists = { "slow_traces", "typical_traces" },
      says = "$attribute is $value in $slow of $slow_rows slow and $fast of $fast_rows fast requests of $operation (p $p).",
    },
  },
  run = function (frames, options)
    -- As it stands in the JSON text of the attributes.
    local function quoted(text)
      text = string.gsub(text, '[%c"\\]', function (c)
        local short = ({ ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ["\b"] = "\\b", ["\f"] = "\\f" })[c]
        return short or string.format("\\u%04x", string.byte(c))
      end)
      return '"' .. text .. '"'
    end
    -- Traces of a list whose span of this operation carries the attribute with this value; all of them for a number.
    local function traces(frame, row, with)
      local out, seen = {}, {}
      if not frame or frame:rows() == 0 then return out end
      local spans = frame:where { service = row.service, operation = row.operation }
      if spans:rows() > 10000 then spans = spans:first(10000) end
      if spans:rows() == 0 then return out end
      local ids, attributes = spans:column("trace_id"), spans:column("attributes")
      -- What tells the process apart stands in columns of its own.
      local column = ({ ["service.instance.id"] = "instance", ["service.version"] = "version" })[row.attribute]
      local own = column and spans:has(column) and spans:column(column)
      local bare, text
      if with and row.value then
        bare = quoted(row.attribute) .. ":" .. row.value
        text = quoted(row.attribute) .. ":" .. quoted(row.value)
      end
      for i, id in ipairs(ids) do
        local a = attributes[i]
        local carries = not bare or own and own[i] == row.value
        if bare and not carries and a ~= null then
          local from, to = string.find(a, bare, 1, true)
          local after = from and string.sub(a, to + 1, to + 1)
          carries = (from and (after == "," or after == "}")) or string.find(a, text, 1, true) ~= nil
        end
        if carries and not seen[id] and #out < options.most then
          seen[id] = true
          out[#out + 1] = id
        end
      end
      return out
    end
    local found, examined, unknown = {}, {}, {}
    local rows = kernel.contrast(frames.contrast)
    for _, row in ipairs(rows:where { state = "found" }:table()) do
      local value, slow, fast, share, p = row.value, row.slow, row.fast, row.share, row.p
      if row.kind == "number" then
        local above = row.share >= 0
        value = above and "higher" or "lower"
        if row.split and row.split_share and (row.split_share > 0) == above and row.split_share ~= 0 then
          value = (above and "above " or "at most ") .. string.format("%.6g", row.split)
          slow, fast = row.slow_above, row.fast_above
          if not above then slow, fast = row.slow - slow, row.fast - fast end
          share, p = slow / row.slow_rows - fast / row.fast_rows, row.p_split or p
        end
      end
      found[#found + 1] = { kind = "cohort", strength = math.max(0, math.min(1, row.score or 0)),
        subject = { service = row.service, operation = row.operation, attribute = row.attribute, value = value },
        numbers = { slow = slow, slow_rows = row.slow_rows, fast = fast, fast_rows = row.fast_rows, share = share, times = row.times,
                    p = p },
        lists = { slow_traces = traces(frames.slow, row, true), typical_traces = traces(frames.typical, row, false) } }
    end
    local populations, order = {}, {}
    -- The smallest difference of shares that Fisher's test would have called found: 0.05 after the number of attributes tried
    -- lies about √(2·ln(tried / 0.05)) standard errors from 0.
    local smallest = {}
    do
      local service, operation = rows:column("service"), rows:column("operation")
      local slow, fast, tried = rows:column("slow_rows"), rows:column("fast_rows"), rows:column("tried")
      for i = 1, #operation do
        local key = (service[i] ~= null and service[i] or "") .. "\0" .. operation[i]
        if not smallest[key] and slow[i] ~= null and fast[i] ~= null and slow[i] > 0 and fast[i] > 0 then
          local times = tried[i] ~= null and math.max(1, tried[i]) or 1
          smallest[key] = math.min(1, math.sqrt(2 * math.log(times / 0.05) * 0.25 * (1 / slow[i] + 1 / fast[i])))
        end
      end
    end
    for _, row in ipairs(kernel.groups(rows, { by = { "service", "operation", "state", "why" } }):table()) do
      local key = (row.service or "") .. "\0" .. row.operation
      local p = populations[key]
      if not p then
        p = { service = row.service, operation = row.operation, smallest = smallest[key] }
        populations[key] = p
        order[#order + 1] = p
      end
      if row.state == "unknown" then p.why = p.why or row.why else p.seen = true end
    end
    for _, p in ipairs(order) do
      local subject = { service = p.service, operation = p.operation }
      if p.seen then
        examined[#examined + 1] = { kind = "cohort", subject = subject, smallest = p.smallest and { share = p.smallest } or nil }
      else
        unknown[#unknown + 1] = { kind = "cohort", subject = subject, slot = "contrast",
          why = p.why or "too few requests to compare", cure = "a longer window, or a higher sampling rate" }
      end
    end
    if #order == 0 then
      unknown[1] = { kind = "cohort", slot = "contrast", why = "no spans with attributes in the window", cure = "a longer window, or attributes on spans" }
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
