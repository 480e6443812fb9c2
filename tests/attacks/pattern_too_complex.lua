-- expect: script_error
return (("a"):rep(300)):find(("a?"):rep(300) .. ("a"):rep(300))
