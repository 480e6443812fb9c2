-- expect: script_error
table.insert({}, 2 ^ 30, 1)
