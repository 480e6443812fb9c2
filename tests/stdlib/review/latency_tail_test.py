#!/usr/bin/env python3
# Review latency_tail: the p95 of entry spans that rose and stayed, and noise that did not.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from otlp import Telemetry  # noqa: E402
from runner import case, main, near, review, same  # noqa: E402

SCRIPT = "return reviews.latency_tail { latency = spans.latency {} }"


def traffic(data, service, operation, minutes, duration, per_minute=10, kind="server"):
    """`duration(minute)` in milliseconds is the median; single requests spread around it by a quarter, one in 15 threefold."""
    for minute in range(minutes):
        for i in range(per_minute):
            ms = duration(minute) * data.random.lognormvariate(0, 0.25) * (3 if data.random.random() < 1 / 15 else 1)
            data.span(service, operation, data.at(minutes=minute, seconds=60 * (i + 0.5) / per_minute), ms, kind=kind)


def look(duration, minutes=40, seed=1, **more):
    data = Telemetry(seed)
    traffic(data, "api", "GET /", minutes, duration, **more)
    return review(data, "latency_tail", SCRIPT)


@case
def rises():
    "a p95 that rises fivefold is found, with onset, both medians and both tails"
    r = look(lambda m: 20 if m < 20 else 100).one(service="api", operation="GET /")
    n = r["numbers"]
    near(n["times"], 5, 2, "times")
    same([n["n_before"], n["n_after"]], [200, 200], "requests")
    assert "00:19" <= r["onset"]["time"][11:16] <= "00:21", r["onset"]
    assert r["strength"] > 0.8, r["strength"]
    assert "p95" in r["says"] and "ms" in r["says"], r["says"]


@case
def tail_only():
    "a tail that rises while the median stays is found"
    data = Telemetry(2)
    for minute in range(40):
        for i in range(12):
            slow = minute >= 20 and i % 4 == 0
            data.span("api", "GET /", data.at(minutes=minute, seconds=5 * i), (300 if slow else 20) * data.random.lognormvariate(0, 0.2))
    n = review(data, "latency_tail", SCRIPT).one(service="api")["numbers"]
    assert n["times"] > 5, n


@case
def creeps():
    "latency that grows a little with every minute is found"
    look(lambda m: 20 if m < 15 else 20 * 1.08 ** (m - 15)).one(service="api")


@case
def noise():
    "healthy noise is no rise, whatever the seed"
    for seed in range(1, 7):
        look(lambda m: 20, seed=seed).not_found(service="api")


@case
def sparse_noise():
    "healthy noise of a request each half minute is no rise"
    for seed in range(1, 7):
        look(lambda m: 20, seed=seed, per_minute=2, minutes=60).not_found(service="api")


@case
def falls():
    "latency that falls is no rise"
    look(lambda m: 100 if m < 20 else 20).not_found(service="api")


@case
def one_slow_request():
    "one very slow request is no rise"
    data = Telemetry(3)
    traffic(data, "api", "GET /", 40, lambda m: 20)
    data.span("api", "GET /", data.at(minutes=30), 9000)
    review(data, "latency_tail", SCRIPT).not_found(service="api")


@case
def per_operation():
    "of two operations of a service the one that slows is found alone"
    data = Telemetry(4)
    traffic(data, "api", "GET /a", 40, lambda m: 20 if m < 20 else 90)
    traffic(data, "api", "GET /b", 40, lambda m: 20)
    r = review(data, "latency_tail", SCRIPT)
    r.one(operation="GET /a")
    r.not_found(operation="GET /b")


@case
def clients_do_not_count():
    "slow client spans of a service are not its latency: without entry spans it is unknown"
    data = Telemetry(5)
    caller = [data.span("api", "job", data.at(seconds=1), 1, kind="internal")]
    for minute in range(40):
        data.span("api", "GET /other", data.at(minutes=minute), 20 if minute < 20 else 200, kind="client", parent=caller[0])
    r = review(data, "latency_tail", SCRIPT)
    assert not r.found, r.found
    r.is_unknown()


@case
def consumers_count():
    "consumer spans are entry spans"
    look(lambda m: 20 if m < 20 else 100, kind="consumer").one(service="api")


@case
def few():
    "five requests cannot tell"
    look(lambda m: 20, minutes=5, per_minute=1).is_unknown(service="api")


@case
def p99():
    "p99 is told on both sides"
    n = look(lambda m: 20 if m < 20 else 100).one(service="api")["numbers"]
    assert n["p99_before"] >= n["p95_before"] and n["p99_after"] >= n["p95_after"] > 3 * n["p95_before"], n


@case
def smallest():
    "what was examined says the smallest rise that would have been seen"
    assert look(lambda m: 20).examined[0]["smallest"]["times"] >= 1.5


@case
def few_says_units():
    "too few buckets of time are told as such"
    assert "buckets of time" in look(lambda m: 20, minutes=5, per_minute=1).is_unknown(service="api")["why"]


@case
def constant():
    "a latency that is always the same has not risen"
    data = Telemetry(6)
    for minute in range(40):
        data.span("api", "GET /", data.at(minutes=minute), 10)
    review(data, "latency_tail", SCRIPT).not_found(service="api")


@case
def none():
    "without spans it is unknown"
    data = Telemetry(7)
    data.span("api", "job", data.at(seconds=1), 5, kind="client", parent=("1" * 32, "2" * 16))
    review(data, "latency_tail", SCRIPT).is_unknown("no entry spans")


main()
