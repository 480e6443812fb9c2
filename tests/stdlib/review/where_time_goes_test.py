#!/usr/bin/env python3
# Review where_time_goes: the step that takes the extra time of slow traces.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

SCRIPT = """
within { service = "api" }
return reviews.where_time_goes { slow = spans.slowest { limit = 20 }, typical = spans.typical { limit = 20 } }
"""


def traces(seed, extra, n=100):
    """api serves with a step of its own and a call to store; each fifth request takes `extra` (own, store) ms longer."""
    data = Telemetry(seed)
    for i in range(n):
        own, store = (extra if i % 5 == 0 else (0, 0))
        own, store = own + 5 + abs(data.noise(0.3)), store + 8 + abs(data.noise(0.3))
        start = data.at(seconds=10 * i)
        root = data.span("api", "GET /", start, own + store + 4)
        data.span("api", "compute", start + 500_000, own, kind="internal", parent=root)
        data.call(("api", root), "store", "read", start + 1_000_000 + int(own * 1e6), store)
    return data


@case
def own_step():
    "a step of the service itself that takes longer is found with its self time on both sides"
    r = review(traces(1, (100, 0)), "where_time_goes", SCRIPT)
    row = r.one(operation="compute")
    near(row["numbers"]["self_slow"], 0.105, 0.005, "slow")
    near(row["numbers"]["self_typical"], 0.005, 0.002, "typical")
    assert row["numbers"]["share"] > 0.9, row
    same([row["numbers"]["slow_traces"], row["numbers"]["typical_traces"]], [20, 20], "traces")
    r.not_found(operation="read", service="store")


@case
def callee():
    "time in a callee is the callee's, not the caller's that waits"
    r = review(traces(2, (0, 100)), "where_time_goes", SCRIPT)
    r.one(service="store", operation="read")
    r.not_found(service="api", operation="GET /")
    r.not_found(service="api", operation="compute")


@case
def both():
    "two steps that share the extra time are both found with their shares"
    r = review(traces(3, (50, 50)), "where_time_goes", SCRIPT)
    near(r.one(operation="compute")["numbers"]["share"], 0.5, 0.1, "share")
    near(r.one(operation="read", service="store")["numbers"]["share"], 0.5, 0.1, "share")


@case
def none():
    "without spans of the service it is unknown"
    data = Telemetry(4)
    data.span("web", "GET /", data.at(seconds=1), 5)
    review(data, "where_time_goes", SCRIPT).is_unknown("no traces")


@case
def alike():
    "traces that all take the same time spend no extra time anywhere"
    data = Telemetry(5)
    for i in range(40):
        data.span("api", "GET /", data.at(seconds=10 * i), 20)
    r = review(data, "where_time_goes", SCRIPT)
    assert not r.found, r.found


@case
def waiting():
    "who waits for the step found is told: the nearest service that calls it"
    r = review(traces(2, (0, 100)), "where_time_goes", SCRIPT)
    same(r.one(service="store", operation="read")["lists"]["waiting"], ["api GET /"], "waiting")


@case
def path():
    "the step found takes most of the critical path of slow requests, and less of typical ones"
    n = review(traces(2, (0, 100)), "where_time_goes", SCRIPT).one(service="store", operation="read")["numbers"]
    assert n["path_slow"] > 0.8 > n["path_typical"] > 0.2, n


@case
def beside():
    "a slow step that runs beside the request has self time and no critical path"
    data = Telemetry(6)
    for i in range(100):
        slow = i % 5 == 0
        root = data.span("api", "GET /", data.at(seconds=10 * i), 120 if slow else 12)
        data.span("api", "work", data.at(seconds=10 * i) + 1_000_000, 118 if slow else 10, kind="internal", parent=root)
        data.span("api", "audit", data.at(seconds=10 * i) + 500_000, 100 if slow else 1, kind="internal", parent=root)
    r = review(data, "where_time_goes", SCRIPT)
    same(r.one(operation="audit")["numbers"]["path_slow"] < 0.1, True, "path of audit")
    assert r.one(operation="work")["numbers"]["path_slow"] > 0.8


@case
def few_traces():
    "with three traces a side it is found weaker"
    few = review(traces(1, (100, 0), n=100), "where_time_goes", SCRIPT.replace("20", "3")).one(operation="compute")
    assert few["strength"] <= 0.6, few
    same(few["numbers"]["slow_traces"], 3, "traces")


@case
def a_little_longer():
    "steps that all take a tenth longer explain nothing"
    data = Telemetry(7)
    for i in range(100):
        data.span("api", "GET /", data.at(seconds=10 * i), 22 if i % 5 == 0 else 20)
    r = review(data, "where_time_goes", SCRIPT)
    r.not_found(operation="GET /")


main()
