-- expect: script_error
math.randomseed(1)
