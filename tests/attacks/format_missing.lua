-- expect: script_error
return ("%s %s"):format(1)
