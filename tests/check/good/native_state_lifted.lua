return sop "lifted" {
  start = "look",
  input = { service = text },
  context "service" { only = { "service" },
    query "ask" { outside = { "service" }, ask = { wire = promql [[ sum(rate(retransmits[5m])) ]] {} }, on "done" { to = "done" } },
  },
}
