-- expect: script_syntax
local _
for _ in (nil):foo() do end
