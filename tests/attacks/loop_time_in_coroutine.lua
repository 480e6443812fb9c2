-- expect: script_time
-- budget: instructions=1000000000000 seconds=0.3
local co = coroutine.create(function() while true do end end)
while true do coroutine.resume(co) end
