-- expect: script_instructions
return (("("):rep(3e4)):gsub("%b()", "")
