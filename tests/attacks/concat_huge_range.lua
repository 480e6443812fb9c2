-- expect: script_error
return table.concat({}, "", -2 ^ 31, 2 ^ 31)
