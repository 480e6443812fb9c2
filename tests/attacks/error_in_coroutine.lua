-- expect: script_error
coroutine.wrap(function() error({}) end)()
