-- expect: script_time
-- budget: instructions=1000000000000 seconds=0.3
local a = ("x"):rep(8e6)
local b, c = a .. "a", a .. "b"
local n = 0
while true do if b < c then n = n + 1 end end
