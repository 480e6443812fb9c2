return sop "a.name-with_marks.2" {
  start = "look", title = "Größe, 例, \u{1F600}",
  matches = { "anything" },
  info "1st.state" { say = "costs 5 $ or $5, a.b", on "zum Ende — done?" { to = "done" } },
}
