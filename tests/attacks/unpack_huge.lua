-- expect: script_error
return unpack({}, 1, 1e8)
