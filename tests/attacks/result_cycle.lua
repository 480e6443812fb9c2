-- expect: script_error
local t = {}
t.t = t
return t
