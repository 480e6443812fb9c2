-- The kinds of messages that an ask found: which services log them, how often, since when.
-- SPDX-License-Identifier: Apache-2.0
-- For asks that look for a text: logs.templates { where = { body = like "…" } }. The onset is the first line in the
-- window; a message that was there from the first bucket on may be older than the window (`from_the_start`).
return review {
  version = 1,
  doc = "Each kind of message of the frame with at least `least` lines, most frequent first.",
  takes = { kinds = "logs.templates" },
  options = { least = number { default = 1, least = 1 }, most = number { default = 20, least = 1 } },
  generic = true,
  yields = {
    messages = {
      subject = { "service", "template" },
      numbers = { lines = "", share = "share", rate = "/min", from_the_start = "" },
      lists = { "example", "severity" },
      says = "$service logs “$template” ($severity) $lines times since $onset, $rate",
    },
  },
  run = function (frames, options)
    local kind = options.yields or "messages"
    local all, services, order = 0, {}, {}
    for row in frames.kinds:each("service", "after") do
      all = all + (row.after or 0)
      local s = row.service or ""
      if not services[s] then services[s] = true; order[#order + 1] = s end
    end
    local found, examined = {}, {}
    for row in frames.kinds:sort("after", "descending"):each() do
      if (row.after or 0) >= options.least and #found < options.most then
        local early = row.counts_from and row.counts_step and row.first < row.counts_from + row.counts_step
        found[#found + 1] = { kind = kind, subject = { service = row.service, template = row.template }, onset = row.first,
          strength = math.min(1, 0.3 + 0.7 * row.after / all),
          numbers = { lines = row.after, share = row.after / all, from_the_start = early and 1 or 0,
                      rate = row.length_after and row.length_after.seconds > 0 and row.after / (row.length_after.seconds / 60) or nil },
          lists = { example = { row.example }, severity = { row.severity or "–" } } }
      end
    end
    for _, s in ipairs(order) do
      examined[#examined + 1] = { kind = kind, subject = { service = s ~= "" and s or nil }, smallest = { lines = options.least } }
    end
    if #order == 0 then examined[1] = { kind = kind, subject = {}, smallest = { lines = options.least } } end
    return { found = found, examined = examined }
  end,
}
