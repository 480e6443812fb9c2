#!/usr/bin/env python3
# Review log_diff: what slow requests log and healthy ones do not.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

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


main()
