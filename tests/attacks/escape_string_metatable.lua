-- expect: ok false\ttrue
local ok = pcall(function() getmetatable("").__index = nil end)
return getmetatable(""), not ok
