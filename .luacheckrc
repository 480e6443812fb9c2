-- What luacheck knows of the language: words are globals in SOP files, reviews and measures.
std = "luajit"
max_line_length = 200
read_globals = {
  "sop", "context", "info", "query", "fork", "review", "suggest", "on", "hypothesis", "found", "not_found", "unknown",
  "all_of", "any_of", "above", "below", "like", "todo", "duration", "time", "text", "number", "choice", "list", "flag",
  "metric", "spans", "logs", "promql", "ppl", "sql", "dsl", "jaeger", "reviews", "measure", "kernel",
  "test", "expect", "judged", "at", "path", "null",
}
exclude_files = { "tests/check/bad/**", "tests/attacks/**", "build*/**", "bindings/meta/**" }
