return sop "keys" {
  ["start"] = "look",
  query "ask" { ask = { lines = logs.search { where = { ["http.route"] = "/cart", status_code = 500, body = like "timed out" } } }, on "done" { to = "done" } },
}
