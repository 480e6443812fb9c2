-- expect: ok nil\tnil\tnil
return tonumber("1LL"), tonumber("0x1ULL"), tonumber("1i")
