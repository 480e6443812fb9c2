return sop "numbers" {
  start = "look",
  input = { low = number { default = -1.5 }, big = number { default = 9007199254740993 }, small = number { default = 1e-6 }, hex = number { default = 0xff } },
  info "hello" { say = "$low $big $small $hex", on "done" { to = "done" } },
}
