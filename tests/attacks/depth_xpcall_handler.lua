-- expect: script_depth
local function h() xpcall(error, h) error("again") end
xpcall(error, h)
local function f(n) return 1 + f(n) end
f(1)
