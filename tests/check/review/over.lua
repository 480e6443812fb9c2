-- A generic review for the files of tests/check: any series, the kind named where it is used.
-- SPDX-License-Identifier: Apache-2.0
return review {
  version = 1,
  doc = "A series is over a limit.",
  takes = { series = { shape = "series" } },
  options = { over = number },
  generic = true,
  yields = { over = { subject = { "service" }, numbers = { times = "ratio" }, says = "$service is $times over" } },
  run = function () return {} end,
}
