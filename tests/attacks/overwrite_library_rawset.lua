-- expect: script_error
rawset(string, "rep", nil)
