-- expect: script_instructions
for _ in (("a"):rep(3e4)):gmatch("a*b") do end
