-- expect: script_error
local t = {}
for i = 1, 7000 do t[i] = i end
local co = coroutine.create(function(...) coroutine.yield(select("#", ...)) error("end") end)
coroutine.resume(co, unpack(t))
error(select(2, coroutine.resume(co)))
