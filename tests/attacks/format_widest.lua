-- expect: ok 410\t99
return #("%.99f"):format(-1e308), #("%99d"):format(1)
