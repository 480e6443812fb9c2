-- expect: script_error
coroutine.yield(1)
