-- expect: script_error
_G.pairs = nil
