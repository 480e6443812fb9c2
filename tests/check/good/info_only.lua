return sop "info_only" { start = "read", info "hello" { say = "Nothing to ask.", on "done" { to = "done" } } }
