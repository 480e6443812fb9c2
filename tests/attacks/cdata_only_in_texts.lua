-- expect: ok 1LL\t2i\t0xffULL
--[[ 5LL ]] -- 6i
return "1LL", '2i', [[0xffULL]]
