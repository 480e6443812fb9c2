-- expect: script_error
return ("%n"):format(1)
