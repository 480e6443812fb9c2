-- expect: ok false\tcannot resume a running coroutine
local co
co = coroutine.create(function() return coroutine.resume(co) end)
return select(2, coroutine.resume(co))
