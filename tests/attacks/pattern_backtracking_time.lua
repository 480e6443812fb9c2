-- expect: script_time
-- budget: instructions=1000000000000 seconds=0.3
return (("a"):rep(200)):find(("a*"):rep(30) .. "b")
