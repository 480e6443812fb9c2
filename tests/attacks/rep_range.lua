-- expect: script_error
return ("x"):rep(2 ^ 31)
