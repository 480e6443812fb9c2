-- expect: script_error
return io.open("/etc/passwd")
