-- expect: script_error
local mt = {}
local t = setmetatable({}, mt)
mt.__mode = "k"
for _ in pairs(t) do end
