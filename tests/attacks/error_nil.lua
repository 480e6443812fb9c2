-- expect: script_error
error(nil)
