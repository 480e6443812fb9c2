-- expect: script_error
return "x" .. {}
