-- expect: 5: nothing leaves the loop of "b", "c"
return sop "x" {
  start = "look",
  info "a" { say = "One.", on "go" { to = "b" } },
  suggest "b" { say = "Two.", on "c" { to = "c" }, on "back" { to = "b" } },
  info "c" { say = "Three.", on "back" { to = "b" } },
}
