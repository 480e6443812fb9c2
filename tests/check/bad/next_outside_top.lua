-- expect: 4: `next` outside a context with `top`
return sop "x" {
  start = "look",
  info "a" { say = "One.", on "go" { to = "next" } },
}
