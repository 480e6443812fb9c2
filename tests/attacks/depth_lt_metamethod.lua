-- expect: script_depth
local mt = {}
mt.__lt = function(a, b) return not (a < b) end
return setmetatable({}, mt) < setmetatable({}, mt)
