return sop "rounds" {
  start = "look",
  query "ask" { ask = { latency = spans.latency {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" }, with = { reviews.slow_part {} }, on "each" { to = "part", when = found "slow_part" }, on "none" { to = "done" } },
  context "parts" { about = "slow_part", top = 3, only = { "service", "operation" }, names = { "onset", "traces" },
    review "part" { ask = { kinds = logs.templates { against = "before $onset" }, lines = logs.of_traces { traces = "$traces" } },
      with = { reviews.new_lines {} }, on "next one" { to = "next" } },
    on "all seen" { to = "summary" },
  },
  info "summary" { say = "All seen.", on "done" { to = "done" } },
}
