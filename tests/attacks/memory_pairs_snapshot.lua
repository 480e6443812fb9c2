-- expect: script_memory
-- budget: instructions=1000000000 seconds=2 memory=40
local t = {}
for i = 1, 4e5 do t[i + 0.5] = true end
for _ in pairs(t) do end
return "fits"
