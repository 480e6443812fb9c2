-- expect: script_time
-- budget: instructions=1000000000000 seconds=0.3
local function again() while true do xpcall(function() while true do end end, function() while true do end end) end end
again()
