-- expect: script_error
local t = setmetatable({}, { __metatable = "mine" })
setmetatable(t, {})
