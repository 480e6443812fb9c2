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


@case
def lag():
    "a latency that follows memory three minutes later is found with its lag"
    wave = lambda m: [0, 1, 3, 6, 4, 2, 0, 5, 7, 1, 0, 2][m % 12]
    memory = lambda d: [(100 + 10 * wave(m)) * MB for m in range(60)]
    n = look("moves_together", lambda m: 10 + 5 * wave(m - 3), memory=memory).one(service="api")["numbers"]
    same(n["lag"], 180, "lag")
    assert n["r"] > 0.8 > n["r0"], n


@case
def constant_memory():
    "over constant memory nothing can be laid: unknown, and why"
    look("moves_together", lambda m: 10 + m, memory=lambda d: [100 * MB] * 60).is_unknown("constant", service="api")


@case
def with_latency():
    "a message that moves with memory tells how it moves with latency"
    r = look("overlay", lambda m: 10 if m < 30 else 10 + 2 * (m - 30), lambda m: 1 if m < 30 else 1 + (m - 30) // 2)
    assert r.one(template="walks the whole table")["numbers"]["with_latency"] > 0.5


@case
def no_spans_of_it():
    "a service with memory and without entry spans is unknown"
    data = Telemetry(3)
    data.memory("store", data.linear(60, 100 * MB, MB))
    data.span("api", "GET /", data.at(seconds=1), 5)
    review(data, "moves_together", WITHOUT_LOGS).is_unknown("no entry spans", service="store")


@case
def smallest():
    "what was examined says the smallest correlation that would have been seen"
    near(look("moves_together", lambda m: 10).examined[0]["smallest"]["r"], 0.6, 0.001, "r")


main()
