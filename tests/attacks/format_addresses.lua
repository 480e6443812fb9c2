-- expect: ok table#1\tfunction#2\ttable#1\tfunction#2
local t, f = {}, print
return ("%s"):format(t), ("%s"):format(f), ("%p"):format(t), ("%p"):format(f)
