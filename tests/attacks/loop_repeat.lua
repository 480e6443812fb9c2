-- expect: script_instructions
repeat until false
