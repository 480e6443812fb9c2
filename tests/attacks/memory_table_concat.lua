-- expect: script_memory
local t, s = {}, ("x"):rep(1e6)
for i = 1, 1000 do t[i] = s end
return #table.concat(t)
