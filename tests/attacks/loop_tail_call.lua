-- expect: script_instructions
local function f() return f() end
return f()
