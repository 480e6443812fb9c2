return sop "optional" {
  start = "look",
  input = { service = text { optional = true }, instance = text { optional = true } },
  context "scope" { only = { "service", "instance" },
    info "hello" { say = "$service on $instance", on "done" { to = "done" } },
  },
}
