-- A review for the files of tests/check: two asks, one of them optional.
-- SPDX-License-Identifier: Apache-2.0
return review {
  version = 1,
  doc = "Errors rose.",
  takes = { errors = "metric.error_rate", calls = { "spans.calls", optional = true } },
  yields = {
    errors_up = { subject = { "service" }, numbers = { share = "share" }, says = "$service fails since $onset" },
  },
  run = function () return {} end,
}
