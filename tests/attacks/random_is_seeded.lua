-- expect: ok 8\t3
return math.random(10), math.random(10)
