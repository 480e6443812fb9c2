-- Log messages that are new or far more frequent since the onset.
-- SPDX-License-Identifier: Apache-2.0
-- Rates are compared, not counts: the windows before and after may differ in length. The onset of a new message is its
-- first line. At most `most` messages a service are told: new ones first, then the surest change. Weak: a service that
-- logged nothing before. Unknown: no lines of the service, or no earlier window to compare with.
return review {
  version = 2,
  doc = "Templates of log lines that did not occur before the onset, or at least `times` as often since.",
  takes = { kinds = "logs.templates", lines = { "logs.of_traces", optional = true } },
  options = { times = number { default = 3, least = 1 }, least = number { default = 5, least = 1 }, most = number { default = 20, least = 1 } },
  yields = {
    new_messages = {
      subject = { "service", "template" },
      numbers = { before = "", after = "", rate_before = "/min", rate_after = "/min", times = "ratio", p = "" },
      lists = { "example", "severity", "first" },
      says = "$service logs “$template” ($severity): $before → $after lines, $rate_before → $rate_after, first seen $first",
    },
  },
  run = function (frames, options)
    local found, examined, unknown, services, order = {}, {}, {}, {}, {}
    if frames.kinds:rows() == 0 then
      return { unknown = { { kind = "new_messages", slot = "kinds", why = "no log lines in the window", cure = "send the logs of this service" } } }
    end
    local rows = kernel.template_diff(frames.kinds)
    for row in rows:each("service", "state", "why", "before") do
      local s = row.service or ""
      if not services[s] then services[s] = { n = 0, before = 0 }; order[#order + 1] = s end
      local state = services[s]
      state.before = state.before + (row.before or 0)
      if row.state == "unknown" then state.why = state.why or row.why else state.seen = true end
    end
    for row in rows:where { state = "found" }:sort("rank"):each() do
      local state = services[row.service or ""]
      local more = row.new or (row.times and row.times >= options.times)
      if more and row.after >= options.least and state.n < options.most then
        state.n = state.n + 1
        found[#found + 1] = { kind = "new_messages", subject = { service = row.service, template = row.template }, onset = row.new and row.first or nil,
          strength = (row.new and 0.8 or math.min(0.8, 1 - 1 / row.times)) * (state.before > 0 and 1 or 0.6),
          numbers = { before = row.before, after = row.after, rate_before = row.rate_before, rate_after = row.rate_after, times = row.times, p = row.p },
          lists = { example = { row.example }, severity = { row.severity or "–" },
                    first = { row.first and tostring(row.first) or "–" } } }
      end
    end
    for _, s in ipairs(order) do
      local subject = { service = s ~= "" and s or nil }
      local state = services[s]
      if state.seen then
        examined[#examined + 1] = { kind = "new_messages", subject = subject, smallest = { after = options.least, times = options.times } }
      else
        unknown[#unknown + 1] = { kind = "new_messages", subject = subject, slot = "kinds",
          why = state.why or "no earlier window to compare with",
          cure = "a window that begins before the onset" }
      end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
