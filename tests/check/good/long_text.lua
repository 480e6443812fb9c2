return sop "long_text" {
  start = "look",
  info "hello" { say = [[
Two lines,
"quotes" and \ as they stand.]], on "done" { to = "done" } },
}
