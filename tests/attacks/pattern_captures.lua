-- expect: script_instructions
return (("a"):rep(300)):match(("(a*)"):rep(20) .. "b")
