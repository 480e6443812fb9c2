-- A series fell and stayed down.
-- SPDX-License-Identifier: Apache-2.0
-- One look for each series (instance, label); of several series of one subject the strongest is told. Weak where fewer
-- than four samples are lower. Unknown: fewer than 8 samples, or a fall of the last sample alone; under `against` fewer
-- than 6 samples in a window.
return review {
  version = 1,
  doc = "Any series: the median fell by `times` and by at least `least` at a change point and stayed there; under `against` from the earlier "
    .. "window to the later (Mann-Whitney, p at most 0.01).",
  takes = { series = { shape = "series" } },
  options = { times = number { default = 1.5, least = 1 }, least = number { default = 0, least = 0 }, by = list { default = { "service" } } },
  generic = true,
  yields = {
    drop = {
      subject = { "service" },
      numbers = { before = "", after = "", times = "ratio", shift = "", p = "", n_before = "", n_after = "" },
      lists = { "series" },
      says = "$kind: $series $before → $after since $onset, n $n_before / $n_after",
    },
  },
  run = function (frames, options)
    return require("shift")(frames.series, options, { kind = "drop", sign = -1, direction = "down", word = "lower" })
  end,
}
