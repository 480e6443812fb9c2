-- expect: script_forbidden_literal
return 0xffULL
