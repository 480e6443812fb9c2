-- expect: script_error
return load("return 1")
