-- expect: script_error
coroutine.wrap(function() table.sort({ 1, 2 }, coroutine.yield) end)()
