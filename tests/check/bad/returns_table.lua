-- expect: 2: the file returns a table, not a sop
return { "sop" }
