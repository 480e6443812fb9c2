-- expect: script_time
-- budget: instructions=1000000000000 seconds=0.3
local function f() pcall(f) return f() end
f()
