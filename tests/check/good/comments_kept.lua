-- What stands here is read over.
return sop "comments" { -- behind a brace
  --[[ a block
       of two lines ]]
  start = "look", -- behind a field
  info "hello" { say = "Hello.", --[==[ levels ]] ]==] on "done" { to = "done" } };
}
-- The end.
