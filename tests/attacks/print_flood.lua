-- expect: script_too_large
while true do print(("x"):rep(1000)) end
