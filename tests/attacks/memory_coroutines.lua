-- expect: script_memory
-- budget: instructions=1000000000000 seconds=2
local t = {}
for i = 1, 1e9 do t[i] = coroutine.create(function() end) end
