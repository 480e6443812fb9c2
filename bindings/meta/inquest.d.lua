---@meta
-- Words of the language for editors, generated from stdlib/sop/words.lua; do not edit.
-- SPDX-License-Identifier: Apache-2.0

---@class inquest.element
---@class inquest.ask
---@class inquest.use
---@class inquest.type
---@class inquest.condition
---@class inquest.match

---@class inquest.sop.sop
---@field title? string # What people see; the name when absent.
---@field matches? string[] # What somebody would say who needs this procedure.
---@field input? table<string, inquest.type> # Values given at the start; bare means required.
---@field start string # The label of the first edge.
---@field [integer] any # info, query, fork, review, suggest, context, hypothesis

---@class inquest.sop.context
---@field window? string # The stretch of time, counted back from the end of the window around it.
---@field about? string # The kind of finding that binds the names, the strongest one.
---@field only? ("service"|"namespace"|"instance"|"version"|"operation")[] # Scope names that narrow every ask inside.
---@field names? string[] # Names bound without narrowing.
---@field top? integer # Walk the context once per finding, for so many of the strongest.
---@field [integer] any # info, query, fork, review, suggest, context, on

---@class inquest.sop.info
---@field title? string # What people see; the name when absent.
---@field say string # What is told; $name stands for a bound value.
---@field [integer] any # on

---@class inquest.sop.query
---@field title? string # What people see; the name when absent.
---@field ask table<string, inquest.ask> # The asks by name; a frame is named state.ask.
---@field from? string # Another source than the one of the signal.
---@field against? string # A second window in the same frame, for all asks.
---@field outside? ("service"|"namespace"|"instance"|"version"|"operation")[] # Scope names lifted on purpose, for all asks.
---@field where? table<string, string|number|inquest.match> # Filters spans and logs, for all asks.
---@field [integer] any # on

---@class inquest.sop.fork
---@field [integer] any # query, on

---@class inquest.sop.review
---@field title? string # What people see; the name when absent.
---@field of? string[] # States whose frames are reviewed; a fork stands for its queries.
---@field with inquest.use[] # The reviews, run in order.
---@field ask? table<string, inquest.ask> # Own asks by name.
---@field against? string # A second window in the same frame, for all asks.
---@field outside? ("service"|"namespace"|"instance"|"version"|"operation")[] # Scope names lifted on purpose, for all asks.
---@field where? table<string, string|number|inquest.match> # Filters spans and logs, for all asks.
---@field [integer] any # on

---@class inquest.sop.suggest
---@field title? string # What people see; the name when absent.
---@field say string # What is told; $name stands for a bound value.
---@field [integer] any # on

---@class inquest.sop.on
---@field to string # The state it leads to, "done", or "next" inside a context with top.
---@field when? inquest.condition # The condition under which it holds.
---@field why? string # The reason of this alternative.
---@field says? string # An answer in words, on an edge to done.

---@class inquest.sop.hypothesis
---@field say string # The claim; it binds the fields of its key.
---@field needs (string|inquest.condition)[] # All must be found; one not found rules it out.
---@field helps? (string|inquest.condition)[] # Adds strength, never decides.
---@field refuted_by? (string|inquest.condition)[] # One found rules it out.
---@field explains? string[] # Hypotheses that follow from this one.
---@field of? string[] # Subject fields on which findings are joined; { "service" } when absent.

---@class inquest.sop.found
---@field [string] string|number|inquest.match # A number or a subject field of the kind.

---@class inquest.sop.not_found
---@field [string] string|number|inquest.match # A number or a subject field of the kind.

---@class inquest.sop.unknown
---@field [string] string|number|inquest.match # A number or a subject field of the kind.

---@class inquest.sop.all_of
---@field [integer] any # found, not_found, unknown, all_of, any_of

---@class inquest.sop.any_of
---@field [integer] any # found, not_found, unknown, all_of, any_of

