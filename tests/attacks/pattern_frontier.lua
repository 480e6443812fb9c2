-- expect: script_instructions
return (("a"):rep(2e4)):find("a*%f[b]")
