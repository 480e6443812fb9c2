-- expect: ok true
local before = string.rep
for k in pairs(string) do pcall(function() string[k] = 1 end) end
return string.rep == before
