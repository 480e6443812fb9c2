-- expect: script_time
-- budget: instructions=1000000000000 seconds=0.3
while true do pcall(function() while true do end end) end
