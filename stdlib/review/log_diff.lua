-- What the slow requests log and the healthy ones do not.
-- SPDX-License-Identifier: Apache-2.0
-- A trace counts once, however often it logs a line. Unknown: fewer than 5 traces with lines on a side. Without spans
-- there are no traces to compare; then the spans are what is missing, not the logs.
return review {
  version = 2,
  doc = "Templates of the lines of slow traces against those of typical traces, counted by trace (Fisher).",
  takes = { slow = "logs.of_traces", typical = "logs.of_traces" },
  options = { most = number { default = 20, least = 1 } },
  yields = {
    log_diff = {
      subject = { "service", "template" },
      numbers = { slow = "", all_slow = "", typical = "", all_typical = "", share_slow = "share", share_typical = "share", p = "" },
      lists = { "example", "severity" },
      says = "slow requests log “$template” ($slow of $all_slow traces), healthy ones $typical of $all_typical",
    },
  },
  run = function (frames, options)
    for _, slot in ipairs { "slow", "typical" } do
      if frames[slot]:rows() == 0 then
        return { unknown = { { kind = "log_diff", slot = slot, why = "no log lines carry the ids of these traces", cure = "send logs with trace ids" } } }
      end
    end
    local found, examined, services = {}, {}, {}
    local n, enough, why, all_slow, all_typical = 0, false, nil, 0, 0
    local rows = kernel.log_diff(frames.slow, frames.typical)
    for row in rows:each("service", "state", "why", "all_slow", "all_typical") do
      if row.state == "unknown" then why = why or row.why else enough = true end
      all_slow, all_typical = row.all_slow or 0, row.all_typical or 0
      if row.service and not services[row.service] then
        services[row.service] = true
        services[#services + 1] = row.service
      end
    end
    if not enough then
      return { unknown = { { kind = "log_diff", slot = "slow", why = why or "too few traces with lines", cure = "a longer window, or a higher limit of traces" } } }
    end
    -- Of a message in no typical trace: in how many slow ones it must be for Fisher to see it (one-sided 0.005).
    local p, least = 1, 0
    while p > 0.005 and least < all_slow do
      p = p * (all_slow - least) / (all_slow + all_typical - least)
      least = least + 1
    end
    for _, s in ipairs(services) do
      examined[#examined + 1] = { kind = "log_diff", subject = { service = s }, smallest = { slow = least, share_slow = least / all_slow } }
    end
    for row in rows:where { state = "found" }:sort("rank"):each() do
      if row.share_slow > row.share_typical and n < options.most then
        n = n + 1
        found[#found + 1] = { kind = "log_diff", subject = { service = row.service, template = row.template },
          strength = math.min(1, math.max(0, row.share_slow - row.share_typical)),
          numbers = { slow = row.slow_traces, all_slow = row.all_slow, typical = row.typical_traces, all_typical = row.all_typical,
                      share_slow = row.share_slow, share_typical = row.share_typical, p = row.p },
          lists = { example = { row.example }, severity = { row.severity or "–" } } }
      end
    end
    return { found = found, examined = examined }
  end,
}
