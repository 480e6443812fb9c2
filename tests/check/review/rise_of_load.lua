-- A review for the files of tests/check: one ask, one kind about a service.
-- SPDX-License-Identifier: Apache-2.0
return review {
  version = 1,
  doc = "The load rose.",
  takes = { load = "metric.request_rate" },
  options = {
    times = number { default = 1.5, least = 1, most = 100 }, within = duration { optional = true }, side = choice { "up", "down", default = "up" },
    parts = list { optional = true }, strict = flag { default = false },
  },
  yields = {
    load_up = { subject = { "service" }, numbers = { times = "ratio" }, lists = { "instances" }, says = "$service serves $times times the requests" },
  },
  run = function (frames, options) return {} end,
}
