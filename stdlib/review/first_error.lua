-- Where errors begin: of failed traces the steps that failed while nothing below them did.
-- SPDX-License-Identifier: Apache-2.0
-- A caller that fails because its callee failed is not found. A failed client span without a span of its callee below
-- it is the last that is known: the callee sends no spans, or the wire failed. Weak: fewer than 5 failed traces.
return review {
  version = 1,
  doc = "Of whole traces with failed spans: the service and operation in which errors begin, in at least `share` of the failed traces.",
  takes = { spans = { shape = "spans" } },
  options = { share = number { default = 0.2, least = 0, most = 1 }, most = number { default = 20, least = 1 } },
  yields = {
    first_error = {
      subject = { "service", "operation" },
      numbers = { begun = "", failed_traces = "", all_traces = "", share = "share" },
      lists = { "traces", "kind_of_span" },
      says = "errors begin in $operation of $service ($kind_of_span) in $begun of $failed_traces failed traces ($all_traces seen)",
    },
  },
  run = function (frames, options)
    if frames.spans:rows() == 0 then
      return { unknown = { { kind = "first_error", slot = "spans", why = "no traces in the window", cure = "a longer window, or a higher sampling rate" } } }
    end
    local failing, traces, all_traces, failed_traces = {}, {}, 0, 0
    for row in frames.spans:each("trace_id", "parent_id", "status") do
      local trace = row.trace_id or ""
      if not traces[trace] then all_traces = all_traces + 1; traces[trace] = "seen" end
      if row.status == "error" then
        if traces[trace] == "seen" then failed_traces = failed_traces + 1; traces[trace] = "failed" end
        if row.parent_id then failing[trace .. row.parent_id] = true end   -- its parent has a failed child
      end
    end
    local origins, order, examined, seen = {}, {}, {}, {}
    for row in frames.spans:each("trace_id", "span_id", "service", "operation", "kind", "status") do
      local trace, id = row.trace_id or "", (row.service or "") .. "\0" .. (row.operation or "")
      if not seen[id] then
        seen[id] = true
        examined[#examined + 1] = { kind = "first_error", subject = { service = row.service, operation = row.operation }, smallest = { share = options.share } }
      end
      if row.status == "error" and not failing[trace .. (row.span_id or "")] then
        local o = origins[id]
        if not o then
          o = { subject = { service = row.service, operation = row.operation }, n = 0, last = {}, list = {}, kind = row.kind or "internal" }
          origins[id] = o
          order[#order + 1] = o
        end
        if not o.last[trace] then
          o.last[trace] = true
          o.n = o.n + 1
          if #o.list < options.most then o.list[#o.list + 1] = trace end
        end
      end
    end
    local found = {}
    for _, o in ipairs(order) do
      local share = o.n / failed_traces
      if share >= options.share then
        found[#found + 1] = { kind = "first_error", subject = o.subject, strength = math.min(1, share) * (failed_traces < 5 and 0.6 or 1),
          numbers = { begun = o.n, failed_traces = failed_traces, all_traces = all_traces, share = share },
          lists = { traces = o.list, kind_of_span = { o.kind } } }
      end
    end
    return { found = found, examined = examined }
  end,
}
