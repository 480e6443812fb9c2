-- expect: script_error
error(setmetatable({}, { __tostring = function() return {} end }))
