-- expect: script_error
setmetatable("", {})
