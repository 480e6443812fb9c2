-- expect: script_error
return ("%.999f"):format(1)
