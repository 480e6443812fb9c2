-- expect: script_time
-- budget: instructions=1000000000000 seconds=0.3
local t = {}
for i = 1, 5e5 do t[i] = -i end
while true do table.sort(t) end
