-- expect: script_instructions
for i = 1, math.huge do end
