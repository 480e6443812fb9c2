-- expect: script_depth
local function f() return (("x"):gsub("x", f)) end
f()
