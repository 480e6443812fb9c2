-- expect: script_syntax
local a, b
for a in ((nil)):foo() do end
