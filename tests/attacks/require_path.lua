-- expect: script_error
return require "../../etc/passwd"
