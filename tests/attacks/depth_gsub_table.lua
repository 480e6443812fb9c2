-- expect: script_depth
local t = {}
setmetatable(t, { __index = function() return (("x"):gsub("x", t)) end })
return t.x
