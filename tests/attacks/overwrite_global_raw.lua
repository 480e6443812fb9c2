-- expect: script_error
rawset(_G, "print", nil)
