-- expect: script_error
local s = string
function s.rep() return "mine" end
