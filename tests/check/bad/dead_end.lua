-- expect: 5: info "end" has no way out
return sop "x" {
  start = "look",
  info "hello" { say = "A look.", on "go" { to = "end" } },
  info "end" { say = "No way out." },
}
