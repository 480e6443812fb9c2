-- expect: ok 1,2,3,4,5,6,7,8,9,10
local t, all = {}, {}
local keys = {}
for i = 1, 10 do keys[i] = i % 2 == 0 and {} or function() return i end end
for i = 10, 1, -1 do t[keys[i]] = i end
for _, v in pairs(t) do all[#all + 1] = v end
return table.concat(all, ",")
