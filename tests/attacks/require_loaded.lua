-- expect: script_error
return require "_G"
