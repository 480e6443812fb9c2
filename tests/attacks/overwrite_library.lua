-- expect: script_error
string.rep = nil
