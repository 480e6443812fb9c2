-- expect: script_instructions
while true do pcall(function() while true do end end) end