---@class inquest.sop.duration
---@field default? any # Taken when nothing is given.
---@field optional? boolean # May be left out; unbound then.
---@field least? any # The smallest accepted.
---@field most? any # The largest accepted.
---@field doc? string # What it is for.

---@class inquest.sop.time
---@field default? any # Taken when nothing is given.
---@field optional? boolean # May be left out; unbound then.
---@field doc? string # What it is for.

---@class inquest.sop.text
---@field default? any # Taken when nothing is given.
---@field optional? boolean # May be left out; unbound then.
---@field doc? string # What it is for.

---@class inquest.sop.number
---@field default? any # Taken when nothing is given.
---@field optional? boolean # May be left out; unbound then.
---@field least? number # The smallest accepted.
---@field most? number # The largest accepted.
---@field whole? boolean # Whole numbers only.
---@field doc? string # What it is for.

---@class inquest.sop.choice
---@field default? any # Taken when nothing is given.
---@field optional? boolean # May be left out; unbound then.
---@field doc? string # What it is for.
---@field [integer] any # text

---@class inquest.review.list
---@field default? any # Taken when nothing is given.
---@field optional? boolean # May be left out.
---@field of? string # text or number; text when absent.
---@field values? string[] # The texts accepted; any when absent.
---@field doc? string # What it is for.

---@class inquest.review.flag
---@field default? any # Taken when nothing is given.
---@field optional? boolean # May be left out.
---@field doc? string # What it is for.

---@class inquest.test.test
---@field data? string # A folder with a recording, beside the SOP.
---@field case? string # A case file to replay, beside the SOP.
---@field input? table<string, any> # Inputs by name.
---@field answer? table<string, any> # What is chosen: state = label.
---@field from? string # Begin of the window.
---@field to? string # End of the window, not in it.
---@field without? string[] # Signals withheld: metrics, spans, logs.
---@field [integer] any # expect, judged, at, path

---@class inquest.test.expect
---@field verdict string # confirmed, ruled_out, inconclusive or nothing_found.
---@field hypothesis? string # The hypothesis that the verdict names.
---@field subject? table<string, any> # Fields of the verdict's subject.
---@field also? string[] # Other hypotheses that must be confirmed.
---@field missing? string[] # Every signal or measure that the verdict misses, no more and no less; a kind that was never examined by its name.
---@field exit? number # The exit code of the run.

---@class inquest.test.judged
---@field verdict string # confirmed, ruled_out or inconclusive.
---@field subject? table<string, any> # The key at which it is judged; any key when absent.
---@field missing? string[] # Every signal or measure that it misses there, no more and no less; a kind that was never examined by its name.

---@class inquest.test.at
---@field [integer] any # found, not_found, unknown, all_of, any_of

---@class inquest.test.path
---@field [integer] any # text

---@class inquest.review.review
---@field version integer # Raised when its results change.
---@field doc string # What it judges, and by which rule.
---@field takes table<string, string|table> # The frames it takes, by slot.
---@field options? table<string, inquest.type> # Its options with defaults.
---@field yields table<string, table> # The kinds of findings it can make.
---@field generic? boolean # It yields one kind, and `yields = "kind"` where it is used names it.
---@field run function # function (frames, options, earlier) → { found, examined, unknown }.

---@class inquest.measure.measure
---@field unit string # The unit in which it is shown (UCUM).
---@field doc string # What it measures.
---@field reduce? string # Samples of one instance in one bucket: last, sum, max or mean.
---@field identity? string[] # Attributes that tell instances apart, best first.
---@field names table[] # Its names, newest first.
---@field restarts? table<string, any> # Metrics beside it that tell when the process began anew = "falls" (a counter) or "rises" (a start time).

---The procedure. `start` labels the first edge; the first child is the first state.
---
---```lua
---return sop "errors_rise" { start = "look", review "look" { … } }
---```
---@param name string
---@return fun(fields: inquest.sop.sop): inquest.element
function sop(name) end

