-- expect: ok 100
local t = {}
for i = 1, 100 do t["k" .. i] = i end
local n = 0
for k in pairs(t) do n = n + 1 t[k] = nil t[k .. "x"] = 1 end
return n
