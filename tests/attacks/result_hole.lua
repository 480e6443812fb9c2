-- expect: script_error
return { 1, nil, 3 }
