-- expect: script_depth
local f
function f() return coroutine.wrap(function() return (("x"):gsub("x", function() table.sort({ 1, 2 }, f) end)) end)() end
f()
