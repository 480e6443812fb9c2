-- expect: script_instructions
while true do end
