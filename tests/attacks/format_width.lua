-- expect: script_error
return ("%999d"):format(1)