---A scope of time, service or other names; every ask inside is limited to it.
---
---```lua
---context "service" { about = "suspect", only = { "service" }, names = { "onset" }, … }
---```
---@param name string
---@return fun(fields: inquest.sop.context): inquest.element
function context(name) end

---Tells; its transition is taken at once.
---
---```lua
---info "overview" { say = "What this is about.", on "go" { to = "look" } }
---```
---@param name string
---@return fun(fields: inquest.sop.info): inquest.element
function info(name) end

---Named asks, run side by side. The family of an ask chooses the signal and so the source.
---
---```lua
---query "metrics" { ask = { load = metric.request_rate {} }, on "seen" { to = "judge" } }
---```
---@param name string
---@return fun(fields: inquest.sop.query): inquest.element
function query(name) end

---Queries side by side, without `on` of their own; its `on` is the join.
---
---```lua
---fork "gather" { query "metrics" { … }, query "spans" { … }, on "join" { to = "judge" } }
---```
---@param name string
---@return fun(fields: inquest.sop.fork): inquest.element
function fork(name) end

---Runs reviews, in order, over the frames of the states in `of` and of its own asks.
---
---```lua
---review "judge" { of = { "gather" }, with = { reviews.rise { series = "metrics.load" } }, on "done" { to = "done" } }
---```
---@overload fun(contract: inquest.review.review): inquest.element
---@param name string
---@return fun(fields: inquest.sop.review): inquest.element
function review(name) end

---Says what to do next and why.
---
---```lua
---suggest "hub" { say = "What next?", on "logs" { to = "logs" }, on "enough" { to = "done" } }
---```
---@param name string
---@return fun(fields: inquest.sop.suggest): inquest.element
function suggest(name) end

---A labelled edge, offered when its condition holds. Every state ends with one that has no `when`.
---
---```lua
---on "slow callees" { to = "callee", when = found "callee_rise", why = "$callee_rise.says" }
---```
---@param name string
---@return fun(fields: inquest.sop.on): inquest.element
function on(name) end

---A claim with the findings that confirm it or rule it out.
---
---```lua
---hypothesis "load" { say = "$service serves more requests.", needs = { "load_rise" } }
---```
---@param name string
---@return fun(fields: inquest.sop.hypothesis): inquest.element
function hypothesis(name) end

---A finding of this kind agrees with the scope.
---
---```lua
---found "budget_burn" { times = above(14.4), stage = "prod" }
---```
---@param kind string
---@return inquest.condition|fun(match: inquest.sop.found): inquest.condition
function found(kind) end

---It was looked for and not found.
---
---```lua
---not_found "error_rise"
---```
---@param kind string
---@return inquest.condition|fun(match: inquest.sop.not_found): inquest.condition
function not_found(kind) end

---It could not be told.
---
---```lua
---unknown "throttling"
---```
---@param kind string
---@return inquest.condition|fun(match: inquest.sop.unknown): inquest.condition
function unknown(kind) end

---All of these hold.
---
---```lua
---all_of { found "a", not_found "b" }
---```
---@param fields inquest.sop.all_of
---@return inquest.condition
function all_of(fields) end

---One of these holds.
---
---```lua
---any_of { found "a", found "b" }
---```
---@param fields inquest.sop.any_of
---@return inquest.condition
function any_of(fields) end

---A number above this one.
---
---```lua
---above(14.4)
---```
---@param value number
---@return inquest.match
function above(value) end

---A number below this one.
---
---```lua
---below(0.5)
---```
---@param value number
---@return inquest.match
function below(value) end

---A text matched by template, ids and numbers masked.
---
---```lua
---like "$message"
---```
---@param text string
---@return inquest.match
function like(text) end

---A marked blank: legal for any value while writing, an error in check.
---
---```lua
---on "logs" { to = todo }
---```
---@type any
todo = nil

