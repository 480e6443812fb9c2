-- expect: 6: option `limit` of spans.slowest takes a number from 1, not -3
return sop "x" {
  start = "look",
  input = { window = duration { default = "1h" } },
  info "hello" { say = "A look.", on "go" { to = "ask" } },
  query "ask" { ask = { slow = spans.slowest { limit = -3 } }, on "seen" { to = "done" } },
}
