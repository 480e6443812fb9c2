-- expect: script_memory
-- budget: instructions=1000000000000 seconds=3
local keep = {}
while true do
  pcall(function() for i = 1, 1e9 do keep[#keep + 1] = ("x"):rep(1e5) .. i end end)
end
