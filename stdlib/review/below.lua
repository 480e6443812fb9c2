-- A series stands below a limit, and since when.
-- SPDX-License-Identifier: Apache-2.0
-- One look for each series (instance, label); of several series of one subject the strongest is told. Values that are
-- not finite are left out. Unknown: fewer than `least` samples.
return review {
  version = 1,
  doc = "Any series: at least `least` samples in a row below `under`; the onset is the first of them. Under `against` only the later window counts.",
  takes = { series = { shape = "series" } },
  options = { under = number, least = number { default = 3, least = 1, whole = true }, by = list { default = { "service" } } },
  generic = true,
  yields = {
    below = {
      subject = { "service" },
      numbers = { value = "", limit = "", extreme = "", n_beyond = "", n_before = "", n_after = "" },
      lists = { "series" },
      says = "$kind: $series at $value since $onset, limit $limit, lowest $extreme; $n_beyond samples below it, n $n_before / $n_after",
    },
  },
  run = function (frames, options)
    return require("limit")(frames.series, options, { kind = "below", limit = options.under, sign = -1 })
  end,
}
