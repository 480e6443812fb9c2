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
---@field missing? string[] # Every signal or measure that the verdict misses, no more and no less.
---@field exit? number # The exit code of the run.

---@class inquest.test.judged
---@field verdict string # confirmed, ruled_out or inconclusive.
---@field subject? table<string, any> # The key at which it is judged; any key when absent.
---@field missing? string[] # Every signal or measure that it misses there, no more and no less.

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
