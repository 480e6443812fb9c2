-- Spiky CPU: samples far above the usual level of the same service.
-- SPDX-License-Identifier: Apache-2.0
-- Found: `least` samples above the limit after the onset of memory growth, more than twice as common as before it, the
-- highest twice the median. Without growth the whole window counts. `n` are the samples in which the spikes were looked
-- for; `spikes_before` of `n_before` came before the onset. Unknown: fewer than 8 samples.
return review {
  version = 1,
  doc = "Samples of CPU above the median + `k` MAD of the time before the memory growth (or of the whole window).",
  takes = { cpu = "metric.cpu" },
  options = { k = number { default = 8 }, least = number { default = 2 } },
  yields = {
    cpu_spikes = {
      subject = { "service", "instance" },
      numbers = { spikes = "", median = "cores", max = "cores", n = "", spikes_before = "", n_before = "" },
      lists = {},
      says = "CPU of $service is spiky: $spikes of $n samples far above its median of $median, up to $max",
    },
  },
  run = function (frames, options, earlier)
    local found, examined, unknown = {}, {}, {}
    local onset = {}
    for _, f in ipairs(earlier) do
      if f.kind == "memory_growth" and f.subject.service and f.onset then onset[f.subject.service] = f.onset end
    end
    local function add(rows)
      for _, row in ipairs(rows) do
        local subject = { service = row.service, instance = row.instance }
        if row.n < 8 then
          unknown[#unknown + 1] = { kind = "cpu_spikes", subject = subject, why = row.why or "fewer than 8 samples of CPU", cure = "a longer window" }
        else
          local spikes = row.spikes_after or row.n_spikes
          local more = row.share_before == nil or (row.share_after or 0) > 2 * row.share_before
          if spikes >= options.least and more and row.max >= 2 * row.median then
            local n = row.spikes_after and row.n_after or row.n   -- since the onset, where there is one
            found[#found + 1] = { kind = "cpu_spikes", subject = subject, onset = row.max_time, strength = math.min(0.9, 0.4 + spikes / n),
              numbers = { spikes = spikes, median = row.median, max = row.max, n = n, spikes_before = row.spikes_before, n_before = row.n_before } }
          end
          examined[#examined + 1] = { kind = "cpu_spikes", subject = subject, smallest = { max = row.limit } }
        end
      end
    end
    for group in kernel.groups(frames.cpu, { by = { "service" } }):each("service") do
      local s = group.service
      add(kernel.spikes(frames.cpu:where { service = s }, { k = options.k, at = onset[s] }):table())
    end
    return { found = found, examined = examined, unknown = unknown }
  end,
}
