#!/usr/bin/env python3
# Review overlay: what rises and falls with memory, and what does not.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

MB = 1e6
SCRIPT = """
return reviews.overlay { memory = metric.memory {}, latency = spans.latency {}, kinds = logs.templates {} }
"""
WITHOUT_LOGS = "return reviews.overlay { memory = metric.memory {}, latency = spans.latency {} }"


def look(kind, ms, lines=None, memory=None, seed=1, minutes=60, script=SCRIPT):
    data = Telemetry(seed)
    data.memory("api", memory(data) if memory else data.flat(30, 100 * MB, MB) + data.linear(30, 100 * MB, 4 * MB, MB), instance="api-1")
    for minute in range(minutes):
        for i in range(6):
            start = data.at(minutes=minute, seconds=9 * i + 1)
            data.span("api", "GET /", start, ms(minute) * data.random.lognormvariate(0, 0.1))
            data.log("api", start, "handled")
        for i in range(lines(minute) if lines else 0):
            data.log("api", data.at(minutes=minute, seconds=i), "walks the whole table")
    return review(data, kind, script)


@case
def latency_rises():
    "latency that rises with memory is found"
    r = look("moves_together", lambda m: 10 if m < 30 else 10 + 2 * (m - 30)).one(service="api")
    assert r["numbers"]["r"] > 0.7 and r["numbers"]["n"] >= 50, r["numbers"]


@case
def latency_steady():
    "a steady latency does not move with memory"
    look("moves_together", lambda m: 10).not_found(service="api")


@case
def latency_falls():
    "latency that falls as memory rises does not move with it"
    look("moves_together", lambda m: 100 if m < 30 else 100 - 2 * (m - 30)).not_found(service="api")


@case
def message_rises():
    "a message that grows with memory is found, the steady one is not"
    r = look("overlay", lambda m: 10, lambda m: 1 if m < 30 else 1 + (m - 30) // 2)
    same(r.one(service="api")["subject"]["template"], "walks the whole table", "template")
    r.not_found(template="handled")


@case
def memory_is_steady():
    "with steady memory nothing comes with it"
    flat = lambda d: d.flat(60, 100 * MB, MB)
    look("moves_together", lambda m: 10 if m < 30 else 10 + 2 * (m - 30), memory=flat).not_found(service="api")
    look("overlay", lambda m: 10, lambda m: 1 if m < 30 else 9, memory=flat).not_found(template="walks the whole table")


@case
def without_logs():
    "without logs the latency is still laid over memory"
    look("moves_together", lambda m: 10 if m < 30 else 10 + 2 * (m - 30), script=WITHOUT_LOGS).one(service="api")


@case
def short():
    "five minutes in common cannot tell"
    look("moves_together", lambda m: 10, memory=lambda d: d.flat(5, 100 * MB, MB), minutes=5).is_unknown(service="api")


main()
