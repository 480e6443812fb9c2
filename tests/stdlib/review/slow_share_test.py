#!/usr/bin/env python3
# Review slow_share: requests slower than a limit against what a budget allows.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402


def look(durations, options='limit = "300ms"', operation="GET /", kind="server"):
    data = Telemetry(1)
    for i, ms in enumerate(durations):
        data.span("api", operation, data.at(seconds=i), ms, kind=kind)
    return review(data, "slow_share", f"return reviews.slow_share {{ latency = spans.latency {{}}, {options} }}")


@case
def burns():
    "a tenth of the requests over the limit burns a budget of one percent ten times as fast"
    r = look([20] * 90 + [500] * 10).one(service="api", operation="GET /")
    same([r["numbers"][k] for k in ("slow", "n", "limit")], [10, 100, 0.3], "requests")
    near(r["numbers"]["share"], 0.1, 1e-9, "share")
    near(r["numbers"]["times"], 10, 1e-9, "times")
    assert "10 of 100 requests" in r["says"], r["says"]


@case
def kept():
    "one of two hundred within a budget of one percent is not found"
    look([20] * 199 + [500]).not_found(service="api")


@case
def chance():
    "two of a hundred may be chance"
    look([20] * 98 + [500] * 2).not_found(service="api")


@case
def at_the_limit():
    "a budget that is ten times as large is kept"
    look([20] * 90 + [500] * 10, 'limit = "300ms", allowed = 0.1').not_found(service="api")


@case
def faster_rate():
    "a burn rate asked for is above the one that is there"
    look([20] * 90 + [500] * 10, 'limit = "300ms", times = 14.4').not_found(service="api")


@case
def units():
    "limits in seconds and minutes are read"
    look([20] * 90 + [500] * 10, 'limit = "1s"').not_found(service="api")
    look([70000] * 90, 'limit = "1m"').one(service="api")


@case
def few():
    "ten requests cannot tell"
    look([500] * 10).is_unknown("10 requests, at least 20", service="api")


@case
def clients():
    "client spans do not count"
    data = Telemetry(2)
    parent = data.span("api", "job", data.at(seconds=1), 1, kind="internal")
    for i in range(50):
        data.span("api", "GET /", data.at(seconds=i), 500, kind="client", parent=parent)
    answer = review(data, "slow_share", 'return reviews.slow_share { latency = spans.latency {}, limit = "300ms" }')
    assert not answer.found and answer.unknown, vars(answer)


@case
def smallest():
    "what was examined says the smallest share that would have been seen"
    near(look([20] * 100).examined[0]["smallest"]["share"], 0.04, 0.001, "share")


main()