---A length of time: 90s, 1h30m, 7d.
---
---```lua
---duration { default = "1h" }
---```
---@type inquest.type|fun(fields: inquest.sop.duration): inquest.type
duration = nil

---A point in time: 2026-11-21T10:28:39Z.
---
---```lua
---time { optional = true }
---```
---@type inquest.type|fun(fields: inquest.sop.time): inquest.type
time = nil

---A text.
---
---```lua
---text { optional = true }
---```
---@type inquest.type|fun(fields: inquest.sop.text): inquest.type
text = nil

---A number.
---
---```lua
---number { default = 1.5, least = 0 }
---```
---@type inquest.type|fun(fields: inquest.sop.number): inquest.type
number = nil

---One of the texts listed.
---
---```lua
---choice { "mean", "max", default = "max" }
---```
---@type inquest.type|fun(fields: inquest.sop.choice): inquest.type
choice = nil

---A list of texts, or of numbers with of = "number".
---
---```lua
---list { default = { "operation" } }
---```
---@type inquest.type|fun(fields: inquest.review.list): inquest.type
list = nil

---true or false.
---
---```lua
---flag { default = false }
---```
---@type inquest.type|fun(fields: inquest.review.flag): inquest.type
flag = nil

---A run of the SOP over a recording or a case, and what must come of it. A test that examined no data fails.
---
---```lua
---test "the leak is confirmed" { data = "replay", expect { verdict = "confirmed" } }
---```
---@param name string
---@return fun(fields: inquest.test.test): inquest.element
function test(name) end

---The verdict that must come.
---
---```lua
---expect { verdict = "confirmed", hypothesis = "load", subject = { service = "billing" } }
---```
---@param fields inquest.test.expect
---@return inquest.element
function expect(fields) end

---What must be said of one hypothesis, whichever the verdict names.
---
---```lua
---judged "cache" { verdict = "inconclusive", subject = { service = "billing" }, missing = { "spans" } }
---```
---@param name string
---@return fun(fields: inquest.test.judged): inquest.element
function judged(name) end

---What must hold when the run leaves this state.
---
---```lua
---at "judge" { found "cohort" { attribute = "region" } }
---```
---@param name string
---@return fun(fields: inquest.test.at): inquest.element
function at(name) end

---The states walked, in order.
---
---```lua
---path { "overview", "gather", "judge" }
---```
---@param fields inquest.test.path
---@return inquest.element
function path(fields) end

---A thing measured and its names in every generation of telemetry. The file's name is its name.
---
---```lua
---return measure { unit = "By", doc = "Memory in use.", names = { { metric = "process.memory.usage", unit = "By" } } }
---```
---@param fields inquest.measure.measure
---@return inquest.element
function measure(fields) end

---@class inquest.family.metric
---@field [string] fun(options: table): inquest.ask
metric = {}

---@class inquest.family.spans
---@field [string] fun(options: table): inquest.ask
spans = {}

---@class inquest.family.logs
---@field [string] fun(options: table): inquest.ask
logs = {}

---@class inquest.reviews
---@field [string] fun(options: table): inquest.use
reviews = {}

---@param text string
---@return fun(options: table): inquest.ask
function promql(text) end

---@param text string
---@return fun(options: table): inquest.ask
function ppl(text) end

---@param text string
---@return fun(options: table): inquest.ask
function sql(text) end

---@param text string
---@return fun(options: table): inquest.ask
function dsl(text) end

---@param text string
---@return fun(options: table): inquest.ask
function jaeger(text) end

