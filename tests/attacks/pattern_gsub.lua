-- expect: script_instructions
return (("a"):rep(3e4)):gsub("a-b", "")
