-- expect: script_instructions
::again:: goto again
