-- expect: script_error
return ("x"):find("[a")
