-- expect: ok none
for _, name in ipairs { "jit", "ffi", "debug", "package", "io", "os", "newproxy", "getfenv", "setfenv", "loadfile", "dofile",
                        "load", "loadstring", "collectgarbage", "gcinfo", "module" } do
  if rawget(_G, name) ~= nil then return name end
end
return string.dump == nil and "none" or "dump"
