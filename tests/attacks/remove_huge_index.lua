-- expect: script_error
table.remove({}, 2 ^ 31)
