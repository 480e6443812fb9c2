-- expect: script_depth
local t = {}
setmetatable(t, { __concat = function(a, b) return (a .. b) .. "" end })
return t .. t
