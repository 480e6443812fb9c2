-- expect: script_error
return ("x"):find("%1")
