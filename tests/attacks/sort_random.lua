-- expect: ok 500500
local t = {}
for i = 1, 1000 do t[i] = i end
table.sort(t, function() return math.random() < 0.5 end)
local n = 0
for i = 1, #t do n = n + t[i] end
return n
