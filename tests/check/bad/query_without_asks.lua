-- expect: 4: query "ask" asks nothing
return sop "x" {
  start = "look",
  query "ask" { ask = {}, on "done" { to = "done" } },
}
