-- expect: 6: name "b" is given twice
return sop "x" {
  start = "look",
  info "a" { say = "One.", on "go" { to = "b" } },
  info "b" { say = "Two.", on "done" { to = "done" } },
  info "b" { say = "Three.", on "done" { to = "done" } },
}
