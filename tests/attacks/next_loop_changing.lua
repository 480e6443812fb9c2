-- expect: script_instructions
local t = { a = 1 }
while true do local k = next(t) t[k] = nil t[k .. ""] = 1 end
