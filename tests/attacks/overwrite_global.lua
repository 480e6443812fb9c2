-- expect: script_error
print = nil
