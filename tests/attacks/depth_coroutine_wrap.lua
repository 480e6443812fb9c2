-- expect: script_depth
local function f() return coroutine.wrap(f)() end
f()
