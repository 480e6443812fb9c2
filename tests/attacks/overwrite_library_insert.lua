-- expect: script_error
table.insert(string, 1)
