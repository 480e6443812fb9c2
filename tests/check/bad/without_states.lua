-- expect: 2: sop "x" has no state
return sop "x" {
  start = "look",
}
