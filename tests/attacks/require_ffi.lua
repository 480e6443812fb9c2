-- expect: script_error
return require "ffi"
