-- expect: script_error
error("script_instructions")
