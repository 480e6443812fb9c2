-- expect: script_error
xpcall(error, function() error("again") end)
error(select(2, xpcall(error, error)))
