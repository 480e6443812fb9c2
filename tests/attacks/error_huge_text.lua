-- expect: script_error
error(("x"):rep(1e6))
