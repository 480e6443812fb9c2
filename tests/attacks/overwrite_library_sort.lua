-- expect: script_error
table.sort(math)
