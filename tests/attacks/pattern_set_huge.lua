-- expect: script_instructions
return (("a"):rep(3e4)):find("[" .. ("b"):rep(3e4) .. "]")
