-- expect: script_syntax
return function()
  local x
  for x, y in --[==[ ]] ]==] ( "t" and nil ):next(1) do end
end
