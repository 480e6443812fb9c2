-- expect: script_forbidden_literal
local s = [==[ ]] 1 ]==] .. "\z
   x" return 3Ll
