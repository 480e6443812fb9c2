-- expect: script_error
return math.random(2 ^ 60)
