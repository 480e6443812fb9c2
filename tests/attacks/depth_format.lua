-- expect: script_depth
local t = setmetatable({}, { __tostring = function(s) return ("%s"):format(s) end })
return ("%s"):format(t)
