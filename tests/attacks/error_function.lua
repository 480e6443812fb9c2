-- expect: script_error
error(function() end)
