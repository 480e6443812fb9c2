-- expect: script_forbidden_literal
local x = 1e3 + 0x1p4 + 7ull
return x
