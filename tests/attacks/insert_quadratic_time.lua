-- expect: script_time
-- budget: instructions=1000000000000 seconds=0.3
local t = {}
for i = 1, 1e6 do table.insert(t, 1, i) end
