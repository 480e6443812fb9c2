return sop "hypotheses" {
  start = "look",
  query "ask" { ask = { load = metric.request_rate {}, errors = metric.error_rate {}, latency = spans.latency {}, kinds = logs.templates {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" }, with = { reviews.rise_of_load {}, reviews.rise_of_errors {}, reviews.slow_part {}, reviews.new_lines {} }, on "done" { to = "done" } },
  hypothesis "load" { say = "$service has $load_up.times times the load.", needs = { "load_up" }, refuted_by = { not_found "errors_up" } },
  hypothesis "part" { explains = { "load" }, of = { "service", "operation" }, say = "$operation of $service is slow.", needs = { found "slow_part" { times = above(2) } } },
  hypothesis "line" { of = { "template" }, say = "It says $template.", needs = { "new_line" } },
  hypothesis "either" { explains = { "load", "part" }, say = "Either.", needs = { any_of { found "load_up", found "errors_up" }, "errors_up" }, helps = { "slow_part" } },
}
