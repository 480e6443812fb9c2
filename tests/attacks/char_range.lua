-- expect: script_error
return string.char(256)
