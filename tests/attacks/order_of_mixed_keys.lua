-- expect: ok 1 2 -1.5 7.25 1e+300 B a ab b false true
local t = { "x", "y", [7.25] = 1, [-1.5] = 1, [1e300] = 1, b = 1, a = 1, ab = 1, B = 1, [true] = 1, [false] = 1 }
local all = {}
for k in pairs(t) do all[#all + 1] = tostring(k) end
return table.concat(all, " ")
