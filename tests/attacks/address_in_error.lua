-- expect: script_error
error({})
