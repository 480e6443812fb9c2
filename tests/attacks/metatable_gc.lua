-- expect: script_error
setmetatable({}, { __gc = function() end })
