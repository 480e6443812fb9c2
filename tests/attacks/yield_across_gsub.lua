-- expect: script_error
coroutine.wrap(function() ("x"):gsub("x", coroutine.yield) end)()
