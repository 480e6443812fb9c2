-- What the slow requests log and the healthy ones do not.
-- SPDX-License-Identifier: Apache-2.0
-- A trace counts once, however often it logs a line. Unknown: fewer than 5 traces with lines on a side.
return review {
  version = 1,
  doc = "Templates of the lines of slow traces against those of typical traces, counted by trace (Fisher).",
  takes = { slow = "logs.of_traces", typical = "logs.of_traces" },
  options = { most = number { default = 20 } },
  yields = {
    log_diff = {
      subject = { "service", "template" },
      numbers = { slow = "", all_slow = "", typical = "", all_typical = "" },
      lists = {},
      says = "slow requests log “$template” ($slow of $all_slow traces), healthy ones $typical of $all_typical",
    },
  },
  run = function (frames, options)
    if frames.slow:rows() == 0 or frames.typical:rows() == 0 then
      return { unknown = { { kind = "log_diff", slot = frames.slow:rows() == 0 and "slow" or "typical",
        why = "no log lines carry the ids of these traces", cure = "send logs with trace ids" } } }
    end
    local found, examined, services = {}, {}, {}
    local n, enough = 0, false
    local why
    local rows = kernel.log_diff(frames.slow, frames.typical)
    for _, row in ipairs(kernel.groups(rows, { by = { "service", "state", "why" } }):table()) do
      if row.state == "unknown" then why = why or row.why else enough = true end
      if row.service and not services[row.service] then
        services[row.service] = true
        examined[#examined + 1] = { kind = "log_diff", subject = { service = row.service } }
      end
    end
    for _, row in ipairs(rows:where { state = "found" }:sort("rank"):first(400):table()) do
      if row.share_slow > row.share_typical and n < options.most then
        n = n + 1
        found[#found + 1] = { kind = "log_diff", subject = { service = row.service, template = row.template },
          strength = math.min(1, math.max(0, row.share_slow - row.share_typical)),
          numbers = { slow = row.slow_traces, all_slow = row.all_slow, typical = row.typical_traces, all_typical = row.all_typical } }
      end
    end
    if not enough then
      return { unknown = { { kind = "log_diff", slot = "slow", why = why or "too few traces with lines", cure = "a longer window" } } }
    end
    return { found = found, examined = examined }
  end,
}
