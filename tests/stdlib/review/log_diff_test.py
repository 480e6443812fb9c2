#!/usr/bin/env python3
# Review log_diff: what slow requests log and healthy ones do not.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, review, run, same  # noqa: E402

SCRIPT = """
within { service = "api" }
local slow, typical = %s, %s
return reviews.log_diff { slow = logs.of_traces { traces = slow }, typical = logs.of_traces { traces = typical } }
"""


def look(lines, n=20, seed=1, of=20):
    """`lines(slow, i)` gives the bodies that trace i logs; `n` slow and `n` typical traces."""
    data = Telemetry(seed)
    names = {True: [], False: []}
    for i in range(2 * n):
        slow = i % 2 == 0
        trace, span = data.span("api", "GET /", data.at(seconds=20 * i), 100 if slow else 10)
        names[slow].append(trace)
        for j, body in enumerate(lines(slow, i // 2)):
            data.log("api", data.at(seconds=20 * i) + (j + 1) * 1_000_000, body, trace=trace, span=span)
    quote = lambda ids: "{ " + ", ".join(f'"{t}"' for t in ids) + " }"
    return review(data, "log_diff", SCRIPT % (quote(names[True][:of]), quote(names[False][:of])))


@case
def only_slow():
    "a message of slow traces alone is found, with the traces of both sides"
    r = look(lambda slow, i: [f"received {i}"] + ([f"reads {1000 + i} rows"] if slow else [])).one(service="api")
    same(r["subject"]["template"], "reads <*> rows", "template")
    same([r["numbers"][k] for k in ("slow", "all_slow", "typical", "all_typical")], [20, 20, 0, 20], "traces")
    same(r["strength"], 1, "strength")


@case
def mostly_slow():
    "a message far more common among slow traces is found"
    r = look(lambda slow, i: ["received"] + (["miss"] if slow or i % 4 == 0 else ["hit"])).one(template="miss")
    same([r["numbers"]["slow"], r["numbers"]["typical"]], [20, 5], "traces")


@case
def only_healthy():
    "a message of healthy traces alone is not reported as of slow ones"
    r = look(lambda slow, i: ["received"] + ([] if slow else ["hit"]))
    r.not_found(service="api")


@case
def alike():
    "traces that log alike do not differ"
    look(lambda slow, i: ["received", "done"]).not_found(service="api")


@case
def few():
    "three traces a side cannot tell"
    look(lambda slow, i: ["received"] + (["miss"] if slow else []), of=3).is_unknown()


@case
def no_lines():
    "lines without trace ids are unknown, with the cure"
    data = Telemetry(1)
    for i in range(20):
        trace, _ = data.span("api", "GET /", data.at(seconds=20 * i), 10)
        data.log("api", data.at(seconds=20 * i), "received")
    row = review(data, "log_diff", SCRIPT % (f'{{ "{trace}" }}', f'{{ "{trace}" }}')).is_unknown("no log lines")
    assert "trace ids" in row["cure"], row


@case
def smallest():
    "what was examined says in how many slow traces a message would have been seen"
    r = look(lambda slow, i: ["received"])
    same(r.examined[0]["smallest"]["slow"], 7, "slow traces")


@case
def numbers():
    "shares, p, severity and an example are told"
    r = look(lambda slow, i: ["received"] + ([f"reads {i} rows"] if slow else [])).one(service="api")
    same([r["numbers"]["share_slow"], r["numbers"]["share_typical"]], [1, 0], "shares")
    assert r["numbers"]["p"] < 1e-9 and r["lists"]["example"] == ["reads 0 rows"], r


SOP = """return sop "diff" {
  start = "look",
  query "look" { ask = { contrast = spans.contrast {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "look" }, with = { reviews.cohort {} }, on "on" { to = "lines" } },
  context "cohort" { about = "cohort", names = { "slow_traces", "typical_traces" },
    review "lines" {
      ask = { slow = logs.of_traces { traces = "$slow_traces" }, typical = logs.of_traces { traces = "$typical_traces" } },
      with = { reviews.log_diff { slow = "lines.slow", typical = "lines.typical" } },
      on "done" { to = "done" } },
  },
  hypothesis "logged" { say = "$service logs it.", needs = { "cohort", "log_diff" } },
}
"""


def walked(spans):
    data = Telemetry(1)
    data.log("api", data.at(seconds=1), "received")
    data.log("api", data.at(minutes=30), "received")
    if spans:
        for i in range(60):
            data.span("api", "GET /", data.at(seconds=20 * i), 10 + data.random.random(), attributes={"zone": "a"})
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "diff.lua")
        with open(path, "w", encoding="utf-8") as file:
            file.write(SOP)
        done = run("run", path, "--data", data.write(os.path.join(folder, "data")), "--json", "--case", os.path.join(folder, "x.case"), expect=None)
        rows = json.loads(done.stdout)
    return [u for u in find(rows, "unknown") if u.get("kind") == "log_diff"]


def find(value, name):
    """All rows of lists called `name`, however deep."""
    out = []
    if isinstance(value, dict):
        for k, v in value.items():
            out += (v if k == name and isinstance(v, list) else []) + find(v, name)
    if isinstance(value, list):
        for v in value:
            out += find(v, name)
    return [r for r in out if isinstance(r, dict)]


@case
def without_spans():
    "without spans the traces are unknown: what is missing is spans, not logs"
    rows = walked(spans=False)
    assert rows, "log_diff is not unknown"
    same({r["signal"] for r in rows}, {"spans"}, "missing")


@case
def without_cohort():
    "with spans and without a cohort the reason is that none was found"
    rows = walked(spans=True)
    assert rows and all("cohort" in r["why"] for r in rows), rows


main()