---@class inquest.frame # The answer to an ask: named, typed columns; immutable.
---@field rows fun(self: inquest.frame): integer # The number of rows.
---@field shape fun(self: inquest.frame): string # series, latency, spans, contrast, logs, templates or table.
---@field columns fun(self: inquest.frame): string[] # The names of its columns, in order.
---@field has fun(self: inquest.frame, name: string): boolean # Whether it has a column of this name.
---@field each fun(self: inquest.frame, ...: string): fun(): table<string, any>? # For loops: the rows one by one, of any number; with names only these columns.
---@field table fun(self: inquest.frame): table<string, any>[] # All rows, at most 10 000 cells; absent cells are nil.
---@field column fun(self: inquest.frame, name: string): any[] # One column, at most 10 000 cells; absent cells are null.
---@field where fun(self: inquest.frame, cells: table<string, any>): inquest.frame # The rows whose cells equal these, or one of a list.
---@field first fun(self: inquest.frame, n: integer): inquest.frame # The first rows.
---@field sort fun(self: inquest.frame, name: string, order?: "ascending"|"descending"): inquest.frame # Stable; absent cells last.
---@field partial fun(self: inquest.frame): string? # Why the answer is partial.
---@field limited fun(self: inquest.frame): string? # What the ask itself left out.

---@class inquest.kernels
---@field bucket fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # a series on buckets of equal length, by median, sum, max, …. Options: by, value, from, to, window, step, origin, reduce.
---@field calls fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # who calls whom: requests, errors and time per pair of services. Options: service, by_operation.
---@field change_point fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # onset of a lasting rise or fall per series, levels before and after it. Options: by, value, from, to, window, direction, floor, alpha.
---@field change_points fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # the levels that a series had one after the other, with the time of each change. Options: by, value, from, to, window, floor, alpha, most.
---@field compare fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # medians before and after a time per series, with the p of Mann and Whitney. Options: by, value, from, to, window, at.
---@field contrast fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # attributes that tell slow from fast requests of an operation at the same time. Options: alpha.
---@field critical_path fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # time on the critical path of traces, per service and operation. Options: by, window.
---@field cycles fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # climbs between falls, and whether restarts or collections ended them. Options: by, value, from, to, window, share.
---@field groups fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # the combinations of labels in a frame and how many rows each has. Options: by, from, to, window.
---@field growing fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # numeric span attributes that begin to rise with the onset. Options: by, from, to, window, at.
---@field latency_series fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # quantiles and errors of a latency frame per bucket of time. Options: by, from, to, window, step.
---@field latency_summary fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # quantiles and errors of a latency frame, whole, before and after a time. Options: by, from, to, window, at.
---@field line fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # least-squares slope per second, falls at restarts added back. Options: by, value, from, to, window.
---@field log_diff fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # log templates of slow traces against those of typical ones. Options: slow_traces, typical_traces, alpha.
---@field overlay fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # rank correlation of two series on common buckets, with the lag at which it is largest. Options: by, value, value2, from, to, window, step, origin, reduce, reduce2, max_lag, level.
---@field quantile fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # nearest-rank quantiles of a numeric column per group, exact below ten million values. Options: by, value, from, to, window, q, exact_below.
---@field resets fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # falls of a series that look like restarts: count, times, the largest. Options: by, value, from, to, window, share.
---@field self_time fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # duration minus the children's, per service and operation of whole traces. Options: by, window.
---@field spikes fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # samples far above the median of a series: how many, when, before and after a time. Options: by, value, from, to, window, at, k.
---@field template_diff fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # log templates by how their rate changed between the windows. Options: by, length_before, length_after, alpha.
---@field template_series fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # the counts of templates as series over time
---@field trace_diff fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # a slow trace beside a typical one, aligned by path: what is only in one, what takes longer. Options: slow, typical.
---@field trend fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # restart-corrected slope (median of pairwise slopes) and growth after the onset. Options: by, value, from, to, window, at, whole, limit, limit_column.
---@field waits fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # who waits for whom: the share of a service's time spent waiting on each callee, in whole traces. Options: window, service, by_operation.
---@field waterfall fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # the spans of one trace, or of the longest, in the order of the tree, with offset and self time. Options: trace, most, window, limit.
---@field where_time fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # self time per trace of slow against typical traces: where the difference lies. Options: by.
kernel = {}
