-- expect: ok table#1\tfunction#2\tcoroutine#3\tfunction#4
return tostring({}), tostring(print), tostring(coroutine.create(print)), tostring(function() end)
