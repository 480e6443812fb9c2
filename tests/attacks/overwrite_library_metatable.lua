-- expect: script_error
setmetatable(string, {})
