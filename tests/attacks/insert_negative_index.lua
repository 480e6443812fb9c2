-- expect: script_error
table.insert({ 1 }, -5, 1)
