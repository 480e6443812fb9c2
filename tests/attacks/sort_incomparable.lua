-- expect: script_error
table.sort { 1, "a", {} }
