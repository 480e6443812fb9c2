-- expect: script_forbidden_literal
return 1LL
