-- expect: script_memory
return #(("x"):rep(1e5):gsub("x", ("y"):rep(1e4)))
