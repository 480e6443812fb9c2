-- expect: script_instructions
return (("a"):rep(200)):find(("a*"):rep(30) .. "b")
