-- expect: script_instructions
local a, b = {}, {}
for i = 1, 3000 do a["k" .. i] = i b["k" .. i] = i end
local x, y
while true do x = next(a, x) y = next(b, y) end
