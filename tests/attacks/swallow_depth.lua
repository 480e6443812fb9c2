-- expect: script_depth
local function deeper() return pcall(coroutine.wrap(deeper)) end
while true do deeper() end
