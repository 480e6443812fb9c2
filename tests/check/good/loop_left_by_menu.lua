return sop "loop" {
  start = "look",
  info "a" { say = "One.", on "b" { to = "b" } },
  info "b" { say = "Two.", on "c" { to = "c" } },
  suggest "c" { say = "Three.", on "a" { to = "a" }, on "enough" { to = "done" } },
}
