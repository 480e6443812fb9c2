-- expect: script_memory
return #(""):rep(2 ^ 30, "ab")
