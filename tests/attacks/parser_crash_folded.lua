-- expect: script_syntax
local _
for _ in (false or 1 and nil) -- [[ hidden
  :foo() do end
