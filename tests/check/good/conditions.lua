return sop "conditions" {
  start = "look",
  query "ask" { ask = { load = metric.request_rate {}, errors = metric.error_rate {}, kinds = logs.templates {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" }, with = { reviews.rise_of_load {}, reviews.rise_of_errors {}, reviews.new_lines {} },
    on "a" { to = "done", when = found "load_up" { times = above(14.4), service = "cart" } },
    on "b" { to = "done", when = all_of { found "load_up" { times = below(3) }, not_found "errors_up", any_of { unknown "errors_up", found "errors_up" { share = 0.5 } } } },
    on "c" { to = "done", when = found "load_up" { strength = above(0.5) } },
    on "d" { to = "done", when = found "new_line" { template = like "timed out after 5 s" } },
    on "e" { to = "done" } },
}
