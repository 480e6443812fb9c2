-- expect: script_error
setmetatable({}, { __mode = "k" })
