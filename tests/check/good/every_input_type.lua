return sop "inputs" {
  start = "look",
  input = {
    window = duration { default = "1h30m", doc = "how far back" },
    since  = time { optional = true },
    service = text,
    target = number { default = 0.99 },
    grain  = choice { "service", "instance", default = "service" },
    limit  = number { default = 100 },
    names  = text { default = "a" },
  },
  context "time" { window = "$window", only = { "service" },
    review "look" { ask = { slow = spans.slowest { limit = "$limit" }, latency = spans.latency { against = "before $since" } },
      with = { reviews.slow_part {} }, on "done" { to = "done", says = "$target of $service, by $grain: $slow_part.says Not $names." } },
  },
}
