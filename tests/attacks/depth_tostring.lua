-- expect: script_depth
local t = {}
setmetatable(t, { __tostring = function(s) return tostring(s) end })
return tostring(t)
