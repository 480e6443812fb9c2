-- expect: script_memory
return #("x"):rep(2 ^ 31 - 1)
