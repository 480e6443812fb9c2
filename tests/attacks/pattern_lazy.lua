-- expect: script_instructions
return (("a"):rep(1e5)):find((".-"):rep(6) .. "b")
