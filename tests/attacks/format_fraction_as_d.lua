-- expect: script_error
return ("%d"):format(3.5)
