-- expect: script_memory
local s = ("x"):rep(1e6)
return #(("%s"):rep(150)):format(unpack((function() local t = {} for i = 1, 150 do t[i] = s end return t end)()))
