-- expect: script_forbidden_literal
return 12i
