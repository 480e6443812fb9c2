-- Log messages that are new or far more frequent since the onset.
-- SPDX-License-Identifier: Apache-2.0
-- Rates are compared, not counts: the windows before and after may differ in length. The onset of a new message is its
-- first line.
return review {
  version = 1,
  doc = "Templates of log lines that did not occur before the onset, or at least `times` as often since.",
  takes = { kinds = "logs.templates", lines = { "logs.of_traces", optional = true } },
  options = { times = number { default = 3 }, least = number { default = 5 }, most = number { default = 20 } },
  yields = {
    new_messages = {
      subject = { "service", "template" },
      numbers = { before = "", after = "", times = "ratio" },
      lists = { "example" },
      says = "$service logs “$template”: $before → $after lines since the onset",
    },
  },
  run = function (frames, options)
    local found, examined, unknown, services, order = {}, {}, {}, {}, {}
    if frames.kinds:rows() == 0 then
      return { unknown = { { kind = "new_messages", slot = "kinds", why = "no log lines in the window", cure = "send the logs of this service" } } }
    end
    local rows = kernel.template_diff(frames.kinds)
    for _, row in ipairs(kernel.groups(rows, { by = { "service", "state", "why" } }):table()) do
      local s = row.service or ""
      if not services[s] then services[s] = { n = 0 }; order[#order + 1] = s end
      if row.state == "unknown" then services[s].why = services[s].why or row.why else services[s].seen = true end
    end
    for _, row in ipairs(rows:where { state = "found" }:sort("rank"):first(400):table()) do
      local state = services[row.service or ""]
      local more = row.new or (row.times and row.times >= options.times)
      if more and row.after >= options.least and state.n < options.most then
        state.n = state.n + 1
        found[#found + 1] = { kind = "new_messages", subject = { service = row.service, template = row.template }, onset = row.new and row.first or nil,
          strength = row.new and 0.8 or math.min(0.8, 1 - 1 / row.times),
          numbers = { before = row.before, after = row.after, times = row.times }, lists = { example = { row.example } } }
      end
    end
    for _, s in ipairs(order) do
      local subject = { service = s ~= "" and s or nil }
      if services[s].seen then examined[#examined + 1] = { kind = "new_messages", subject = subject, smallest = { after = options.least } }
      else unknown[#unknown + 1] = { kind = "new_messages", subject = subject, slot = "kinds", why = services[s].why or "nothing to compare with", cure = "a window that begins before the onset" } end
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
